#include "api/cli/init.h"

#include "api/cli/json.h"
#include "api/cli/value.h"
#include "api/wire/file.h"
#include "core/event/proposal.h"
#include "core/proof/crypto.h"
#include "ledger/log.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    TEXT_SIZE_MAX = 4096,
    SECOND_MS = 1000,
    MILLISECOND_NS = 1000 * 1000,
    DIRECTORY_MODE = 0700
};

// clang-format 14 crashes on these tables.
// clang-format off
static const struct field fields[] = {
    {.name = "data", .type = FIELD_TEXT, .max = TEXT_SIZE_MAX,
     .help = "the directory of the ledger, which must not have one yet"},
    {.name = "keys", .type = FIELD_TEXT, .max = TEXT_SIZE_MAX,
     .help = "the directory for the keys; never below the data, since a copied ledger must not "
             "copy its key"},
    {.name = "origin", .type = FIELD_TEXT, .max = KEY_NAME_SIZE_MAX,
     .help = "the ledger's own name for ever, like licences.example.com/hq: no spaces, no +"},
    {.name = "server", .type = FIELD_TEXT, .max = 128,
     .help = "the server that licence files must be made for; unless told, the origin"},
    {.name = "software", .type = FIELD_TEXT, .max = 64,
     .help = "version of the server's software; 1.0 unless told"},
    {.name = "eula", .type = FIELD_TEXT, .max = 64, .help = "version of the EULA; 1 unless told"},
    {.name = "vendors", .type = FIELD_LIST, .max = VENDOR_MAX,
     .help = "NAME=VKEYFILE: a key that may sign licence files; may be given many times"},
    {.name = "test_clock", .type = FIELD_FLAG,
     .help = "ledger time is set by command, and says so for ever: not for production"},
    {.name = "time", .type = FIELD_TIME, .help = "with --test-clock: when the ledger begins"},
};
// clang-format on
const struct record init_parameters = {"init", fields, sizeof fields / sizeof fields[0], 0};

enum own_key { LEDGER_KEY, ADMIN_KEY, RECOVERY_KEY, OWN_KEY_COUNT };

static const struct {
    const char *file;
    const char *name; // NULL: the origin
} key_rows[] = {
    [LEDGER_KEY] = {"ledger.key",   NULL      },
    [ADMIN_KEY] = {"admin.key",    "admin"   },
    [RECOVERY_KEY] = {"recovery.key", "recovery"},
};

static const char *const public_file = "ledger.vkey";

// A ledger in the making.
struct founding {
    struct call  *call;
    const char   *data, *keys, *origin;
    uint64_t      time_ms;
    struct signer signers[OWN_KEY_COUNT];
    uint32_t      file_count; // key files written so far
    bool          has_made_directory;
};

// --- Directories ------------------------------------------------------------

// Where the directory is or would be, without links. False where even its parent is not.
static bool resolve(const char *path, char resolved[static PATH_MAX])
{
    char parent[PATH_MAX], around[PATH_MAX];
    if (realpath(path, resolved) != NULL) return true;
    if (errno != ENOENT) return false;
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/') {
        end--;
    }
    size_t start = end;
    while (start > 0 && path[start - 1] != '/') {
        start--;
    }
    (void)snprintf(parent, sizeof parent, "%s%.*s", start == 0 ? "." : "", (int)start, path);
    if (realpath(parent, around) == NULL) return false;
    const int size =
        snprintf(resolved, PATH_MAX, "%s/%.*s", around, (int)(end - start), path + start);
    return size > 0 && size < PATH_MAX;
}

static bool is_apart(struct founding *founding)
{
    char data[PATH_MAX], keys[PATH_MAX];
    if (!resolve(founding->data, data)) {
        return is_wrong(founding->call, "%s: the directory around it is not there", founding->data);
    }
    if (!resolve(founding->keys, keys)) {
        return is_wrong(founding->call, "%s: the directory around it is not there", founding->keys);
    }
    const size_t size = strlen(data);
    if (strncmp(keys, data, size) != 0 || (keys[size] != 0 && keys[size] != '/')) return true;
    return is_wrong(founding->call,
                    "%s is below %s: keys never lie beside the ledger, where a copy of it would "
                    "copy them",
                    founding->keys, founding->data);
}

static enum exit_code make_directory(struct founding *founding)
{
    if (mkdir(founding->keys, DIRECTORY_MODE) == 0) {
        founding->has_made_directory = true;
        return EXIT_DONE;
    }
    if (errno == EEXIST) return EXIT_DONE;
    return complain(founding->call, EXIT_UNREACHABLE, "%s: the directory cannot be made",
                    founding->keys);
}

// --- Keys -------------------------------------------------------------------

static void key_path(const struct founding *founding, const char *file, char path[static PATH_MAX])
{
    (void)snprintf(path, PATH_MAX, "%s/%s", founding->keys, file);
}

static enum exit_code complain_file(struct founding *founding, const char *path, enum status status)
{
    const enum exit_code code = status == STATUS_EXISTS ? EXIT_USAGE : EXIT_UNREACHABLE;
    return complain(founding->call, code, "%s: %s", path, status_sentence(status));
}

static enum exit_code make_keys(struct founding *founding)
{
    char path[PATH_MAX];
    for (uint32_t i = 0; i < OWN_KEY_COUNT; i++) {
        uint8_t     seed[CRYPTO_SEED_SIZE];
        const char *name = key_rows[i].name == NULL ? founding->origin : key_rows[i].name;
        crypto_random(seed, sizeof seed);
        enum status status =
            signer_init(&founding->signers[i], bytes_of_text(name), KEY_ED25519, seed);
        crypto_wipe(seed, sizeof seed);
        if (status != OK) {
            return complain(founding->call, EXIT_USAGE, "'%s' is not a name for a key: %s", name,
                            status_sentence(status));
        }
        key_path(founding, key_rows[i].file, path);
        status = file_write_signer(path, &founding->signers[i]);
        if (status != OK) return complain_file(founding, path, status);
        founding->file_count++;
    }
    key_path(founding, public_file, path);
    const enum status status = file_write_verifier(path, &founding->signers[LEDGER_KEY].verifier);
    if (status != OK) return complain_file(founding, path, status);
    founding->file_count++;
    return EXIT_DONE;
}

// Keys of a ledger that never was: only files that were made here.
static void remove_keys(struct founding *founding)
{
    char path[PATH_MAX];
    for (uint32_t i = 0; i < founding->file_count; i++) {
        key_path(founding, i < OWN_KEY_COUNT ? key_rows[i].file : public_file, path);
        (void)unlink(path);
    }
    if (founding->has_made_directory) (void)rmdir(founding->keys);
}

// --- The first two events ----------------------------------------------------

static bool add_vendor(struct founding *founding, const char *text, struct buffer *packed)
{
    struct verifier   verifier;
    struct call      *call = founding->call;
    const char       *equals = strchr(text, '=');
    const char       *file = equals == NULL ? text : equals + 1;
    const size_t      name_size = equals == NULL ? 0 : (size_t)(equals - text);
    const enum status status = file_read_verifier(file, &verifier);
    if (status != OK) return is_wrong(call, "--vendor %s: %s", text, status_sentence(status));
    if (equals != NULL && !bytes_is_equal(verifier_name(&verifier),
                                          (struct bytes){(const uint8_t *)text, name_size})) {
        return is_wrong(call, "--vendor %s: the key there is named %s", text, verifier.name);
    }
    const struct vendor_key vendor = {
        .name = verifier_name(&verifier), .key = {verifier.key, sizeof verifier.key}
    };
    pack_array(packed, vendor_key_record.field_count);
    record_write(&vendor_key_record, &vendor, packed);
    return true;
}

static bool add_vendors(struct founding *founding, struct buffer *packed, struct list *vendors)
{
    const struct call *call = founding->call;
    uint32_t           count = 0;
    for (uint32_t i = 0; i < call->given_count; i++) {
        if (strcmp(call->given[i].field->name, "vendors") != 0) continue;
        if (!add_vendor(founding, call->given[i].text, packed)) return false;
        count++;
    }
    *vendors = (struct list){buffer_bytes(packed), count};
    return true;
}

static struct bytes key_of(const struct founding *founding, enum own_key key)
{
    return (struct bytes){founding->signers[key].verifier.key, CRYPTO_KEY_SIZE};
}

static struct bytes text_or(const struct founding *founding, const char *name, const char *other)
{
    const char *text = call_text(founding->call, name);
    return bytes_of_text(text == NULL ? other : text);
}

// The ledger writes its first events itself; the checkpoint vouches for them.
static bool add_leaf(struct founding *founding, uint64_t seq, const struct event *event,
                     struct buffer *out)
{
    struct proposal checked;
    const char     *offence = NULL;
    uint8_t         memory[PROPOSAL_SIZE_MAX];
    struct buffer   packed = buffer_over(memory, sizeof memory);
    struct proposal proposal = {.not_after_ms = founding->time_ms, .event = *event};
    crypto_random(proposal.id, sizeof proposal.id);
    proposal_write(&proposal, &packed);
    if (packed.is_full || !proposal_read(buffer_bytes(&packed), &checked, &offence)) {
        return is_wrong(founding->call, "%s: out of bounds", packed.is_full ? "--vendor" : offence);
    }
    const struct leaf leaf = {
        .version = RULES_VERSION,
        .seq = seq,
        .time_ms = founding->time_ms,
        .author = AUTHOR_LEDGER,
        .proposal = buffer_bytes(&packed),
        .verdict = {.code = ACCEPTED, .node = NODE_NONE}
    };
    leaf_write(&leaf, out);
    return true;
}

static bool add_opening(struct founding *founding, struct buffer *leaf)
{
    uint8_t       memory[VENDOR_MAX * KEY_TEXT_SIZE_MAX];
    struct buffer packed = buffer_over(memory, sizeof memory);
    struct event  event = {
         .kind = OPENING,
         .of.opening = {.origin = bytes_of_text(founding->origin),
                        .server = text_or(founding, "server", founding->origin),
                        .ledger_key = key_of(founding, LEDGER_KEY),
                        .recovery_key = key_of(founding, RECOVERY_KEY),
                        .software_version = text_or(founding, "software", "1.0"),
                        .eula_version = text_or(founding, "eula", "1"),
                        .has_test_clock = call_has_flag(founding->call, "test_clock")},
    };
    if (!add_vendors(founding, &packed, &event.of.opening.vendors)) return false;
    return add_leaf(founding, 0, &event, leaf);
}

static bool add_first_admin(struct founding *founding, struct buffer *leaf)
{
    const struct event event = {
        .kind = ACTOR_ENROLMENT,
        .of.actor_enrolment = {.name = bytes_of_text(key_rows[ADMIN_KEY].name),
                               .key = key_of(founding, ADMIN_KEY),
                               .role = SERVER_ADMIN,
                               .group = bytes_of_text("/")},
    };
    return add_leaf(founding, 1, &event, leaf);
}

// --- The ledger -------------------------------------------------------------

static enum status append_all(struct founding *founding, struct ledger *ledger,
                              const struct buffer *leaves, uint32_t leaf_count)
{
    enum status status = ledger_begin(ledger);
    for (uint32_t i = 0; status == OK && i < leaf_count; i++) {
        status = ledger_append(ledger, buffer_bytes(&leaves[i]));
    }
    if (status == OK) return ledger_commit(ledger, &founding->signers[LEDGER_KEY]);
    ledger_abort(ledger);
    return status;
}

static enum exit_code make_ledger(struct founding *founding)
{
    enum { LEAF_COUNT = 2 };
    static uint8_t memory[LEAF_COUNT][LEAF_SIZE_MAX];
    struct buffer  leaves[LEAF_COUNT] = {buffer_over(memory[0], LEAF_SIZE_MAX),
                                         buffer_over(memory[1], LEAF_SIZE_MAX)};
    if (!add_opening(founding, &leaves[0])) return EXIT_USAGE;
    if (!add_first_admin(founding, &leaves[1])) return EXIT_USAGE;

    struct ledger              *ledger = NULL;
    struct ledger_complaint     complaint = {.why = ""};
    const struct ledger_options options = {
        .origin = bytes_of_text(founding->origin),
        .keys = {&founding->signers[LEDGER_KEY].verifier, 1},
    };
    enum status status = ledger_create(founding->data, &options);
    if (status == OK) status = ledger_open(founding->data, &options, &ledger, &complaint);
    if (status == OK) status = append_all(founding, ledger, leaves, LEAF_COUNT);
    ledger_close(ledger);
    if (status == OK) return EXIT_DONE;
    return complain(founding->call, status == STATUS_EXISTS ? EXIT_USAGE : EXIT_UNREACHABLE,
                    "%s: %s %s", founding->data, status_sentence(status),
                    complaint.why == NULL ? "" : complaint.why);
}

// --- All of it --------------------------------------------------------------

static uint64_t clock_now_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * SECOND_MS + (uint64_t)now.tv_nsec / MILLISECOND_NS;
}

static bool read_options(struct founding *founding)
{
    struct call *call = founding->call;
    founding->data = call_text(call, "data");
    founding->keys = call_text(call, "keys");
    founding->origin = call_text(call, "origin");
    founding->time_ms = clock_now_ms();
    if (founding->data == NULL || founding->keys == NULL || founding->origin == NULL) {
        return is_wrong(call, "a ledger needs --data, --keys and --origin");
    }
    if (!key_is_name(bytes_of_text(founding->origin))) {
        return is_wrong(call, "--origin: 1 to %d bytes without spaces and without +",
                        KEY_NAME_SIZE_MAX);
    }
    const char *time = call_text(call, "time");
    if (time == NULL) return is_apart(founding);
    if (!call_has_flag(call, "test_clock")) {
        return is_wrong(call, "--time is for a ledger with a --test-clock");
    }
    if (!value_time(time, founding->time_ms, &founding->time_ms)) {
        return is_wrong(call, "--time: '%s' is not a time like 2026-12-01T00:00Z", time);
    }
    return is_apart(founding);
}

static void print_json(const struct founding *founding)
{
    static uint8_t memory[8 * PATH_MAX];
    struct buffer  packed = buffer_over(memory, sizeof memory);
    const struct {
        const char *name, *text;
    } rows[] = {
        {"data",   founding->data  },
        {"keys",   founding->keys  },
        {"origin", founding->origin},
    };
    pack_map(&packed, sizeof rows / sizeof rows[0] + 1);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pack_key(&packed, rows[i].name);
        pack_key(&packed, rows[i].text);
    }
    pack_key(&packed, "test_clock");
    pack_flag(&packed, call_has_flag(founding->call, "test_clock"));
    json_print_packed(buffer_bytes(&packed), founding->call->out);
}

static void print_result(const struct founding *founding)
{
    FILE *out = founding->call->out;
    if (founding->call->globals.is_json) {
        print_json(founding);
        return;
    }
    (void)fprintf(out,
                  "opened %s in %s\n"
                  "  %s/ledger.key    signs the checkpoints: licetd --key\n"
                  "  %s/admin.key     the first server_admin, named admin: licet --key\n"
                  "  %s/recovery.key  enrols a server_admin when none is left: keep it offline\n"
                  "  %s/ledger.vkey   what others verify the ledger with\n",
                  founding->origin, founding->data, founding->keys, founding->keys, founding->keys,
                  founding->keys);
    if (call_has_flag(founding->call, "test_clock")) {
        (void)fprintf(out, "its clock is a test clock: not for production\n");
    }
}

enum exit_code init_run(struct call *call)
{
    static struct founding founding;
    founding.call = call;
    if (!read_options(&founding)) return EXIT_USAGE;
    enum exit_code code = make_directory(&founding);
    if (code == EXIT_DONE) code = make_keys(&founding);
    if (code == EXIT_DONE) code = make_ledger(&founding);
    if (code == EXIT_DONE) {
        print_result(&founding);
    } else {
        remove_keys(&founding);
    }
    for (uint32_t i = 0; i < OWN_KEY_COUNT; i++) {
        signer_release(&founding.signers[i]);
    }
    return code;
}
