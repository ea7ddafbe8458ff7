#include "api/cli/watch.h"

#include "api/cli/connect.h"
#include "api/cli/event_text.h"
#include "api/cli/json.h"
#include "api/cli/print.h"
#include "api/cli/query.h"
#include "api/cli/refusal.h"
#include "core/event/proposal.h"
#include "core/proof/crypto.h"

enum { FOLLOW_WAIT_MS = 30 * 1000 };

// clang-format 14 crashes on these tables.
// clang-format off
static const struct field log_fields[] = {
    {.name = "after", .type = FIELD_NUMBER, .max = INT64_MAX,
     .help = "from this event on; 0 unless told"},
    {.name = "count", .type = FIELD_NUMBER, .max = INT64_MAX, .help = "end after so many"},
    {.name = "follow", .type = FIELD_FLAG, .help = "go on with what happens from now on"},
    {.name = "group", .type = FIELD_PATH, .help = "only of this group and those below"},
};
static const struct field changes_fields[] = {
    {.name = "count", .type = FIELD_NUMBER, .max = INT64_MAX, .help = "end after so many lines"},
    {.name = "group", .type = FIELD_PATH, .help = "of this group and those below"},
    {.name = "since", .type = FIELD_NUMBER, .max = INT64_MAX,
     .help = "from this event on; unless told, from now"},
};
// clang-format on
const struct record watch_log_parameters = {"log", log_fields,
                                            sizeof log_fields / sizeof log_fields[0], 0};
const struct record watch_changes_parameters = {
    "changes", changes_fields, sizeof changes_fields / sizeof changes_fields[0], 0};

// --- Lines ------------------------------------------------------------------

static void print_verdict(const struct verdict *verdict, struct bytes node, FILE *out)
{
    if (verdict->code == ACCEPTED) return;
    (void)fprintf(out, "  REFUSED %s", refusal_word(verdict->code));
    if (node.size > 0) {
        (void)fputs(" at ", out);
        print_text(out, node);
        refusal_print_numbers(bytes_of_text(refusal_word(verdict->code)), verdict->used,
                              verdict->limit, out);
    }
}

static void print_plan(const struct plan *plan, FILE *out)
{
    struct list_reader events = list_start(plan->events);
    for (struct bytes packed; list_next_packed(&events, &packed);) {
        struct event event;
        const char  *offence = NULL;
        if (!event_read_packed(packed, &event, &offence)) return;
        (void)fputs("\n            ", out);
        event_print(&event, out);
    }
}

void watch_print_event(const struct call *call, struct bytes item)
{
    char               text[TIME_TEXT_SIZE];
    struct leaf        leaf;
    struct proposal    proposal;
    const char        *offence = NULL;
    const struct bytes node = message_text(item, "node");
    if (!leaf_read(message_binary(item, "leaf"), &leaf) ||
        !proposal_read(leaf.proposal, &proposal, &offence)) {
        (void)fprintf(call->out, "%6llu  of a kind that this version does not know\n",
                      (unsigned long long)message_number(item, "seq", 0));
        return;
    }
    (void)fprintf(call->out, "%6llu  %s  ", (unsigned long long)leaf.seq,
                  print_time(leaf.time_ms, text));
    const struct bytes author = message_text(item, "author");
    print_text(call->out, author.size > 0 ? author : bytes_of_text("(ledger)"));
    (void)fputs("  ", call->out);
    event_print(&proposal.event, call->out);
    print_verdict(&leaf.verdict, node, call->out);
    if (proposal.event.kind == PLAN) print_plan(&proposal.event.of.plan, call->out);
    (void)fputc('\n', call->out);
}

static void print_event_json(const struct call *call, struct bytes item)
{
    struct json *document = json_of_leaf(message_binary(item, "leaf"), message_text(item, "author"),
                                         message_text(item, "node"));
    json_print_line(document, call->out);
    json_release(document);
}

// Of one answer: what it was asked to tell from on, and when it was.
struct news {
    uint64_t since; // seq
    uint64_t time_ms;
};

enum { LINE_SIZE_MAX = PATH_SIZE_MAX + 256, SEEN_COUNT = 8192 };

// What was printed last for a group and resource, by hashes of the names: a change of the server
// touches all below it, and most of them say what they said before. A clash prints a line twice.
static bool is_said_before(struct bytes names, struct bytes rest)
{
    static const uint8_t key[CRYPTO_SHORT_HASH_KEY_SIZE] = {1};
    static struct {
        uint64_t names, rest;
    } seen[SEEN_COUNT];
    const uint64_t names_hash = crypto_short_hash(key, names);
    const uint64_t rest_hash = crypto_short_hash(key, rest);
    const size_t   at = names_hash % SEEN_COUNT;
    const bool     is_same = seen[at].names == names_hash && seen[at].rest == rest_hash;
    seen[at].names = names_hash;
    seen[at].rest = rest_hash;
    return is_same;
}

static void add_number(struct buffer *out, struct bytes resource, const char *key, const char *end)
{
    buffer_add_decimal(out, message_number(resource, key, 0));
    buffer_add_text(out, end);
}

// Why the event that changed it was proposed (X22).
static void print_reason(const struct call *call, struct bytes change)
{
    const struct bytes reason = message_text(change, "reason");
    if (reason.size == 0) return;
    (void)fputs("  (", call->out);
    print_text(call->out, reason);
    (void)fputc(')', call->out);
}

// "SmartHome  sip_number", then " 50/1/49 on, over by 2, 1 suspended".
static void print_resource(const struct call *call, struct bytes change, struct bytes resource,
                           const char *time)
{
    uint8_t       names_memory[LINE_SIZE_MAX], rest_memory[LINE_SIZE_MAX];
    struct buffer names = buffer_over(names_memory, sizeof names_memory);
    struct buffer rest = buffer_over(rest_memory, sizeof rest_memory);
    buffer_add(&names, message_text(change, "group"));
    buffer_add_text(&names, "  ");
    buffer_add(&names, message_text(resource, "name"));
    add_number(&rest, resource, "maximum", "/");
    add_number(&rest, resource, "used", "/");
    add_number(&rest, resource, "available", " ");
    buffer_add(&rest, message_text(resource, "status"));
    if (message_number(resource, "over", 0) > 0) {
        buffer_add_text(&rest, ", over by ");
        add_number(&rest, resource, "over", "");
    }
    if (message_number(resource, "suspended", 0) > 0) {
        buffer_add_text(&rest, ", ");
        add_number(&rest, resource, "suspended", " suspended");
    }
    if (is_said_before(buffer_bytes(&names), buffer_bytes(&rest))) return;
    (void)fprintf(call->out, "%6llu  %s  ", (unsigned long long)message_number(change, "seq", 0),
                  time);
    print_text(call->out, buffer_bytes(&names));
    (void)fputc(' ', call->out);
    print_text(call->out, buffer_bytes(&rest));
    print_reason(call, change);
    (void)fputc('\n', call->out);
}

// X18: what the answer brings that the one before had not.
static void print_notice(const struct call *call, struct bytes change, struct bytes resource,
                         const struct news *news)
{
    char         text[TIME_TEXT_SIZE];
    struct bytes notice;
    if (!message_find(resource, "notice", &notice) || message_is_nil(resource, "notice")) return;
    const struct bytes mark = message_text(notice, "mark");
    if (message_number(notice, "seq", 0) < news->since) return;
    const bool is_over = bytes_is_equal(mark, bytes_of_text("over"));
    (void)fprintf(call->out, "%6llu  %s  ", (unsigned long long)message_number(notice, "seq", 0),
                  print_time(news->time_ms, text));
    print_text(call->out, message_text(change, "group"));
    (void)fputs("  ", call->out);
    print_text(call->out, message_text(resource, "name"));
    (void)fputs(is_over ? " NOTICE over the limit" : " NOTICE ", call->out);
    if (!is_over) print_text(call->out, mark);
    (void)fprintf(call->out, "%s: %llu of %llu used\n", is_over ? "" : " % of the limit",
                  (unsigned long long)message_number(resource, "used", 0),
                  (unsigned long long)message_number(resource, "own_limit", 0));
}

// "SmartHome  reminder 18: P1 ends 2027-12-01T00:00Z", of those that are news (B39).
static void print_reminders(const struct call *call, struct bytes change, const struct news *news)
{
    char                 text[TIME_TEXT_SIZE];
    struct message_items reminders = message_list(change, "reminders");
    for (struct bytes reminder; message_next(&reminders, &reminder);) {
        const unsigned long long event = message_number(reminder, "event", 0);
        if (event < news->since) continue;
        (void)fprintf(call->out, "%6llu  %s  ", event, print_time(news->time_ms, text));
        print_text(call->out, message_text(change, "group"));
        (void)fprintf(call->out, "  reminder %llu: ", event);
        print_text(call->out, message_text(reminder, "package"));
        (void)fprintf(call->out, " ends %s\n",
                      print_time(message_number(reminder, "until", TIME_NEVER), text));
    }
}

static void print_change(const struct call *call, struct bytes change, const struct news *news)
{
    char                 text[TIME_TEXT_SIZE];
    struct message_items resources = message_list(change, "resources");
    (void)print_time(message_number(change, "time", news->time_ms), text);
    print_reminders(call, change, news);
    for (struct bytes resource; message_next(&resources, &resource);) {
        print_resource(call, change, resource, text);
        print_notice(call, change, resource, news);
    }
    if (resources.count > 0) return;
    (void)fprintf(call->out, "%6llu  %s  ", (unsigned long long)message_number(change, "seq", 0),
                  text);
    print_text(call->out, message_text(change, "group"));
    (void)fputs("  changed", call->out);
    print_reason(call, change);
    (void)fputc('\n', call->out);
}

// --- Following --------------------------------------------------------------

struct following {
    struct licet_watch watch;
    const char        *items; // the list in the reply
    uint64_t           left;  // items to go
    bool               is_endless;
    bool               is_from_start; // nobody said where to begin
};

static void print_item(const struct call *call, const struct following *following,
                       struct bytes item, const struct news *news)
{
    if (following->watch.verb == LICET_LOG) {
        if (call->globals.is_json) {
            print_event_json(call, item);
        } else {
            watch_print_event(call, item);
        }
        return;
    }
    if (!call->globals.is_json) {
        print_change(call, item, news);
        return;
    }
    struct json *document = json_of_packed(item);
    json_print_line(document, call->out);
    json_release(document);
}

// More changed than the daemon remembers: what this prints is not all of it.
static void print_reset(const struct call *call)
{
    (void)fprintf(call->out, "%s\n",
                  call->globals.is_json ? "{\"reset\":true}"
                                        : "        more has changed than is told here: read the "
                                          "states again");
}

static void print_items(const struct call *call, struct following *following, struct bytes map,
                        uint64_t since)
{
    const struct news    news = {since, message_number(map, "time", 0)};
    struct message_items items = message_list(map, following->items);
    for (struct bytes item; following->left > 0 && message_next(&items, &item);) {
        following->left--;
        print_item(call, following, item, &news);
    }
    if (message_flag(map, "reset")) print_reset(call);
    (void)fflush(call->out);
}

static bool is_passing(enum status status)
{
    return status == STATUS_UNREACHABLE || status == STATUS_TIMED_OUT;
}

static bool is_archived(const struct following *following, const struct licet_reply *reply)
{
    return following->is_from_start && reply->outcome == MESSAGE_ERROR &&
           bytes_is_equal(message_text(reply->map, "code"), bytes_of_text("ARCHIVED"));
}

// The beginning is archived: with what is left.
static enum exit_code skip_archived(struct call *call, struct following *following)
{
    uint8_t            memory[32];
    struct buffer      request = buffer_over(memory, sizeof memory);
    struct licet_reply reply;
    message_begin_request(&request, "status", 0);
    const enum exit_code code = query_once(call, buffer_bytes(&request), &reply);
    if (code != EXIT_DONE) return code;
    following->is_from_start = false;
    following->watch.cursor = message_number(reply.map, "first", 0);
    (void)fprintf(stderr,
                  "licet: events before %llu are archived: licet-replay print --archive DIR\n",
                  (unsigned long long)following->watch.cursor);
    return EXIT_DONE;
}

// Whether that was all that was asked for.
static bool is_enough(const struct call *call, const struct following *following, struct bytes map)
{
    const uint64_t end = message_number(map, "seq", 0);
    const bool     has_more = message_number(map, "next", end) < end;
    if (following->left == 0 || (!following->is_endless && !has_more)) return true;
    return ferror(call->out) != 0; // nobody reads any more
}

// True when it is over, with *code.
static bool take(struct call *call, struct following *following, const struct licet_reply *reply,
                 uint64_t since, enum exit_code *code)
{
    if (is_archived(following, reply)) {
        *code = skip_archived(call, following);
        return *code != EXIT_DONE;
    }
    if (reply->outcome != MESSAGE_OK) {
        *code = refusal_print(call, reply);
        return true;
    }
    print_items(call, following, reply->map, since);
    *code = EXIT_DONE;
    return is_enough(call, following, reply->map);
}

static enum exit_code follow(struct call *call, struct following *following)
{
    for (;;) {
        struct licet_reply reply;
        enum exit_code     code;
        const uint64_t     since = following->watch.cursor;
        const enum status  status = licet_watch_next(call->licet, &following->watch, &reply);
        if (is_passing(status) && following->is_endless) {
            (void)fprintf(stderr, "licet: the daemon is away; trying again\n");
            continue;
        }
        if (status != OK) return connect_complain(call, status);
        if (take(call, following, &reply, since, &code)) return code;
    }
}

// The number that was given for a field; false with a complaint when it is none.
static bool number_of(struct call *call, const char *name, uint64_t *number)
{
    const char *text = call_text(call, name);
    if (text == NULL) return true;
    if (bytes_to_decimal(bytes_of_text(text), call_field(call, name)->max, number)) return true;
    return is_wrong(call, "--%s: '%s' is not a number", name, text);
}

static bool begin(struct call *call, struct following *following)
{
    const char *group = call_text(call, "group");
    following->left = UINT64_MAX;
    if (group != NULL) following->watch.group = bytes_of_text(group);
    following->watch.wait_ms = following->is_endless ? FOLLOW_WAIT_MS : 0;
    return number_of(call, "count", &following->left);
}

enum exit_code watch_log_run(struct call *call)
{
    struct following following = {.watch = {.verb = LICET_LOG},
                                  .items = "events",
                                  .is_endless = call_has_flag(call, "follow"),
                                  .is_from_start = call_text(call, "after") == NULL};
    if (!begin(call, &following)) return EXIT_USAGE;
    if (!number_of(call, "after", &following.watch.cursor)) return EXIT_USAGE;
    const enum exit_code code = connect_open(call);
    return code == EXIT_DONE ? follow(call, &following) : code;
}

enum exit_code watch_changes_run(struct call *call)
{
    uint8_t            memory[32];
    struct buffer      request = buffer_over(memory, sizeof memory);
    struct licet_reply reply;
    struct following   following = {
          .watch = {.verb = LICET_CHANGES}, .items = "changes", .is_endless = true};
    if (!begin(call, &following)) return EXIT_USAGE;
    if (!number_of(call, "since", &following.watch.cursor)) return EXIT_USAGE;
    enum exit_code code = connect_open(call);
    if (code != EXIT_DONE) return code;
    if (call_text(call, "since") == NULL) {
        message_begin_request(&request, "mode", 0); // any answer tells where the log ends
        code = query_once(call, buffer_bytes(&request), &reply);
        if (code != EXIT_DONE) return code;
        following.watch.cursor = message_number(reply.map, "seq", 0);
    }
    return follow(call, &following);
}
