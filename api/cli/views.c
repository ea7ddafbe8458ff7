#include "api/cli/views.h"

#include "api/cli/cells.h"

// --- The server -------------------------------------------------------------

// Nothing where the ledger has no policy.
static void print_cosigned(const struct call *call, struct bytes map)
{
    const uint64_t size = message_number(map, "cosigned", UINT64_MAX);
    if (size == UINT64_MAX) return;
    (void)fprintf(call->out, "%-16s %llu, %llu not yet\n", "cosigned", (unsigned long long)size,
                  (unsigned long long)message_number(map, "not_cosigned", 0));
}

// To a key that sees the whole server.
static void print_store(const struct call *call, struct bytes map)
{
    const uint64_t used = message_number(map, "store_used", UINT64_MAX);
    if (used == UINT64_MAX) return;
    (void)fprintf(call->out, "%-16s %llu MiB of %llu\n", "log", (unsigned long long)(used >> 20),
                  (unsigned long long)(message_number(map, "store_max", 0) >> 20));
}

// Nothing where no event was ever archived, and none is.
static void print_archive(const struct call *call, struct bytes map)
{
    struct bytes archive = {NULL, 0};
    if (message_number(map, "first", 0) > 0) {
        (void)fprintf(call->out, "%-16s events before %llu\n", "archived",
                      (unsigned long long)message_number(map, "first", 0));
    }
    if (!message_find(map, "archive", &archive)) return;
    const struct bytes failed = message_text(archive, "failed");
    const struct bytes stage = message_text(archive, "stage");
    if (failed.size > 0) {
        (void)fprintf(call->out, "%-16s ", "archive failed");
        print_text(call->out, failed);
        (void)fputc('\n', call->out);
    }
    if (stage.size == 0) return;
    (void)fprintf(call->out, "%-16s events below %llu: ", "archive",
                  (unsigned long long)message_number(archive, "below", 0));
    print_text(call->out, stage);
    (void)fprintf(call->out, ", at %llu\n", (unsigned long long)message_number(archive, "done", 0));
}

void view_status(struct call *call, struct bytes map)
{
    line_text(call, map, "origin");
    line_text(call, map, "server");
    line_text(call, map, "mode");
    line_time(call, map, "time");
    if (message_flag(map, "test_clock")) {
        (void)fprintf(call->out, "%-16s ledger time is set by command: not for production\n",
                      "test clock");
    }
    if (message_flag(map, "clock_held")) {
        (void)fprintf(call->out, "%-16s it jumped; a server_admin has to confirm it\n",
                      "clock held");
    }
    const uint64_t steps = message_number(map, "clock_steps_back", 0);
    if (steps > 0) {
        (void)fprintf(call->out, "%-16s %llu time%s since the daemon started\n", "clock set back",
                      (unsigned long long)steps, steps == 1 ? "" : "s");
    }
    if (message_flag(map, "must_sign")) {
        (void)fprintf(call->out, "%-16s every proposal: no session vouches\n", "must sign");
    }
    line_number(call, map, "refusal_rate");
    line_number(call, map, "size");
    print_cosigned(call, map);
    line_number(call, map, "snapshot");
    line_number(call, map, "epoch");
    line_text(call, map, "ledger_key");
    print_archive(call, map);
    line_binary(call, map, "root");
    line_binary(call, map, "digest");
    line_number(call, map, "groups");
    line_number(call, map, "users");
    line_number(call, map, "holdings");
    line_number(call, map, "actors");
    line_number(call, map, "connections");
    print_store(call, map);
    line_time(call, map, "started");
    line_text(call, map, "version");
}

void view_mode(struct call *call, struct bytes map)
{
    (void)fprintf(call->out, "%-16s %s\n", "mode",
                  message_flag(map, "limited") ? "limited" : "normal");
    line_text(call, map, "reason");
    line_time(call, map, "since");
    line_text(call, map, "eula_version");
    line_text(call, map, "software_version");
    if (message_number(map, "pending", 0) == 0) return;
    line_number(call, map, "pending");
    struct message_items units = message_list(map, "pending_units");
    for (struct bytes unit; message_next(&units, &unit);) {
        (void)fputs("  ", call->out);
        print_text(call->out, message_text(unit, "resource"));
        (void)fputc(' ', call->out);
        print_text(call->out, message_text(unit, "unit"));
        (void)fputs(" of ", call->out);
        print_text(call->out, message_text(unit, "group"));
        (void)fputc('\n', call->out);
    }
    if (message_number(map, "pending", 0) > units.count) (void)fputs("  …\n", call->out);
}

void view_connect(struct call *call, struct bytes map)
{
    if (!message_flag(map, "connected")) {
        (void)fputs("no: ", call->out);
        print_text(call->out, message_text(map, "code"));
        (void)fputc('\n', call->out);
    } else {
        (void)fprintf(call->out, "yes%s\n",
                      message_flag(map, "limited") ? ", with the restrictions of limited mode"
                                                   : "");
    }
}

static void view_vendor(struct call *call, struct bytes vendor)
{
    static const struct table_column columns[] = {
        {"NAME",      TABLE_LEFT },
        {"KIND",      TABLE_LEFT },
        {"COUNT",     TABLE_RIGHT},
        {"USED",      TABLE_RIGHT},
        {"AVAILABLE", TABLE_RIGHT},
        {"FROM",      TABLE_LEFT },
        {"UNTIL",     TABLE_LEFT },
        {"STATUS",    TABLE_LEFT },
        {"NEEDS",     TABLE_LEFT },
    };
    struct table        *table = table_begin(columns, sizeof columns / sizeof columns[0]);
    struct message_items entries = message_list(vendor, "entries");
    const uint64_t       serial = message_number(vendor, "serial", UINT64_MAX);
    print_text(call->out, message_text(vendor, "name"));
    if (serial == UINT64_MAX) {
        (void)fprintf(call->out, ": no licence file yet");
    } else {
        (void)fprintf(call->out, ": serial %llu, event %llu", (unsigned long long)serial,
                      (unsigned long long)message_number(vendor, "file", 0));
    }
    if (message_text(vendor, "source").size > 0) {
        (void)fputs(", from ", call->out);
        print_text(call->out, message_text(vendor, "source"));
    }
    if (message_flag(vendor, "source_archived")) {
        (void)fputs(" (from where is in the archive)", call->out);
    }
    (void)fprintf(call->out, "%s\n", message_flag(vendor, "trusted") ? "" : " (revoked)");
    for (struct bytes entry; message_next(&entries, &entry);) {
        const bool is_feature =
            bytes_is_equal(message_text(entry, "kind"), bytes_of_text("feature"));
        cell_text(table, entry, "name");
        cell_text(table, entry, "kind");
        if (is_feature) {
            for (int i = 0; i < 3; i++) {
                table_add(table, "%s", "");
            }
        } else {
            cell_number(table, entry, "count", "");
            cell_number(table, entry, "used", "");
            cell_number(table, entry, "available", "");
        }
        cell_time(table, entry, "from");
        cell_time(table, entry, "until");
        cell_text(table, entry, "status");
        cell_text(table, entry, "needs");
    }
    if (entries.count > 0) table_flush(table, call->out);
}

void view_license(struct call *call, struct bytes map)
{
    struct message_items vendors = message_list(map, "vendors");
    if (vendors.count == 0) (void)fprintf(call->out, "no vendor is known\n");
    for (struct bytes vendor; message_next(&vendors, &vendor);) {
        view_vendor(call, vendor);
        if (vendors.left > 0) (void)fputc('\n', call->out);
    }
}

void view_clock(struct call *call, struct bytes map)
{
    line_time(call, map, "time");
}

// --- A group ----------------------------------------------------------------

static void print_entries(const struct call *call, struct bytes map)
{
    struct message_items entries = message_list(map, "entries");
    for (struct bytes entry; message_next(&entries, &entry);) {
        const uint64_t count = message_number(entry, "count", UINT64_MAX);
        (void)fputc(' ', call->out);
        print_text(call->out, message_text(entry, "name"));
        if (count != UINT64_MAX) (void)fprintf(call->out, "=%llu", (unsigned long long)count);
    }
}

static void print_window(const struct call *call, struct bytes map)
{
    char           text[TIME_TEXT_SIZE];
    const uint64_t from_ms = message_number(map, "from", 0);
    const uint64_t until_ms = message_number(map, "until", TIME_NEVER);
    if (from_ms != 0) (void)fprintf(call->out, " from %s", print_time(from_ms, text));
    if (until_ms != TIME_NEVER) (void)fprintf(call->out, " until %s", print_time(until_ms, text));
}

static void view_packages(struct call *call, struct bytes map)
{
    struct message_items packages = message_list(map, "packages");
    for (struct bytes package; message_next(&packages, &package);) {
        (void)fputs("package ", call->out);
        print_text(call->out, message_text(package, "name"));
        print_window(call, package);
        (void)fputc(':', call->out);
        print_entries(call, package);
        (void)fputc('\n', call->out);
    }
}

static void add_next(struct table *table, struct bytes resource)
{
    char         text[TIME_TEXT_SIZE];
    struct bytes next;
    if (!message_find(resource, "next", &next) || message_is_nil(resource, "next")) {
        table_add(table, "%s", "");
    } else {
        table_add(table, "%llu at %s", (unsigned long long)message_number(next, "maximum", 0),
                  print_time(message_number(next, "when", TIME_NEVER), text));
    }
}

static void view_resources(struct call *call, struct bytes map)
{
    static const struct table_column columns[] = {
        {"RESOURCE",     TABLE_LEFT },
        {"STATUS",       TABLE_LEFT },
        {"MAXIMUM",      TABLE_RIGHT},
        {"USED",         TABLE_RIGHT},
        {"AVAILABLE",    TABLE_RIGHT},
        {"ACTIVATABLE",  TABLE_RIGHT},
        {"OWN LIMIT",    TABLE_RIGHT},
        {"UNALLOCATED",  TABLE_RIGHT},
        {"OVER",         TABLE_RIGHT},
        {"SUSPENDED",    TABLE_RIGHT},
        {"BOTTLENECK",   TABLE_LEFT },
        {"UNTIL",        TABLE_LEFT },
        {"NEXT MAXIMUM", TABLE_LEFT },
    };
    struct table        *table = table_begin(columns, sizeof columns / sizeof columns[0]);
    struct message_items resources = message_list(map, "resources");
    for (struct bytes resource; message_next(&resources, &resource);) {
        cell_text(table, resource, "name");
        cell_text(table, resource, "status");
        cell_number(table, resource, "maximum", "unlimited");
        cell_number(table, resource, "used", "");
        cell_number(table, resource, "available", "unlimited");
        cell_number(table, resource, "activatable", "");
        cell_number(table, resource, "own_limit", "unlimited");
        cell_number(table, resource, "unallocated", "");
        cell_count(table, resource, "over");
        cell_count(table, resource, "suspended");
        cell_text(table, resource, "bottleneck");
        cell_time(table, resource, "until");
        add_next(table, resource);
    }
    if (resources.count > 0) table_flush(table, call->out);
}

static void view_features(struct call *call, struct bytes map)
{
    static const struct table_column columns[] = {
        {"FEATURE", TABLE_LEFT},
        {"STATUS",  TABLE_LEFT},
        {"UNTIL",   TABLE_LEFT},
    };
    struct table        *table = table_begin(columns, sizeof columns / sizeof columns[0]);
    struct message_items features = message_list(map, "features");
    for (struct bytes feature; message_next(&features, &feature);) {
        cell_text(table, feature, "name");
        cell_text(table, feature, "status");
        cell_time(table, feature, "until");
    }
    if (features.count == 0) return;
    (void)fputc('\n', call->out);
    table_flush(table, call->out);
}

static void view_group(struct call *call, struct bytes map)
{
    const struct bytes label = message_text(map, "label");
    if (label.size > 0) {
        (void)fputs(" (", call->out);
        print_text(call->out, label);
        (void)fputs(")", call->out);
    }
    (void)fprintf(call->out, ": %s%s, version %llu",
                  message_flag(map, "restricted") ? "restricted" : "unrestricted",
                  message_flag(map, "oversubscribed") ? ", oversubscribed" : "",
                  (unsigned long long)message_number(map, "version", 0));
}

void view_state(struct call *call, struct bytes map)
{
    struct bytes version; // not there when one resource alone was asked for
    print_text(call->out, message_text(map, "group"));
    if (message_find(map, "version", &version)) view_group(call, map);
    (void)fputc('\n', call->out);
    view_packages(call, map);
    view_resources(call, map);
    view_features(call, map);
}

void view_tree(struct call *call, struct bytes map)
{
    static const struct table_column columns[] = {
        {"GROUP",    TABLE_LEFT },
        {"LABEL",    TABLE_LEFT },
        {"LICENCES", TABLE_LEFT },
        {"CHILDREN", TABLE_RIGHT},
        {"USERS",    TABLE_RIGHT},
        {"VERSION",  TABLE_RIGHT},
    };
    static struct table *table; // its widths last over the pages
    if (table == NULL) table = table_begin(columns, sizeof columns / sizeof columns[0]);
    struct message_items groups = message_list(map, "groups");
    for (struct bytes group; message_next(&groups, &group);) {
        cell_text(table, group, "group");
        cell_text(table, group, "label");
        table_add(table, "%s%s%s",
                  message_flag(group, "restricted") ? "restricted" : "unrestricted",
                  message_flag(group, "oversubscribed") ? ", oversubscribed" : "",
                  message_flag(group, "blocked") ? ", blocked" : "");
        cell_number(table, group, "children", "");
        cell_number(table, group, "users", "");
        cell_number(table, group, "version", "");
    }
    table_flush(table, call->out);
}

// --- Users and units --------------------------------------------------------

static void view_memberships(struct call *call, struct bytes map)
{
    struct message_items memberships = message_list(map, "memberships");
    for (struct bytes membership; message_next(&memberships, &membership);) {
        struct bytes assignment;
        (void)fputs("  in ", call->out);
        print_text(call->out, message_text(membership, "group"));
        if (message_find(membership, "assignment", &assignment) &&
            !message_is_nil(membership, "assignment")) {
            (void)fputs(", at most", call->out);
            print_entries(call, assignment);
            print_window(call, assignment);
        }
        if (message_text(membership, "blocked").size > 0) {
            (void)fputs(", blocked at ", call->out);
            print_text(call->out, message_text(membership, "blocked"));
        }
        (void)fputc('\n', call->out);
    }
}

void view_user(struct call *call, struct bytes map)
{
    static const struct table_column columns[] = {
        {"RESOURCE",        TABLE_LEFT },
        {"MAXIMUM",         TABLE_RIGHT},
        {"USED",            TABLE_RIGHT},
        {"AVAILABLE",       TABLE_RIGHT},
        {"STRICTEST GROUP", TABLE_LEFT },
        {"BY",              TABLE_LEFT },
    };
    struct message_items resources = message_list(map, "resources");
    print_text(call->out, message_text(map, "user"));
    (void)fputc('\n', call->out);
    view_memberships(call, map);
    struct table *table = table_begin(columns, sizeof columns / sizeof columns[0]);
    for (struct bytes resource; message_next(&resources, &resource);) {
        cell_text(table, resource, "name");
        cell_number(table, resource, "maximum", "unlimited");
        cell_number(table, resource, "used", "");
        cell_number(table, resource, "available", "unlimited");
        cell_text(table, resource, "strictest");
        table_add(table, "%s", message_flag(resource, "assigned") ? "assignment" : "");
    }
    if (resources.count > 0) table_flush(table, call->out);
    view_features(call, map);
}

static void line_bound(const struct call *call, struct bytes map)
{
    struct bytes bound;
    if (!message_find(map, "bound", &bound) || message_is_nil(map, "bound")) return;
    (void)fprintf(call->out, "%-16s ", "bound to");
    print_text(call->out, message_text(bound, "resource"));
    (void)fputc(' ', call->out);
    print_text(call->out, message_text(bound, "unit"));
    (void)fputc('\n', call->out);
}

static void line_lease(const struct call *call, struct bytes map)
{
    char         text[TIME_TEXT_SIZE];
    struct bytes lease;
    if (!message_find(map, "lease", &lease) || message_is_nil(map, "lease")) return;
    const uint64_t until_ms = message_number(lease, "until", TIME_NEVER);
    (void)fprintf(call->out, "%-16s %s\n", "lease until",
                  until_ms == TIME_NEVER ? "the limited mode is left, and its length then"
                                         : print_time(until_ms, text));
}

void view_access(struct call *call, struct bytes map)
{
    const bool has_access = message_flag(map, "access");
    (void)fputs(has_access ? "yes" : "no: ", call->out);
    if (!has_access) {
        print_text(call->out, message_text(map, "code"));
        if (message_text(map, "node").size > 0) {
            (void)fputs(" at ", call->out);
            print_text(call->out, message_text(map, "node"));
        }
    }
    (void)fputc('\n', call->out);
    line_text(call, map, "group");
    line_text(call, map, "user");
    line_bound(call, map);
    line_lease(call, map);
}

// That of a user goes without saying.
static void add_purpose(struct table *table, struct bytes holding)
{
    const struct bytes purpose = message_text(holding, "purpose");
    const bool         is_user = bytes_is_equal(purpose, bytes_of_text("user"));
    table_add_bytes(table, is_user ? bytes_of_text("") : purpose);
}

static void add_bound(struct table *table, struct bytes holding)
{
    struct bytes bound;
    if (!message_find(holding, "bound", &bound) || message_is_nil(holding, "bound")) {
        table_add(table, "%s", "");
        return;
    }
    uint8_t       memory[2 * NAME_SIZE_MAX + 1];
    struct buffer text = buffer_over(memory, sizeof memory);
    buffer_add(&text, message_text(bound, "resource"));
    buffer_add_byte(&text, ' ');
    buffer_add(&text, message_text(bound, "unit"));
    table_add_bytes(table, buffer_bytes(&text));
}

void view_contact(struct call *call, struct bytes map)
{
    if (!message_flag(map, "known")) (void)fprintf(call->out, "nothing is known\n");
    line_text(call, map, "name");
    line_text(call, map, "mail");
    line_text(call, map, "phone");
}

// When it ends, and which set it is of.
static void add_lease(struct table *table, struct bytes holding)
{
    struct bytes lease;
    if (!message_find(holding, "lease", &lease) || message_is_nil(holding, "lease")) {
        table_add(table, "%s", "");
        table_add(table, "%s", "");
        return;
    }
    if (message_is_nil(lease, "until")) {
        table_add(table, "%s", "held");
    } else {
        cell_time(table, lease, "until");
    }
    cell_text(table, lease, "set");
}

void view_holdings(struct call *call, struct bytes map)
{
    static const struct table_column columns[] = {
        {"SEQ",        TABLE_RIGHT},
        {"RESOURCE",   TABLE_LEFT },
        {"UNIT",       TABLE_LEFT },
        {"GROUP",      TABLE_LEFT },
        {"USER",       TABLE_LEFT },
        {"SINCE",      TABLE_LEFT },
        {"DIRECTIONS", TABLE_LEFT },
        {"PURPOSE",    TABLE_LEFT },
        {"BOUND TO",   TABLE_LEFT },
        {"LEASE",      TABLE_LEFT },
        {"LEASE SET",  TABLE_LEFT },
        {"ACCESS",     TABLE_LEFT },
    };
    static struct table *table;
    if (table == NULL) table = table_begin(columns, sizeof columns / sizeof columns[0]);
    struct message_items holdings = message_list(map, "holdings");
    for (struct bytes holding; message_next(&holdings, &holding);) {
        cell_number(table, holding, "seq", "");
        cell_text(table, holding, "resource");
        cell_text(table, holding, "unit");
        cell_text(table, holding, "group");
        cell_text(table, holding, "user");
        cell_time(table, holding, "since");
        cell_text(table, holding, "directions");
        add_purpose(table, holding);
        add_bound(table, holding);
        add_lease(table, holding);
        const bool has_access = message_flag(holding, "access");
        const bool is_suspended = message_flag(holding, "suspended");
        table_add(table, "%s", has_access ? "yes" : is_suspended ? "suspended" : "no");
    }
    table_flush(table, call->out);
}

void view_actors(struct call *call, struct bytes map)
{
    static const struct table_column columns[] = {
        {"NAME",  TABLE_LEFT},
        {"ROLE",  TABLE_LEFT},
        {"GROUP", TABLE_LEFT},
        {"SIGNS", TABLE_LEFT},
        {"KEY",   TABLE_LEFT},
    };
    static struct table *table;
    if (table == NULL) table = table_begin(columns, sizeof columns / sizeof columns[0]);
    struct message_items actors = message_list(map, "actors");
    for (struct bytes actor; message_next(&actors, &actor);) {
        uint8_t memory[HEX_SIZE_MAX];
        cell_text(table, actor, "name");
        cell_text(table, actor, "role");
        cell_text(table, actor, "group");
        table_add(table, "%s", message_flag(actor, "must_sign") ? "always" : "settings");
        table_add(table, "%s", hex_of(message_binary(actor, "key"), memory));
    }
    table_flush(table, call->out);
}

// --- Proofs -----------------------------------------------------------------

void view_outcome(struct call *call, struct bytes map)
{
    char text[TIME_TEXT_SIZE];
    if (!message_flag(map, "known")) {
        (void)fprintf(call->out, "not in the log\n");
        return;
    }
    (void)fprintf(call->out, "%s as event %llu at %s",
                  message_flag(map, "accepted") ? "accepted" : "refused",
                  (unsigned long long)message_number(map, "seq", 0),
                  print_time(message_number(map, "time", 0), text));
    if (!message_flag(map, "accepted")) {
        (void)fputs(": ", call->out);
        print_text(call->out, message_text(map, "code"));
    }
    (void)fputc('\n', call->out);
}

// Notes and receipts go out byte by byte: others verify them.
static void print_verbatim(struct call *call, struct bytes text)
{
    (void)fwrite(text.at, 1, text.size, call->out);
}

void view_receipt(struct call *call, struct bytes map)
{
    print_verbatim(call, message_text(map, "receipt"));
}

void view_cosign(struct call *call, struct bytes map)
{
    const uint64_t added = message_number(map, "added", 0);
    (void)fprintf(call->out,
                  "head of %llu events: ", (unsigned long long)message_number(map, "size", 0));
    if (added == 0) {
        (void)fputs("nothing new", call->out);
    } else {
        (void)fprintf(call->out, "%llu more witness%s", (unsigned long long)added,
                      added == 1 ? "" : "es");
    }
    (void)fprintf(call->out, ", %s\n",
                  message_flag(map, "met") ? "as many as the policy asks"
                                           : "fewer than the policy asks");
}

void view_checkpoint(struct call *call, struct bytes map)
{
    print_verbatim(call, message_text(map, "note"));
}
