#include "api/cli/wide_views.h"

#include "api/cli/cells.h"

// --- Reminders --------------------------------------------------------------

// "weekly, 14 days before", "daily, from 2026-11-25T00:00Z", "off"
static void cell_policy(struct table *table, struct bytes policy)
{
    const struct bytes frequency = message_text(policy, "frequency");
    const uint64_t     days = message_number(policy, "days", UINT64_MAX);
    const char        *copies = message_flag(policy, "copies") ? ", copies" : "";
    char               text[TIME_TEXT_SIZE];
    if (!message_flag(policy, "enabled")) {
        table_add(table, "off");
    } else if (days != UINT64_MAX) {
        table_add(table, "%.*s, %llu days before%s", (int)frequency.size,
                  (const char *)frequency.at, (unsigned long long)days, copies);
    } else {
        table_add(table, "%.*s, from %s%s", (int)frequency.size, (const char *)frequency.at,
                  print_time(message_number(policy, "date", TIME_NEVER), text), copies);
    }
}

static void add_package(struct table *table, struct bytes policy, struct bytes package)
{
    struct bytes last;
    cell_text(table, policy, "group");
    cell_policy(table, policy);
    cell_text(table, package, "name");
    cell_time(table, package, "until");
    cell_time(table, package, "next");
    if (!message_find(package, "last", &last)) last = (struct bytes){NULL, 0};
    cell_time(table, last, "due");
    cell_number(table, last, "event", "");
    cell_text(table, last, "delivery");
}

static void view_policies(struct call *call, struct bytes map)
{
    static const struct table_column columns[] = {
        {"GROUP",    TABLE_LEFT },
        {"REMINDED", TABLE_LEFT },
        {"PACKAGE",  TABLE_LEFT },
        {"UNTIL",    TABLE_LEFT },
        {"NEXT",     TABLE_LEFT },
        {"LAST",     TABLE_LEFT },
        {"EVENT",    TABLE_RIGHT},
        {"DELIVERY", TABLE_LEFT },
    };
    struct table        *table = table_begin(columns, sizeof columns / sizeof columns[0]);
    struct message_items policies = message_list(map, "groups");
    const struct bytes   nothing = {NULL, 0};
    for (struct bytes policy; message_next(&policies, &policy);) {
        struct message_items packages = message_list(policy, "packages");
        if (packages.count == 0) add_package(table, policy, nothing);
        for (struct bytes package; message_next(&packages, &package);) {
            add_package(table, policy, package);
        }
    }
    table_flush(table, call->out);
}

static uint32_t add_undelivered(struct table *table, struct bytes map)
{
    struct message_items policies = message_list(map, "groups");
    uint32_t             count = 0;
    for (struct bytes policy; message_next(&policies, &policy);) {
        struct message_items reminders = message_list(policy, "undelivered");
        for (struct bytes reminder; message_next(&reminders, &reminder); count++) {
            cell_number(table, reminder, "event", "");
            cell_text(table, policy, "group");
            cell_text(table, reminder, "package");
            cell_time(table, reminder, "until");
            cell_time(table, reminder, "due");
            cell_count(table, reminder, "failures");
        }
    }
    return count;
}

void view_reminders(struct call *call, struct bytes map)
{
    static const struct table_column columns[] = {
        {"UNDELIVERED", TABLE_RIGHT},
        {"GROUP",       TABLE_LEFT },
        {"PACKAGE",     TABLE_LEFT },
        {"UNTIL",       TABLE_LEFT },
        {"DUE",         TABLE_LEFT },
        {"FAILURES",    TABLE_RIGHT},
    };
    if (message_list(map, "groups").count == 0) return;
    view_policies(call, map);
    struct table *table = table_begin(columns, sizeof columns / sizeof columns[0]);
    if (add_undelivered(table, map) == 0) return;
    (void)fputc('\n', call->out);
    table_flush(table, call->out);
}

// --- What is to come --------------------------------------------------------

static void view_present(struct call *call, struct bytes map)
{
    static const struct table_column columns[] = {
        {"RESOURCE",   TABLE_LEFT },
        {"MAXIMUM",    TABLE_RIGHT},
        {"USED",       TABLE_RIGHT},
        {"FITS UNTIL", TABLE_LEFT },
    };
    struct table        *table = table_begin(columns, sizeof columns / sizeof columns[0]);
    struct message_items resources = message_list(map, "resources");
    if (resources.count == 0) return;
    for (struct bytes resource; message_next(&resources, &resource);) {
        cell_text(table, resource, "name");
        cell_number(table, resource, "maximum", "");
        cell_number(table, resource, "used", "");
        cell_time(table, resource, "fits_until");
    }
    table_flush(table, call->out);
    (void)fputc('\n', call->out);
}

void view_forecast(struct call *call, struct bytes map)
{
    static const struct table_column columns[] = {
        {"WHEN",       TABLE_LEFT },
        {"NAME",       TABLE_LEFT },
        {"MAXIMUM",    TABLE_RIGHT},
        {"DECIDED BY", TABLE_LEFT },
        {"OVER",       TABLE_RIGHT},
    };
    view_present(call, map);
    struct table        *table = table_begin(columns, sizeof columns / sizeof columns[0]);
    struct message_items changes = message_list(map, "changes");
    if (changes.count == 0) (void)fprintf(call->out, "nothing changes by itself\n");
    for (struct bytes change; message_next(&changes, &change);) {
        cell_time(table, change, "when");
        cell_text(table, change, "name");
        cell_number(table, change, "maximum", message_flag(change, "on") ? "on" : "off");
        cell_text(table, change, "node");
        cell_count(table, change, "over");
    }
    if (changes.count > 0) table_flush(table, call->out);
}

void view_expiring(struct call *call, struct bytes map)
{
    static const struct table_column columns[] = {
        {"UNTIL", TABLE_LEFT},
        {"WHAT",  TABLE_LEFT},
        {"NAME",  TABLE_LEFT},
        {"USER",  TABLE_LEFT},
        {"GROUP", TABLE_LEFT},
    };
    static struct table *table; // its widths last over the pages
    if (table == NULL) table = table_begin(columns, sizeof columns / sizeof columns[0]);
    struct message_items ends = message_list(map, "ends");
    for (struct bytes end; message_next(&ends, &end);) {
        cell_time(table, end, "until");
        cell_text(table, end, "kind");
        cell_text(table, end, "name");
        cell_text(table, end, "user");
        cell_text(table, end, "group");
    }
    table_flush(table, call->out);
}

// --- Where it gets tight, and who holds a unit ------------------------------

void view_tight(struct call *call, struct bytes map)
{
    static const struct table_column columns[] = {
        {"GROUP",    TABLE_LEFT },
        {"RESOURCE", TABLE_LEFT },
        {"USED",     TABLE_RIGHT},
        {"LIMIT",    TABLE_RIGHT},
        {"PERCENT",  TABLE_RIGHT},
        {"OVER",     TABLE_RIGHT},
    };
    static struct table *table;
    if (table == NULL) table = table_begin(columns, sizeof columns / sizeof columns[0]);
    struct message_items limits = message_list(map, "limits");
    for (struct bytes limit; message_next(&limits, &limit);) {
        cell_text(table, limit, "group");
        cell_text(table, limit, "name");
        cell_number(table, limit, "used", "");
        cell_number(table, limit, "limit", "");
        cell_number(table, limit, "percent", "");
        cell_count(table, limit, "over");
    }
    table_flush(table, call->out);
}

void view_who(struct call *call, struct bytes map)
{
    struct bytes holding;
    if (!message_flag(map, "held") || !message_find(map, "holding", &holding)) {
        (void)fprintf(call->out, "nobody, as far as this key may see\n");
        return;
    }
    line_text(call, holding, "group");
    line_text(call, holding, "user");
    if (message_is_nil(map, "since")) {
        (void)fprintf(call->out, "%-16s as long as its event, which is archived\n", "since");
    } else {
        line_time(call, map, "since");
    }
    line_number(call, holding, "seq");
    line_text(call, holding, "directions");
    if (message_flag(holding, "suspended")) (void)fprintf(call->out, "%-16s yes\n", "suspended");
}
