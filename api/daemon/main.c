// licetd - one ledger and its sockets. See README.md.
#include "api/daemon/archive_process.h"
#include "api/daemon/daemon.h"
#include "api/daemon/loop.h"
#include "api/daemon/report.h"
#include "api/daemon/snapshot_process.h"
#include "api/wire/address.h"
#include "api/wire/file.h"
#include "core/base/name.h"
#include "core/base/version.h"
#include "core/proof/crypto.h"
#include "core/proof/hash.h"
#include "projections/restore.h"

#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { LISTEN_MAX = 64, URL_TEXT_MAX = 2048 };

#define SNAPSHOT_EVERY_DEFAULT ((uint64_t)1000 * 1000)
#define MIB                    ((uint64_t)1 << 20)
#define MAP_MIB_MAX            ((uint64_t)64 << 20) // half of what a process can address

enum exit_code { EXIT_DONE = 0, EXIT_USAGE = 2, EXIT_FAILED = 3 };

struct options {
    const char       *data, *key, *next_key, *anchor, *policy, *archive;
    const char       *certificate, *certificate_key, *authority;
    bool              is_plain_allowed;
    uint64_t          snapshot_every, map_mib;
    struct listen     listens[LISTEN_MAX];
    char              urls[LISTEN_MAX][URL_TEXT_MAX];
    size_t            listen_count;
    struct publishing publishing;
};

enum option_key {
    OPTION_CERTIFICATE = 1000,
    OPTION_CERTIFICATE_KEY,
    OPTION_AUTHORITY,
    OPTION_PLAIN,
    OPTION_NEXT_KEY,
    OPTION_ANCHOR,
    OPTION_POLICY,
    OPTION_ARCHIVE,
    OPTION_SNAPSHOT_EVERY,
    OPTION_MAP_SIZE,
};

static const struct argp_option option_rows[] = {
    {"data",            'd',                    "DIR",              0, "The ledger's directory, made by `licet init`",             0},
    {"key",             'k',                    "FILE",             0, "The ledger's private key (mode 0600; never below --data)", 0},
    {"next-key",        OPTION_NEXT_KEY,        "FILE",             0,
     "Where the private key will be that follows it, when the key is rotated (licet key rotate); "
     "it "
     "need not be there before",                                                                                                   0},
    {"anchor",          OPTION_ANCHOR,          "FILE",             0,
     "Keep the newest signed head here, on another disk: a ledger that is older or other than it "
     "is not started",                                                                                                             0},
    {"policy",          OPTION_POLICY,          "FILE",             0,
     "A C2SP tlog-policy that names this ledger, its witnesses and how many of them are enough: "
     "their signatures under its heads are kept (licet cosign)",                                                                   0},
    {"archive",         OPTION_ARCHIVE,         "DIR",              0,
     "Move old events here when asked to (licet archive): made with mode 0700. They are read from "
     "here "
     "where a start cannot do without them",                                                                                       0},
    {"snapshot-every",  OPTION_SNAPSHOT_EVERY,  "N",                0,
     "Write a snapshot after so many events, for a quick start: 1000000 unless told, 0 for "
     "SIGUSR1 only",                                                                                                               0},
    {"map-size",        OPTION_MAP_SIZE,        "MIB",              0,
     "The most that the log may grow to on its disk: 65536 unless told. Above 70 % of it comes "
     "a warning; a restart with more lets it grow on",                                                                             0},
    {"listen",          'l',                    "URL",              0,
     "Answer requests at this address: ipc://PATH, tcp://HOST:PORT or tls+tcp://HOST:PORT. May be "
     "given many times",                                                                                                           1},
    {"publish",         'p',                    "URL[?group=PATH]", 0,
     "Publish at this address: the doorbell alone, or what changes in the group. Whoever can "
     "connect can read it. May be given many times",                                                                               1},
    {"certificate",     OPTION_CERTIFICATE,     "FILE",             0, "PEM chain for tls+tcp (ECDSA P-256)",                      2},
    {"certificate-key", OPTION_CERTIFICATE_KEY, "FILE",             0, "PEM private key for tls+tcp",                              2},
    {"authority",       OPTION_AUTHORITY,       "FILE",             0,
     "PEM of the authority that clients' certificates must come from",                                                             2},
    {"allow-plain-tcp", OPTION_PLAIN,           NULL,               0, "Let tcp:// listen beyond this machine",                    2},
    {NULL,              0,                      NULL,               0, NULL,                                                       0},
};

static const char description[] =
    "The licence ledger's daemon: one ledger, its sockets, nothing else. It runs in the "
    "foreground, "
    "logs one line per event to standard error, and stops cleanly on SIGTERM.\v"
    "Without --listen it answers where `licet` asks unless told: "
    "ipc://$XDG_RUNTIME_DIR/licetd.sock, "
    "or ipc:///run/licet/licetd.sock where that variable is not set.\n\n"
    "Example:\n"
    "  licet init --data /var/lib/licet --keys /etc/licet --origin licences.example.com/hq\n"
    "  licetd --data /var/lib/licet --key /etc/licet/ledger.key\n\n"
    "Exit status: 0 stopped as asked, 2 wrong usage, 3 the ledger does not open or the storage "
    "failed.";

// Options are parsed, and their errors told, before there is a second thread.
// NOLINTBEGIN(concurrency-mt-unsafe)

// The scope after "?group=" goes into the table of scopes, the rest stays as the address.
static const char *split_scope(struct options *options, char *url, uint32_t *scope)
{
    struct publishing *publishing = &options->publishing;
    char              *query = strchr(url, '?');
    if (publishing->scope_count == SCOPE_MAX) return "too many addresses to publish at";
    struct scope *row = &publishing->scopes[publishing->scope_count];
    *scope = publishing->scope_count++;
    if (query == NULL) return NULL;
    *query++ = 0;
    if (strncmp(query, "group=", 6) != 0) return "after ? only group=PATH is known";
    if (!path_is_valid(bytes_of_text(query + 6))) return "group= needs a path like acme/north";
    (void)snprintf(row->group, sizeof row->group, "%s", query + 6);
    return NULL;
}

static void add_listen(struct options *options, const char *text, enum connection_role role,
                       struct argp_state *state)
{
    if (options->listen_count == LISTEN_MAX) argp_error(state, "too many addresses");
    if (strlen(text) >= URL_TEXT_MAX) argp_error(state, "%s: too long", text);
    struct listen *listen = &options->listens[options->listen_count];
    char          *url = options->urls[options->listen_count++];
    const char    *wrong = NULL;
    (void)snprintf(url, URL_TEXT_MAX, "%s", text);
    *listen = (struct listen){.url = url, .role = role};
    if (role == ROLE_PUBLISH) wrong = split_scope(options, url, &listen->scope);
    if (wrong != NULL) argp_error(state, "%s: %s", text, wrong);
}

static void check_options(const struct options *options, struct argp_state *state)
{
    if (options->data == NULL) argp_error(state, "which ledger? --data DIR");
    if (options->key == NULL) argp_error(state, "with which key? --key FILE");
}

static error_t parse_option(int key, char *value, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'd':
        options->data = value;
        return 0;
    case 'k':
        options->key = value;
        return 0;
    case OPTION_NEXT_KEY:
        options->next_key = value;
        return 0;
    case OPTION_ANCHOR:
        options->anchor = value;
        return 0;
    case OPTION_POLICY:
        options->policy = value;
        return 0;
    case OPTION_ARCHIVE:
        options->archive = value;
        return 0;
    case OPTION_SNAPSHOT_EVERY:
        if (!bytes_to_decimal(bytes_of_text(value), INT64_MAX, &options->snapshot_every)) {
            argp_error(state, "%s: not a number of events", value);
        }
        return 0;
    case OPTION_MAP_SIZE:
        if (!bytes_to_decimal(bytes_of_text(value), MAP_MIB_MAX, &options->map_mib) ||
            options->map_mib == 0) {
            argp_error(state, "%s: not a size in MiB, 1 to %llu", value,
                       (unsigned long long)MAP_MIB_MAX);
        }
        return 0;
    case 'l':
        add_listen(options, value, ROLE_REPLY, state);
        return 0;
    case 'p':
        add_listen(options, value, ROLE_PUBLISH, state);
        return 0;
    case OPTION_CERTIFICATE:
        options->certificate = value;
        return 0;
    case OPTION_CERTIFICATE_KEY:
        options->certificate_key = value;
        return 0;
    case OPTION_AUTHORITY:
        options->authority = value;
        return 0;
    case OPTION_PLAIN:
        options->is_plain_allowed = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "%s: no such argument", value);
        return EINVAL;
    case ARGP_KEY_END:
        check_options(options, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

// NOLINTEND(concurrency-mt-unsafe)

// --- Signals ----------------------------------------------------------------

static volatile sig_atomic_t is_stopping;
static volatile sig_atomic_t is_snapshot_asked;
static struct connections   *woken; // what a signal wakes

static void on_stop(int number)
{
    (void)number;
    is_stopping = 1;
    if (woken != NULL) connections_wake(woken);
}

static void on_snapshot(int number)
{
    (void)number;
    is_snapshot_asked = 1;
    if (woken != NULL) connections_wake(woken);
}

static void set_signals(void)
{
    struct sigaction snapshot = {.sa_handler = on_snapshot, .sa_flags = SA_RESTART};
    struct sigaction stop = {.sa_handler = on_stop};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGTERM, &stop, NULL);
    (void)sigaction(SIGINT, &stop, NULL);
    (void)sigaction(SIGUSR1, &snapshot, NULL);
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigaction(SIGXFSZ, &ignore, NULL); // a file that may not grow is an error of the write
}

// No core dump and no tracer gets at the key; as many connections as the system lets us have.
static void set_limits(void)
{
    struct rlimit files;
    (void)prctl(PR_SET_DUMPABLE, 0);
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) return;
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files);
}

// --- Start ------------------------------------------------------------------

static enum status open_ledger(struct daemon *daemon, const struct options *options,
                               struct ledger_options *ledger_options)
{
    struct ledger_complaint complaint;
    const enum status       status =
        ledger_open(options->data, ledger_options, &daemon->ledger, &complaint);
    if (status == OK) return OK;
    report("error", "refused_to_start", "what=\"%s\" why=\"%s\" index=%lld data=\"%s\"",
           complaint.what, complaint.why,
           complaint.index == LEDGER_NO_INDEX ? -1LL : (long long)complaint.index, options->data);
    return status;
}

// An anchor beside the ledger is lost, or put back, with it.
static void warn_of_same_disk(const struct options *options)
{
    struct stat data, anchor;
    if (stat(options->data, &data) != 0 || stat(options->anchor, &anchor) != 0) return;
    if (data.st_dev != anchor.st_dev) return;
    report("warning", "anchor_on_same_disk", "path=\"%s\"", options->anchor);
}

static enum status open_anchor(struct daemon *daemon, const struct options *options)
{
    const char *why = NULL;
    if (options->anchor == NULL) return OK;
    const enum status status = anchor_open(options->anchor, daemon->ledger, &daemon->anchor, &why);
    if (status != OK) {
        report("error", "refused_to_start", "anchor=\"%s\" size=%llu why=\"%s\"", options->anchor,
               (unsigned long long)ledger_size(daemon->ledger), why);
        return status;
    }
    warn_of_same_disk(options);
    return OK;
}

static enum status open_witnesses(struct daemon *daemon, const struct options *options)
{
    struct witnesses_fault fault;
    if (options->policy == NULL) return OK;
    const enum status status =
        witnesses_open(options->policy, daemon->ledger, &daemon->witnesses, &fault);
    if (status == OK) return OK;
    report("error", "refused_to_start", "policy=\"%s\" line=%u why=\"%s\"", options->policy,
           fault.line, fault.why);
    return status;
}

static const char archived_sentence[] =
    "older events are archived, and no snapshot of them can be read: start it with --archive DIR";

// What is gone from the ledger must be told of in it.
static enum status judge_archived(const struct daemon *daemon)
{
    const uint64_t first = ledger_archived(daemon->ledger);
    if (first <= server_at(daemon->state)->archived_below) return OK;
    report("error", "refused_to_start",
           "why=\"events are gone, and none tells that they were archived\" first=%llu",
           (unsigned long long)first);
    return STATUS_CORRUPT;
}

static enum status read_log(struct daemon *daemon, const struct options *options)
{
    struct restore    from = {.ledger = daemon->ledger,
                              .directory = options->data,
                              .archive = options->archive,
                              .passed_over = report_passed_over};
    const enum status status = restore(&from, &daemon->state);
    if (status == OK && from.from > 0) {
        report("info", "snapshot_read", "size=%llu", (unsigned long long)from.from);
    }
    if (status == OK && from.from < ledger_archived(daemon->ledger)) {
        report("info", "archive_read", "below=%llu",
               (unsigned long long)ledger_archived(daemon->ledger));
    }
    if (status == OK && server_at(daemon->state)->size < 2) {
        report("error", "refused_to_start", "why=\"the ledger has no opening: run licet init\"");
        return STATUS_NOT_FOUND;
    }
    if (status == OK) return judge_archived(daemon);
    report("error", "refused_to_start", "why=\"%s\" seq=%llu",
           status == STATUS_ARCHIVED ? archived_sentence : from.fault.why,
           (unsigned long long)from.fault.seq);
    return status;
}

static enum status open_sockets(struct daemon *daemon, struct options *options)
{
    const struct connections_options connections_options = {.prepare = ask_prepare,
                                                            .prepare_context = &daemon->origin,
                                                            .prepared_size = sizeof(struct ask)};
    size_t                           failed = 0;
    for (size_t i = 0; i < options->listen_count; i++) {
        options->listens[i].certificate_file = options->certificate;
        options->listens[i].key_file = options->certificate_key;
        options->listens[i].authority_file = options->authority;
        options->listens[i].is_plain_allowed = options->is_plain_allowed;
    }
    const enum status status =
        connections_open(&connections_options, options->listens, options->listen_count,
                         &daemon->connections, &failed);
    if (status == OK) return OK;
    report("error", "refused_to_start", "url=\"%s\" why=\"%s\"", options->listens[failed].url,
           status_sentence(status));
    return status;
}

static void report_started(const struct daemon *daemon, const struct options *options)
{
    const struct server *server = server_at(daemon->state);
    for (size_t i = 0; i < options->listen_count; i++) {
        report("info", "listening", "url=\"%s\" role=%s port=%u", options->listens[i].url,
               options->listens[i].role == ROLE_REPLY ? "reply" : "publish",
               connections_port(daemon->connections, i));
    }
    report("info", "started", "origin=\"%.*s\" size=%llu mode=%s test_clock=%s clock_held=%s",
           (int)daemon->origin.size, (const char *)daemon->origin.at,
           (unsigned long long)server->size, server->limited_reason == 0 ? "normal" : "limited",
           server->has_test_clock ? "yes" : "no", daemon->clock.is_held ? "yes" : "no");
    if (daemon->clock.is_held || daemon->clock.step_back_count > 0) report_clock(&daemon->clock);
}

static enum status start(struct daemon *daemon, struct options *options)
{
    enum status status = sessions_init(&daemon->sessions);
    if (status == OK) status = read_log(daemon, options);
    if (status == OK && !rotation_choose_key(daemon)) status = STATUS_UNKNOWN_KEY;
    if (status != OK) return status;
    const struct server *server = server_at(daemon->state);
    clock_init(&daemon->clock, clock_read(), server->time_ms, server->has_test_clock);
    daemon->now_ms = daemon->clock.now_ms;
    daemon->started_ms = daemon->now_ms;
    daemon->is_resuming = true;
    daemon->snapshots = (struct snapshots){.directory = options->data,
                                           .key = &daemon->signer.verifier,
                                           .archive = options->archive,
                                           .every = options->snapshot_every,
                                           .is_asked = &is_snapshot_asked};
    daemon->archives = (struct archives){
        .directory = options->archive, .data = options->data, .key = &daemon->signer.verifier};
    return open_sockets(daemon, options);
}

static enum status serve(struct daemon *daemon, struct options *options)
{
    struct ledger_options ledger_options = {
        .origin = daemon->origin,
        .keys = {&daemon->signer.verifier, 1},
        .map_size = options->map_mib * MIB,
    };
    enum status status = open_ledger(daemon, options, &ledger_options);
    if (status == OK) status = open_anchor(daemon, options);
    if (status == OK) status = open_witnesses(daemon, options);
    if (status == OK) status = start(daemon, options);
    if (status != OK) return status;
    report_started(daemon, options);
    woken = daemon->connections;
    set_signals();
    status = loop_run(daemon, &options->publishing, &is_stopping);
    woken = NULL;
    if (status != OK) {
        report_failure("the loop", status);
        return status;
    }
    report("info", "stopped", "size=%llu", (unsigned long long)server_at(daemon->state)->size);
    connections_close(daemon->connections);
    return OK;
}

// A daemon that only publishes could not be spoken to: without an address to answer at it takes the
// one where `licet` asks unless told. Its directory may have to be made, as /run is new at each
// boot.
static void set_default_listen(struct options *options)
{
    for (size_t i = 0; i < options->listen_count; i++) {
        if (options->listens[i].role == ROLE_REPLY) return;
    }
    if (options->listen_count == LISTEN_MAX) return;
    char *url = options->urls[options->listen_count];
    (void)address_default(url, URL_TEXT_MAX);
    if (strncmp(url, "ipc:///run/licet/", 17) == 0) (void)mkdir("/run/licet", 0700);
    options->listens[options->listen_count++] = (struct listen){.url = url, .role = ROLE_REPLY};
}

int main(int count, char **words)
{
    static struct options options; // too large for a stack
    static struct daemon  daemon;
    static char           origin[KEY_NAME_SIZE_MAX + 1];
    const struct argp parser = {.options = option_rows, .parser = parse_option, .doc = description};
    if (snapshot_process_is_asked(count, words)) return snapshot_process_run(words);
    if (archive_process_is_asked(count, words)) return archive_process_run(words);
    options.snapshot_every = SNAPSHOT_EVERY_DEFAULT;
    argp_program_version = "licetd " LICET_VERSION;
    argp_err_exit_status = EXIT_USAGE;
    // NOLINTNEXTLINE(concurrency-mt-unsafe): there is no second thread yet.
    if (argp_parse(&parser, count, words, 0, NULL, &options) != 0) return EXIT_USAGE;
    set_default_listen(&options);
    set_limits();
    enum status status = crypto_start();
    if (status == OK) status = hash_start();
    daemon.rotation.next_file = options.next_key;
    if (status == OK) status = rotation_read_key(&daemon, options.key);
    if (status != OK) {
        report("error", "refused_to_start", "key=\"%s\" why=\"%s\"", options.key,
               status_sentence(status));
        return EXIT_FAILED;
    }
    (void)snprintf(origin, sizeof origin, "%s", daemon.signer.verifier.name);
    daemon.origin = bytes_of_text(origin);
    status = serve(&daemon, &options);
    snapshots_close(&daemon.snapshots);
    archives_close(&daemon.archives);
    anchor_close(daemon.anchor);
    witnesses_close(daemon.witnesses);
    sessions_release(&daemon.sessions);
    state_close(daemon.state);
    ledger_close(daemon.ledger);
    rotation_release(&daemon);
    return status == OK ? EXIT_DONE : EXIT_FAILED;
}
