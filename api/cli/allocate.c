#include "api/cli/allocate.h"

#include "api/cli/query.h"
#include "api/cli/saves.h"
#include "api/cli/value.h"

enum { REQUEST_SIZE_MAX = PATH_SIZE_MAX + 64 };

// clang-format 14 crashes on these tables.
// clang-format off
static const struct field fields[] = {
    {.name = "clear", .type = FIELD_FLAG, .help = "the group has no packages from now on"},
    {.name = "keep", .type = FIELD_FLAG, .help = "keep the packages as they are, and those given too"},
    {.name = "not_oversubscribed", .type = FIELD_FLAG, .help = "take --oversubscribed back"},
    {.name = "unrestricted", .type = FIELD_FLAG, .help = "take --restricted back"},
};
// clang-format on
const struct record allocate_parameters = {"allocate", fields, sizeof fields / sizeof fields[0], 0};

// What the save is made from.
struct basis {
    uint64_t     version;
    bool         is_restricted, is_oversubscribed;
    struct bytes state; // the daemon's answer; no bytes where it was not asked
};

static enum exit_code ask_state(struct call *call, struct basis *basis)
{
    uint8_t            memory[REQUEST_SIZE_MAX];
    struct licet_reply reply;
    struct buffer      request = buffer_over(memory, sizeof memory);
    message_begin_request(&request, "state", 1);
    pack_key(&request, "group");
    pack_key(&request, call_text(call, "group"));
    const enum exit_code code = query_once(call, buffer_bytes(&request), &reply);
    if (code != EXIT_DONE) return code;
    *basis = (struct basis){
        .version = message_number(reply.map, "version", 0),
        .is_restricted = message_flag(reply.map, "restricted"),
        .is_oversubscribed = message_flag(reply.map, "oversubscribed"),
        .state = reply.map,
    };
    return EXIT_DONE;
}

// Earlier lines of the same file count before what the daemon could tell. Without a daemon a line
// is only checked.
static enum exit_code find_basis(struct call *call, struct basis *basis)
{
    const struct bytes path = bytes_of_text(call_text(call, "group"));
    const struct save *save = call->saves == NULL ? NULL : saves_find(call->saves, path);
    *basis = (struct basis){.version = 0};
    call->has_to_ask = save == NULL && call->licet == NULL;
    if (save == NULL) return call->licet == NULL ? EXIT_DONE : ask_state(call, basis);
    if (call_has_flag(call, "keep") && !save->is_bare) {
        return complain(call, EXIT_USAGE,
                        "--keep: a line before this one saves the group's packages; name them all");
    }
    basis->version = save->version;
    basis->is_restricted = save->is_restricted;
    basis->is_oversubscribed = save->is_oversubscribed;
    return EXIT_DONE;
}

// --- Packages, as the state tells them, as the event wants them --------------

// nil and absent are the same to both.
static void copy_value(struct bytes map, const char *key, struct buffer *out)
{
    struct bytes value;
    if (message_find(map, key, &value)) {
        buffer_add(out, value);
    } else {
        pack_nil(out);
    }
}

static void add_package(struct bytes package, struct buffer *out)
{
    struct message_items entries = message_list(package, "entries");
    pack_array(out, package_record.field_count);
    for (uint32_t i = 0; i < package_record.field_count; i++) {
        const struct field *field = &package_record.fields[i];
        if (field->type != FIELD_LIST) {
            copy_value(package, field->name, out);
            continue;
        }
        pack_array(out, entries.count);
        for (struct bytes entry; message_next(&entries, &entry);) {
            pack_array(out, entry_record.field_count);
            for (uint32_t j = 0; j < entry_record.field_count; j++) {
                copy_value(entry, entry_record.fields[j].name, out);
            }
        }
    }
}

// Those that stay, then those that are given.
static bool add_packages(struct call *call, struct value_maker *maker, struct bytes state,
                         struct buffer *out)
{
    const struct field  *field = call_field(call, "packages");
    struct message_items kept = {.left = 0};
    if (call_has_flag(call, "keep") && state.size > 0) kept = message_list(state, "packages");
    pack_array(out, kept.count + call_count(call, field));
    for (struct bytes package; message_next(&kept, &package);) {
        add_package(package, out);
    }
    for (uint32_t i = 0; i < call->given_count; i++) {
        if (call->given[i].field != field) continue;
        if (value_add_item(maker, field->item, call->given[i].text, out)) continue;
        return is_wrong(call, "--package: %s", maker->reason);
    }
    return true;
}

// --- The event --------------------------------------------------------------

static bool flag_of(const struct call *call, const char *yes, const char *no, bool is_now)
{
    if (call_has_flag(call, yes)) return true;
    return !call_has_flag(call, no) && is_now;
}

static bool add_version(struct call *call, struct value_maker *maker, uint64_t version,
                        struct buffer *out)
{
    const char *text = call_text(call, "version");
    if (text == NULL) {
        pack_number(out, version);
        return true;
    }
    if (value_add(maker, call_field(call, "version"), text, out)) return true;
    return is_wrong(call, "--version: %s", maker->reason);
}

static bool add_head(struct call *call, struct value_maker *maker, struct buffer *out)
{
    pack_array(out, 1 + kind_row(ALLOCATION)->record->field_count);
    pack_number(out, ALLOCATION);
    if (value_add(maker, call_field(call, "group"), call_text(call, "group"), out)) return true;
    return is_wrong(call, "group: %s", maker->reason);
}

static bool add_rest(struct call *call, struct value_maker *maker, const struct basis *basis,
                     struct buffer *out)
{
    if (!add_version(call, maker, basis->version, out)) return false;
    pack_flag(out, flag_of(call, "restricted", "unrestricted", basis->is_restricted));
    pack_flag(out, flag_of(call, "oversubscribed", "not_oversubscribed", basis->is_oversubscribed));
    pack_flag(out, call_has_flag(call, "force"));
    if (!add_packages(call, maker, basis->state, out)) return false;
    if (call->globals.reason == NULL) {
        pack_nil(out);
    } else {
        pack_key(out, call->globals.reason);
    }
    if (!out->is_full) return true;
    return is_wrong(call, "that is more than one event can hold");
}

static bool is_clear(struct call *call)
{
    const bool has_packages = call_count(call, call_field(call, "packages")) > 0;
    const bool is_kept = call_has_flag(call, "keep");
    const bool is_cleared = call_has_flag(call, "clear");
    if (is_cleared && !has_packages && !is_kept) return true;
    if (!is_cleared && (has_packages || is_kept)) return true;
    return is_wrong(call, "a save is of all packages: name them (--package), keep those there are "
                          "(--keep), or --clear them");
}

enum exit_code allocate_make(struct call *call, struct value_maker *maker, struct buffer *event)
{
    struct basis basis;
    if (!is_clear(call) || !add_head(call, maker, event)) return EXIT_USAGE;
    const enum exit_code code = find_basis(call, &basis);
    if (code != EXIT_DONE) return code;
    return add_rest(call, maker, &basis, event) ? EXIT_DONE : EXIT_USAGE;
}
