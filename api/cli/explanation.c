#include "api/cli/explanation.h"

#include "api/cli/print.h"
#include "api/cli/refusal.h"
#include "api/cli/watch.h"

#include <string.h>

// --- The path ---------------------------------------------------------------

static void cell_limit(struct table *table, struct bytes node, const char *key, const char *none)
{
    const uint64_t number = message_number(node, key, UINT64_MAX);
    if (number == UINT64_MAX) {
        table_add(table, "%s", none);
    } else {
        table_add(table, "%llu", (unsigned long long)number);
    }
}

static void cell_count(struct table *table, struct bytes node, const char *key)
{
    cell_limit(table, node, key, "");
}

// From the group up to the server, as the rule walks; the node that decides is marked.
static void print_nodes(struct call *call, struct bytes map, bool is_feature)
{
    static const struct table_column columns[] = {
        {"NODE",     TABLE_LEFT },
        {"LIMIT",    TABLE_RIGHT},
        {"USED",     TABLE_RIGHT},
        {"ROOM",     TABLE_RIGHT},
        {"STATUS",   TABLE_LEFT },
        {"FROM",     TABLE_LEFT },
        {"UNTIL",    TABLE_LEFT },
        {"SUSPENDS", TABLE_RIGHT},
        {"",         TABLE_LEFT },
    };
    struct table        *table = table_begin(columns, sizeof columns / sizeof columns[0]);
    struct message_items nodes = message_list(map, "nodes");
    for (struct bytes node; message_next(&nodes, &node);) {
        table_add_bytes(table, message_text(node, "group"));
        cell_limit(table, node, "limit", is_feature ? "" : "none");
        if (is_feature) {
            table_add(table, "%s", "");
        } else {
            cell_count(table, node, "used");
        }
        cell_limit(table, node, "room", "");
        table_add_bytes(table, message_text(node, "status"));
        table_add_time(table, message_number(node, "from", TIME_NEVER));
        table_add_time(table, message_number(node, "until", TIME_NEVER));
        if (message_number(node, "suspends", 0) > 0) {
            cell_count(table, node, "suspends");
        } else {
            table_add(table, "%s", "");
        }
        table_add(table, "%s", message_flag(node, "bottleneck") ? "<- decides" : "");
    }
    if (nodes.count > 0) table_flush(table, call->out);
}

static void print_source(const struct call *call, struct bytes node, struct bytes package)
{
    char           text[TIME_TEXT_SIZE];
    const uint64_t count = message_number(package, "count", UINT64_MAX);
    const uint64_t from_ms = message_number(package, "from", TIME_NEVER);
    const uint64_t until_ms = message_number(package, "until", TIME_NEVER);
    (void)fputs("  ", call->out);
    print_text(call->out, message_text(node, "group"));
    (void)fputs(": ", call->out);
    print_text(call->out, message_text(package, "name"));
    if (count != UINT64_MAX) (void)fprintf(call->out, " gives %llu", (unsigned long long)count);
    if (from_ms != TIME_NEVER) (void)fprintf(call->out, " from %s", print_time(from_ms, text));
    if (until_ms != TIME_NEVER) (void)fprintf(call->out, " until %s", print_time(until_ms, text));
    if (!message_flag(package, "active")) (void)fputs(", not now", call->out);
    (void)fputc('\n', call->out);
}

// Packages of groups, entries of licence files at the server.
static void print_sources(const struct call *call, struct bytes map)
{
    struct message_items nodes = message_list(map, "nodes");
    bool                 is_first = true;
    for (struct bytes node; message_next(&nodes, &node);) {
        struct message_items packages = message_list(node, "packages");
        for (struct bytes package; message_next(&packages, &package);) {
            if (is_first) (void)fputs("\nthe limits come from\n", call->out);
            is_first = false;
            print_source(call, node, package);
        }
    }
}

static void print_suspended(struct call *call, struct bytes map)
{
    static const struct table_column columns[] = {
        {"SUSPENDED", TABLE_LEFT},
        {"GROUP",     TABLE_LEFT},
        {"USER",      TABLE_LEFT},
        {"BY",        TABLE_LEFT},
    };
    struct message_items units = message_list(map, "suspended");
    const uint64_t       total = message_number(map, "suspended_count", 0);
    if (units.count == 0) return;
    struct table *table = table_begin(columns, sizeof columns / sizeof columns[0]);
    (void)fputc('\n', call->out);
    for (struct bytes unit; message_next(&units, &unit);) {
        table_add_bytes(table, message_text(unit, "unit"));
        table_add_bytes(table, message_text(unit, "group"));
        table_add_bytes(table, message_text(unit, "user"));
        table_add_bytes(table, message_text(unit, "node"));
    }
    table_flush(table, call->out);
    if (total > units.count) {
        (void)fprintf(call->out, "and %llu older ones\n",
                      (unsigned long long)(total - units.count));
    }
}

void view_explain(struct call *call, struct bytes map)
{
    struct bytes resource, is_on;
    if (!message_find(map, "resource", &resource)) return;
    const bool is_feature = message_find(resource, "on", &is_on);
    print_text(call->out, message_text(resource, "name"));
    (void)fputs(" at ", call->out);
    print_text(call->out, message_text(map, "group"));
    (void)fputs(": ", call->out);
    if (!is_feature) {
        (void)fprintf(call->out, "%llu/%llu/%llu ",
                      (unsigned long long)message_number(resource, "maximum", 0),
                      (unsigned long long)message_number(resource, "used", 0),
                      (unsigned long long)message_number(resource, "available", 0));
    }
    print_text(call->out, message_text(resource, "status"));
    (void)fputs("\n\n", call->out);
    print_nodes(call, map, is_feature);
    print_sources(call, map);
    print_suspended(call, map);
}

// --- The reasons of then ----------------------------------------------------

static void print_paths(struct call *call, struct bytes map)
{
    struct message_items paths = message_list(map, "paths");
    for (struct bytes path; message_next(&paths, &path);) {
        (void)fputs("\nbefore it, ", call->out);
        print_text(call->out, message_text(path, "resource"));
        (void)fputs(" at ", call->out);
        print_text(call->out, message_text(path, "group"));
        (void)fputs(" was\n", call->out);
        print_nodes(call, path, false);
    }
}

// The following pages tell further reasons of the same event.
void view_why(struct call *call, struct bytes map)
{
    const bool is_first = message_number(map, "from", 0) == 0;
    const bool is_accepted = bytes_is_equal(message_text(map, "code"), bytes_of_text("ACCEPTED"));
    if (is_first) watch_print_event(call, map);
    if (is_accepted) (void)fputs("  accepted: everything held\n", call->out);
    refusal_print_reasons(map, call->out);
    if (message_is_nil(map, "next")) print_paths(call, map);
}
