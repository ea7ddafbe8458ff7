// The part of history.h that makes events: what people would ask for, mostly in form.
#include "core/base/name.h"
#include "tests/oracle/history_draw.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const actor_names[] = {"root", "ops",  "dealer", "north-admin",
                                          "gate", "lift", "eye",    "boss"};

// --- Events -------------------------------------------------------------------------------------

// Small at depth, since ancestors must hold them; sometimes too many all the same.
static uint64_t draw_count(struct history *history, struct bytes path)
{
    uint32_t depth = path_is_server(path) ? 0 : 1;
    for (size_t i = 0; i < path.size; i++) {
        if (path.at[i] == '/') depth++;
    }
    if (chance(history, 8)) return below(history, 20);
    return below(history, depth > 3 ? 3 : 9 - 2 * depth);
}

static void draw_entries(struct history *history, struct bytes path, struct compose_entry *entries)
{
    uint32_t count = 0;
    for (uint32_t i = 0; history_resource(i) != NULL; i++) {
        if (!chance(history, strcmp(history_resource(i), "ghost") == 0 ? 2 : 60)) continue;
        uint64_t units_wanted = draw_count(history, path);
        if (strcmp(history_resource(i), "mobile_app") == 0 && chance(history, 85)) {
            const bool has_some = count > 0 && entries[0].count != ENTRY_FEATURE;
            units_wanted = has_some ? below(history, (uint32_t)entries[0].count + 1) : 0;
        }
        // The same word now and then as a feature, or a feature's as a resource.
        if (chance(history, 3)) units_wanted = ENTRY_FEATURE;
        entries[count++] = (struct compose_entry){history_resource(i), units_wanted};
    }
    for (uint32_t i = 0; history_feature(i) != NULL && count < COMPOSE_ENTRY_MAX; i++) {
        if (chance(history, 40)) {
            const uint64_t units_wanted = chance(history, 98) ? ENTRY_FEATURE : below(history, 3);
            entries[count++] = (struct compose_entry){history_feature(i), units_wanted};
        }
    }
    if (count > 0 && count < COMPOSE_ENTRY_MAX && chance(history, 1)) entries[count] = entries[0];
}

static struct list draw_packages(struct history *history, struct bytes path)
{
    static const char *const package_names[] = {"P1", "P2", "P3", "P4"};
    struct compose_package   packages[COUNT(package_names)] = {{.name = NULL}};
    const uint32_t           count = below(history, 3) + chance(history, 20);
    for (uint32_t i = 0; i < count; i++) {
        const struct window window = draw_window(history);
        packages[i].name = package_names[chance(history, 2) ? 0 : i];
        packages[i].from_ms = window.from_ms;
        packages[i].until_ms = window.until_ms;
        draw_entries(history, path, packages[i].entries);
    }
    return compose_packages(&history->lists, packages, count);
}

static struct event make_group(struct history *history)
{
    return (struct event){.kind = GROUP_CREATION, .of.group_creation.group = draw_path(history)};
}

static struct event make_update(struct history *history, const struct known_actor *author)
{
    struct group_update update = {.group = draw_group_of(history, author)};
    if (chance(history, 70)) update.name = draw_name_at(history, update.group);
    if (update.name.size == 0 || chance(history, 20)) {
        update.label = bytes_of_text(chance(history, 50) ? "dealer" : "building");
    }
    return (struct event){.kind = GROUP_UPDATE, .of.group_update = update};
}

static struct event make_move(struct history *history, const struct known_actor *author)
{
    const struct group_move move = {
        .group = draw_group_of(history, author),
        .parent = chance(history, 10) ? bytes_of_text("/") : draw_group_of(history, author),
        .is_forced = chance(history, 30),
    };
    return (struct event){.kind = GROUP_MOVE, .of.group_move = move};
}

static struct event make_group_removal(struct history *history, const struct known_actor *author)
{
    const struct group_removal removal = {
        .group = draw_group_of(history, author),
        .is_cascade = chance(history, 25),
    };
    return (struct event){.kind = GROUP_REMOVAL, .of.group_removal = removal};
}

static struct event make_block(struct history *history, const struct known_actor *author)
{
    const struct group_block block = {
        .group = draw_group_of(history, author),
        .is_blocked = chance(history, 40),
    };
    return (struct event){.kind = GROUP_BLOCK, .of.group_block = block};
}

static struct event make_reminder_policy(struct history *history, const struct known_actor *author)
{
    struct reminder_policy policy = {
        .group = draw_group_of(history, author),
        .is_enabled = chance(history, 90),
        .frequency = below(history, 4),
        .days = 1 + below(history, 14),
        .date_ms = TIME_NEVER,
        .is_copied = chance(history, 50),
    };
    if (chance(history, 40)) {
        policy.days = DAYS_ABSENT;
        policy.date_ms = draw_edge(history);
    }
    if (chance(history, 2)) policy.days = 0;
    return (struct event){.kind = REMINDER_POLICY, .of.reminder_policy = policy};
}

static struct event make_allocation(struct history *history, const struct known_actor *author)
{
    struct allocation allocation = {.group = draw_group_of(history, author)};
    allocation.version = version_of(history, allocation.group) + chance(history, 2);
    if (allocation.version > 0 && chance(history, 3)) allocation.version--; // saved by two at once
    allocation.is_restricted = chance(history, 80);
    allocation.is_oversubscribed = chance(history, 25);
    allocation.is_forced = chance(history, 20);
    if (path_is_server(allocation.group) && chance(history, 80)) {
        allocation.is_restricted = false;
        allocation.packages = compose_packages(&history->lists, NULL, 0);
    } else {
        allocation.packages = draw_packages(history, allocation.group);
    }
    return (struct event){.kind = ALLOCATION, .of.allocation = allocation};
}

// As a unit was taken before: by the same holder, who renews what lease there is.
static struct event make_again(struct history *history, const struct known_unit *unit)
{
    struct consumption consumption = {
        .group = bytes_of_text(unit->group),
        .resource = bytes_of_text(unit->resource),
        .unit = bytes_of_text(unit->unit),
        .direction = DIRECTION_ABSENT,
    };
    if (unit->user[0] != 0) consumption.user = bytes_of_text(unit->user);
    if (strcmp(unit->resource, "ACS") == 0) consumption.direction = below(history, 2);
    if (chance(history, 15)) consumption.lease_ms = draw_lease(history);
    if (consumption.lease_ms > 0 && unit->lease_set[0] != 0) {
        consumption.lease_set = bytes_of_text(unit->lease_set);
    }
    return (struct event){.kind = CONSUMPTION, .of.consumption = consumption};
}

static struct event make_consumption(struct history *history, const struct known_actor *author)
{
    const struct known_unit *known = draw_known_unit(history);
    if (known != NULL && chance(history, 10)) return make_again(history, known);
    const char        *resource = draw_resource(history);
    struct consumption consumption = {
        .group = draw_group_of(history, author),
        .resource = bytes_of_text(resource),
        .unit = draw_unit(history, resource),
        .direction = DIRECTION_ABSENT,
        .purpose = chance(history, 10) ? PURPOSE_SERVICE : PURPOSE_USER,
    };
    const bool is_device = strcmp(resource, "ACS") == 0;
    const bool is_needy = strcmp(resource, "mobile_app") == 0;
    if (is_device != chance(history, 2)) consumption.direction = below(history, 2);
    const struct known_member *member = draw_member(history);
    if (member != NULL && chance(history, 45)) {
        consumption.user = bytes_of_text(member->user);
        if (chance(history, 90)) consumption.group = bytes_of_text(member->group);
    }
    // What a number was taken for, an app may be taken for too.
    if (is_needy && known != NULL && strcmp(known->resource, "sip_number") == 0) {
        consumption.group = bytes_of_text(known->group);
        consumption.user = bytes_of_text(known->user);
        if (known->user[0] == 0) consumption.user = (struct bytes){NULL, 0};
    }
    if (chance(history, is_needy ? 20 : 1)) consumption.needed = draw_unit(history, "sip_number");
    if (chance(history, history->theme == THEME_LEASES ? 60 : 15)) {
        consumption.lease_ms = draw_lease(history);
        if (chance(history, 35)) consumption.lease_set = draw_set(history);
    }
    if (chance(history, 1)) consumption.lease_set = draw_set(history);
    return (struct event){.kind = CONSUMPTION, .of.consumption = consumption};
}

static struct event make_renewal(struct history *history, const struct known_actor *author)
{
    const struct known_unit *known = draw_known_unit(history);
    struct renewal           renewal = {
                  .resource = {NULL, 0}
    };
    if (known == NULL || chance(history, 5)) {
        renewal.group = draw_group_of(history, author);
        renewal.lease_set = draw_set(history);
    } else if (known->lease_set[0] != 0 && chance(history, 50)) {
        renewal.group = bytes_of_text(known->group);
        renewal.lease_set = bytes_of_text(known->lease_set);
    } else {
        renewal.resource = bytes_of_text(known->resource);
        renewal.unit = bytes_of_text(known->unit);
    }
    if (known != NULL) remember_edge(history, history->time_ms + known->lease_ms);
    return (struct event){.kind = RENEWAL, .of.renewal = renewal};
}

static struct event make_transfer(struct history *history)
{
    const struct known_unit *known = draw_known_unit(history);
    const char              *resource = known == NULL ? draw_resource(history) : known->resource;
    struct transfer          transfer = {
                 .resource = bytes_of_text(resource),
                 .unit = known == NULL ? draw_unit(history, resource) : bytes_of_text(known->unit),
    };
    if (chance(history, 60)) transfer.to_unit = draw_unit(history, resource);
    if (transfer.to_unit.size == 0 || chance(history, 30)) transfer.to_user = draw_user(history);
    for (uint32_t i = 0; known != NULL && i < history->member_count; i++) {
        const struct known_member *member = &history->members[i];
        if (strcmp(member->group, known->group) != 0 || !chance(history, 60)) continue;
        if (transfer.to_user.size > 0) transfer.to_user = bytes_of_text(member->user);
    }
    return (struct event){.kind = TRANSFER, .of.transfer = transfer};
}

static struct event make_release(struct history *history)
{
    const char    *resource = draw_resource(history);
    struct release release = {.resource = bytes_of_text(resource),
                              .unit = draw_unit(history, resource),
                              .direction = DIRECTION_ABSENT};
    if (history->unit_count > 0 && chance(history, 85)) {
        const struct known_unit *unit = &history->units[below(history, history->unit_count)];
        release.resource = bytes_of_text(unit->resource);
        release.unit = bytes_of_text(unit->unit);
        resource = unit->resource;
    }
    if (chance(history, strcmp(resource, "ACS") == 0 ? 60 : 2)) {
        release.direction = below(history, 2);
    }
    release.is_cascade = chance(history, 30);
    return (struct event){.kind = RELEASE, .of.release = release};
}

static struct event make_enrolment(struct history *history, const struct known_actor *author)
{
    static const enum role roles[] = {SERVER_ADMIN, SITE_ADMIN, SITE_ADMIN, AGENT,
                                      AGENT,        AGENT,      AUDITOR};
    struct actor_enrolment enrolment = {
        .name = bytes_of_text(actor_names[below(history, COUNT(actor_names))]),
        .role = (uint64_t)roles[below(history, COUNT(roles))],
        .group = draw_group_of(history, author),
    };
    if (chance(history, 2)) enrolment.role = chance(history, 50) ? ROLE_NONE : RECOVERY;
    if (enrolment.role == SERVER_ADMIN && chance(history, 80)) enrolment.group = bytes_of_text("/");
    if (enrolment.role == AGENT && author->role == SERVER_ADMIN && chance(history, 30)) {
        enrolment.group = bytes_of_text("/");
    }
    const uint64_t key_number = chance(history, 90) ? ++history->key_number : KEY_ACTOR + 1;
    compose_key(key_number, history->key);
    enrolment.key = (struct bytes){history->key, sizeof history->key};
    return (struct event){.kind = ACTOR_ENROLMENT, .of.actor_enrolment = enrolment};
}

static struct event make_removal(struct history *history)
{
    const struct known_actor *actor = &history->actors[below(history, history->actor_count)];
    const char               *name = chance(history, 80) ? actor->name : "nobody";
    return (struct event){.kind = ACTOR_REMOVAL, .of.actor_removal.name = bytes_of_text(name)};
}

static struct event make_user(struct history *history, const struct known_actor *author)
{
    const struct user_creation creation = {
        .user = draw_user(history),
        .group = draw_group_of(history, author),
    };
    return (struct event){.kind = USER_CREATION, .of.user_creation = creation};
}

static struct event make_user_removal(struct history *history)
{
    return (struct event){
        .kind = USER_REMOVAL,
        .of.user_removal = {.user = draw_user(history), .is_cascade = chance(history, 50)},
    };
}

static struct event make_membership(struct history *history, const struct known_actor *author)
{
    struct membership membership = {
        .user = draw_user(history),
        .group = draw_group_of(history, author),
        .is_member = chance(history, history->theme == THEME_CROWD ? 95 : 65),
        .is_cascade = chance(history, 30),
    };
    const struct known_member *member = draw_member(history);
    if (member != NULL && !membership.is_member && chance(history, 70)) {
        membership.user = bytes_of_text(member->user);
        membership.group = bytes_of_text(member->group);
    }
    return (struct event){.kind = MEMBERSHIP, .of.membership = membership};
}

static struct event make_assignment(struct history *history, const struct known_actor *author)
{
    const struct window    window = draw_window(history);
    struct compose_entry   entries[COMPOSE_ENTRY_MAX + 1] = {{.name = NULL}};
    struct user_assignment assignment = {
        .user = draw_user(history),
        .group = draw_group_of(history, author),
        .from_ms = window.from_ms,
        .until_ms = window.until_ms,
        .is_forced = chance(history, 25),
    };
    const struct known_member *member = draw_member(history);
    if (member != NULL && chance(history, 80)) {
        assignment.user = bytes_of_text(member->user);
        assignment.group = bytes_of_text(member->group);
    }
    if (chance(history, 75)) {
        draw_entries(history, assignment.group, entries);
        assignment.entries = compose_entries(&history->lists, entries);
    }
    return (struct event){.kind = USER_ASSIGNMENT, .of.user_assignment = assignment};
}

// --- Licence files ------------------------------------------------------------------------------

static void add_license_line(struct history *history, struct buffer *text, const char *line,
                             const char *needs)
{
    char                from[TIME_TEXT_SIZE];
    char                until[TIME_TEXT_SIZE];
    const struct window window = draw_window(history);
    buffer_add_text(text, line);
    if (window.from_ms > 0) buffer_printf(text, " from %s", time_to_text(window.from_ms, from));
    if (window.until_ms != TIME_NEVER) {
        buffer_printf(text, " until %s", time_to_text(window.until_ms, until));
    }
    buffer_printf(text, "%s\n", needs);
}

// Each line: name, words after the count, words after the window; features have no count.
struct license_line {
    const char *name, *kind, *needs;
};

static void write_license_lines(struct history *history, struct buffer *text, uint32_t vendor)
{
    static const struct license_line lines[VENDORS][4] = {
        {{"sip_number", "per-server", ""},
         {"mobile_app", "per-server", " needs sip_number"},
         {"web_dialer", NULL, ""},
         {"remote_door_opening", NULL, ""}},
        {{"CAMERA", "per-channel", ""},
         {"ACS", "per-device", ""},
         {"ukey2", NULL, ""},
         {"elevator", NULL, ""}           },
    };
    for (uint32_t i = 0; i < COUNT(lines[0]); i++) {
        const struct license_line *line = &lines[vendor][i];
        char                       head[64];
        if (i > 0 && chance(history, 8)) continue; // no longer in the file
        const char *kind = chance(history, 3) ? "per-server" : line->kind;
        for (int again = chance(history, 25); again >= 0; again--) {
            if (line->kind == NULL)
                (void)snprintf(head, sizeof head, "%s feature", line->name);
            else
                (void)snprintf(head, sizeof head, "%s %u %s", line->name, 3 + below(history, 12),
                               kind);
            add_license_line(history, text, head, line->needs);
        }
    }
    if (chance(history, 3)) add_license_line(history, text, "ACS 4 per-device", "");
    if (chance(history, 3)) add_license_line(history, text, "web_dialer feature", "");
    if (chance(history, 2)) buffer_add_text(text, "what 3 per-person\n");
}

struct event make_upload(struct history *history, uint32_t vendor)
{
    char           room[4096];
    struct buffer  text = buffer_over(room, sizeof room);
    const uint64_t key = chance(history, 95) ? history->vendor_key[vendor] : KEY_LEDGER;
    const bool     is_again = history->file.size > 0 && chance(history, 10);
    if (!is_again) {
        history->serial++;
        buffer_printf(&text, "licet license v1\nserver %s\nserial %llu\n",
                      chance(history, 96) ? COMPOSE_SERVER : "elsewhere.example",
                      (unsigned long long)(history->serial - (chance(history, 8) ? 2 : 0)));
        write_license_lines(history, &text, vendor);
        history->file.size = 0;
        compose_license(&history->file, vendor, key, buffer_bytes(&text));
        if (chance(history, 4)) history->file.at[40] ^= 1; // still a line of text
    }
    return (struct event){.kind = LICENSE_UPLOAD,
                          .of.license_upload.file = buffer_bytes(&history->file)};
}

static struct bytes eula_version(struct history *history, uint32_t number)
{
    (void)snprintf(history->name, NAME_ROOM, "eula-%u", number);
    return bytes_of_text(history->name);
}

static struct event make_acceptance(struct history *history)
{
    const uint32_t number = chance(history, 93) ? history->eula : history->eula - 1;
    return (struct event){.kind = EULA_ACCEPTANCE,
                          .of.eula_acceptance.version = eula_version(history, number)};
}

static struct event make_password(struct history *history)
{
    const char *account = chance(history, 40) ? "Admin" : "operator";
    return (struct event){.kind = PASSWORD_CHANGE,
                          .of.password_change.account = bytes_of_text(account)};
}

static struct event make_software(struct history *history)
{
    const struct software_update update = {
        .software_version = bytes_of_text(chance(history, 50) ? "4.6" : "4.7"),
        .eula_version = eula_version(history, history->eula + chance(history, 50)),
    };
    return (struct event){.kind = SOFTWARE_UPDATE, .of.software_update = update};
}

// One of the two whose files there are, or one that signs none.
static struct event make_vendor(struct history *history)
{
    const uint32_t          vendor = below(history, VENDORS);
    struct vendor_enrolment enrolment = {
        .name = bytes_of_text(compose_vendor(vendor)),
        .is_trusted = chance(history, 70),
    };
    if (chance(history, history->theme == THEME_CROWD ? 80 : 10)) {
        (void)snprintf(history->name, NAME_ROOM, "vendor-%u", below(history, 20));
        enrolment.name = bytes_of_text(history->name);
    }
    compose_key(chance(history, 80) ? history->vendor_key[vendor] : KEY_LEDGER, history->key);
    enrolment.key = (struct bytes){history->key, sizeof history->key};
    return (struct event){.kind = VENDOR_ENROLMENT, .of.vendor_enrolment = enrolment};
}

static struct event make_policy(struct history *history)
{
    const struct policy policy = {
        .must_sign = chance(history, 40),
        .refusal_rate = below(history, 1000),
    };
    return (struct event){.kind = POLICY, .of.policy = policy};
}

static struct event make_delivery(struct history *history)
{
    struct reminder_delivery delivery = {
        .reminder = below(history, 500),
        .is_sent = chance(history, 60),
    };
    if (history->reminder_count > 0 && chance(history, 85)) {
        delivery.reminder = history->reminders[below(history, history->reminder_count)];
    }
    return (struct event){.kind = REMINDER_DELIVERY, .of.reminder_delivery = delivery};
}

static struct event make_counted(struct history *history)
{
    const struct refusal_count count = {
        .actor = bytes_of_text(history->actors[below(history, history->actor_count)].name),
        .code = LIMIT_REACHED,
        .count = 1 + below(history, 100),
    };
    const size_t start = history->lists.size;
    pack_array(&history->lists, refusal_count_record.field_count);
    record_write(&refusal_count_record, &count, &history->lists);
    const struct bytes            packed = {history->lists.at + start, history->lists.size - start};
    const struct refusals_counted counted = {
        .from_ms = history->time_ms, .counts = {packed, 1}
    };
    return (struct event){.kind = REFUSALS_COUNTED, .of.refusals_counted = counted};
}

// Mostly a key that nobody has had, in its turn.
static struct event make_rotation(struct history *history)
{
    static const uint64_t      taken[] = {KEY_LEDGER, KEY_RECOVERY, KEY_ACTOR + 1};
    const uint64_t             now_s = history->time_ms / 1000;
    struct compose_certificate certificate = {
        .key = ++history->key_number,
        .epoch = history->epoch + 1,
        .until_s = now_s + 1 + below(history, 100),
        .by = chance(history, 95) ? KEY_RECOVERY : KEY_LEDGER,
        .previous = history->ledger_keyid,
        .is_foreign = chance(history, 4),
    };
    if (chance(history, 5)) certificate.key = taken[below(history, COUNT(taken))];
    if (chance(history, 5)) certificate.epoch += 1 - 2 * below(history, 2);
    if (certificate.epoch == 0) certificate.epoch = 7;
    if (chance(history, 5)) certificate.previous = below(history, 1000);
    if (chance(history, 10)) certificate.size_from = history->step + below(history, 200);
    if (chance(history, 5)) certificate.until_s = now_s + below(history, 2);
    if (chance(history, 10)) certificate.from_s = now_s - 1 + below(history, 3);
    if (certificate.from_s >= certificate.until_s) certificate.from_s = certificate.until_s - 1;
    history->file.size = 0;
    compose_certificate(&history->file, &certificate);
    if (chance(history, 4)) history->file.at[below(history, 300)] ^= 1;
    return (struct event){.kind = KEY_ROTATION,
                          .of.key_rotation.certificate = buffer_bytes(&history->file)};
}

static struct event make_plan(struct history *history, const struct known_actor *author);

struct event make_event(struct history *history, enum kind kind, const struct known_actor *author)
{
    switch (kind) {
    case LICENSE_UPLOAD:
        return make_upload(history, below(history, VENDORS));
    case EULA_ACCEPTANCE:
        return make_acceptance(history);
    case PASSWORD_CHANGE:
        return make_password(history);
    case SOFTWARE_UPDATE:
        return make_software(history);
    case ACTOR_ENROLMENT:
        return make_enrolment(history, author);
    case ACTOR_REMOVAL:
        return make_removal(history);
    case GROUP_CREATION:
        return make_group(history);
    case GROUP_UPDATE:
        return make_update(history, author);
    case GROUP_MOVE:
        return make_move(history, author);
    case GROUP_REMOVAL:
        return make_group_removal(history, author);
    case GROUP_BLOCK:
        return make_block(history, author);
    case ALLOCATION:
        return make_allocation(history, author);
    case REMINDER_POLICY:
        return make_reminder_policy(history, author);
    case USER_CREATION:
        return make_user(history, author);
    case USER_REMOVAL:
        return make_user_removal(history);
    case MEMBERSHIP:
        return make_membership(history, author);
    case USER_ASSIGNMENT:
        return make_assignment(history, author);
    case CONSUMPTION:
        return make_consumption(history, author);
    case RENEWAL:
        return make_renewal(history, author);
    case RELEASE:
        return make_release(history);
    case TRANSFER:
        return make_transfer(history);
    case PLAN:
        return make_plan(history, author);
    case VENDOR_ENROLMENT:
        return make_vendor(history);
    case POLICY:
        return make_policy(history);
    case REMINDER_DELIVERY:
        return make_delivery(history);
    case CLOCK_STEP:
        return (struct event){.kind = CLOCK_STEP, .of.clock_step.wall_ms = history->time_ms};
    case REFUSALS_COUNTED:
        return make_counted(history);
    case KEY_ROTATION:
        return make_rotation(history);
    case OPENING:
    case REMINDER: // the ledger says them when they are due
    case SNAPSHOT:
    case ARCHIVE:
    case RESUMPTION:
    case BOUNDARY:
        return (struct event){.kind = BOUNDARY, .of.boundary.edge_ms = history->time_ms};
    }
    abort();
}

// Nobody removes actors in a plan, nor a group with them: the author would be gone midway. What is
// the ledger's own stands in none.
static bool fits_plan(enum kind kind)
{
    return kind != PLAN && kind != ACTOR_REMOVAL && kind != GROUP_REMOVAL &&
           !kind_row((uint64_t)kind)->is_of_ledger;
}

static struct event make_plan(struct history *history, const struct known_actor *author)
{
    uint8_t         room[BUFFER_ROOM / 4];
    struct buffer   events = buffer_over(room, sizeof room);
    const uint32_t  count = 1 + below(history, 5);
    const enum kind main_kind = history_kind(history);
    for (uint32_t i = 0; i < count; i++) {
        enum kind kind = chance(history, 60) ? main_kind : history_kind(history);
        if (!fits_plan(kind)) kind = CONSUMPTION;
        const struct event event = make_event(history, kind, author);
        compose_event(&events, &event);
    }
    assert(!events.is_full);
    const size_t start = history->lists.size;
    buffer_add(&history->lists, buffer_bytes(&events));
    const struct bytes packed = {history->lists.at + start, events.size};
    return (struct event){
        .kind = PLAN, .of.plan.events = {packed, count}
    };
}
