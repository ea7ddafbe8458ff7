#include "api/daemon/archives.h"

#include "api/daemon/answer.h"
#include "api/daemon/archive_process.h"
#include "api/daemon/daemon.h"
#include "api/daemon/report.h"
#include "api/daemon/view.h"
#include "ledger/snapshot_file.h"
#include "projections/actors.h"
#include "projections/retries.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>

enum {
    SLICE = 2048,    // leaves of one drop: with its commit 5 ms, of 300 bytes each
    REST_MS = 10000, // after a drop that failed
    PATH_TEXT_SIZE = 4096,
};

// --- What is asked for ------------------------------------------------------

__attribute__((format(printf, 3, 4))) static void deny(struct buffer *reply, const char *code,
                                                       const char *format, ...)
{
    char    detail[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    answer_error(reply, code, bytes_of_text(detail));
}

static unsigned long long printed(uint64_t number)
{
    return number;
}

static bool is_running(const struct daemon *daemon)
{
    return daemon->archives.below != 0 ||
           ledger_archived(daemon->ledger) < server_at(daemon->state)->archived_below;
}

// Guards in their order. False when it was refused.
static bool judge(const struct daemon *daemon, uint64_t below, struct buffer *reply)
{
    const struct server *server = server_at(daemon->state);
    const uint64_t       remembered = retry_oldest(daemon->state, daemon->now_ms);
    if (daemon->archives.directory == NULL) {
        deny(reply, "NO_ARCHIVE", "there is no place for it: licetd --archive DIR");
    } else if (is_running(daemon)) {
        deny(reply, "ARCHIVE_RUNNING", "one is under way: licet status");
    } else if (below <= server->archived_below) {
        deny(reply, "ALREADY_ARCHIVED",
             "there is nothing to archive: those below %llu are, and 256 at once at least",
             printed(server->archived_below));
    } else if (below > server->snapshot_size) {
        deny(reply, "NEEDS_SNAPSHOT",
             "a start would need them: the newest snapshot covers %llu events (SIGUSR1 makes one)",
             printed(server->snapshot_size));
    } else if (snapshot_file_below(daemon->archives.data, UINT64_MAX) < below) {
        deny(reply, "NEEDS_SNAPSHOT",
             "a start would need them: there is no file of such a snapshot (SIGUSR1 makes one)");
    } else if (below > remembered) {
        deny(reply, "STILL_REMEMBERED",
             "who sent event %llu may still ask for its answer: try again in ten minutes",
             printed(remembered));
    } else {
        return true;
    }
    return false;
}

void archive_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                    struct buffer *reply)
{
    struct archives *archives = &daemon->archives;
    const uint64_t   below = ask->arguments.below / ARCHIVE_STEP * ARCHIVE_STEP;
    if (actor_at(daemon->state, actor)->role != SERVER_ADMIN) {
        answer_forbidden(reply);
        return;
    }
    if (!judge(daemon, below, reply)) return;
    archives->below = below;
    archives->done = 0;
    archives->is_written = false;
    archives->failed[0] = 0;
    answer_ok(reply, 4);
    put_number(reply, "below", below);
    put_number(reply, "first", ledger_archived(daemon->ledger));
    put_seq(reply, daemon);
    put_now(reply, daemon);
}

static struct bytes stage_of(const struct daemon *daemon)
{
    const struct archives *archives = &daemon->archives;
    if (!is_running(daemon)) return (struct bytes){NULL, 0};
    return bytes_of_text(archives->below == 0 || archives->is_written ? "dropping" : "writing");
}

void put_archive(struct buffer *reply, const struct daemon *daemon)
{
    const struct archives *archives = &daemon->archives;
    const uint64_t         told = server_at(daemon->state)->archived_below;
    const uint64_t         below = archives->below != 0 ? archives->below : told;
    const bool             is_dropping = archives->below == 0 || archives->is_written;
    pack_key(reply, "archive");
    if (archives->directory == NULL && !is_running(daemon)) {
        pack_nil(reply);
        return;
    }
    pack_map(reply, 4);
    put_limit(reply, "below", is_running(daemon) ? below : LIMIT_NONE);
    put_number(reply, "done", is_dropping ? ledger_archived(daemon->ledger) : archives->done);
    put_optional_text(reply, "failed", bytes_of_text(archives->failed));
    put_optional_text(reply, "stage", stage_of(daemon));
}

// --- The process ------------------------------------------------------------

// It may have said itself why.
static void give_up(struct archives *archives, const char *why)
{
    if (archives->failed[0] == 0) {
        (void)snprintf(archives->failed, sizeof archives->failed, "%s", why);
    }
    report("warning", "archive_failed", "below=%llu why=\"%s\"", printed(archives->below),
           archives->failed);
    archives->below = 0;
}

static void start(struct archives *archives)
{
    char          key[KEY_TEXT_SIZE_MAX + 1], data[PATH_TEXT_SIZE], directory[PATH_TEXT_SIZE];
    char          mode[] = ARCHIVE_PROCESS_MODE, name[] = "licetd", below[24];
    struct buffer text = buffer_over(key, sizeof key);
    verifier_print(archives->key, &text);
    (void)buffer_text(&text);
    (void)snprintf(data, sizeof data, "%s", archives->data);
    (void)snprintf(directory, sizeof directory, "%s", archives->directory);
    (void)snprintf(below, sizeof below, "%llu", printed(archives->below));
    char *const words[] = {name, mode, data, key, directory, below, NULL};
    if (helper_start(&archives->helper, words) != 0) {
        give_up(archives, "no process can be started");
        return;
    }
    report("info", "archive_started", "below=%llu", printed(archives->below));
}

static void hear(struct archives *archives)
{
    struct archive_said said;
    struct bytes        line = helper_next_line(&archives->helper);
    for (; line.size > 0; line = helper_next_line(&archives->helper)) {
        if (!archive_line_read(line, &said)) continue;
        switch (said.what) {
        case ARCHIVE_AT:
            archives->done = said.done;
            break;
        case ARCHIVE_WRITTEN:
            archives->root = said.root;
            archives->is_written = true;
            break;
        case ARCHIVE_FAILED:
            (void)snprintf(archives->failed, sizeof archives->failed, "%.*s", (int)said.why.size,
                           (const char *)said.why.at);
            break;
        }
    }
}

// The event is told when the process has ended well, and no sooner.
static void await(struct archives *archives)
{
    int        result = 0;
    const bool is_over = helper_await(&archives->helper, &result);
    hear(archives);
    if (!is_over) return;
    const bool is_well = WIFEXITED(result) && WEXITSTATUS(result) == 0;
    archives->is_written = archives->is_written && is_well;
    if (!archives->is_written) give_up(archives, "its process ended before it was done");
}

void archives_look(struct daemon *daemon)
{
    struct archives *archives = &daemon->archives;
    if (archives->below == 0) return;
    if (archives->helper.process != 0) {
        await(archives);
    } else if (!archives->is_written) {
        if (daemon->snapshots.helper.process == 0) start(archives);
    } else if (ledger_archived(daemon->ledger) >= archives->below) {
        report("info", "archive_written", "below=%llu", printed(archives->below));
        archives->below = 0;
    }
}

void archives_close(struct archives *archives)
{
    helper_stop(&archives->helper);
}

// --- The log and the ledger -------------------------------------------------

void archives_tell(struct daemon *daemon)
{
    const struct archives *archives = &daemon->archives;
    const bool             is_over = archives->is_written && archives->helper.process == 0;
    if (archives->below == 0 || !is_over) return;
    if (server_at(daemon->state)->archived_below >= archives->below) return;
    const struct event event = {
        .kind = ARCHIVE, .of.archive = {archives->below, hash_view(&archives->root)}
    };
    const enum status status = daemon_append_own(daemon, &event);
    if (status != OK) report_failure("archive", status); // told again with the next batch
}

bool archives_has_to_drop(const struct daemon *daemon, uint64_t tick_ms)
{
    return !daemon->is_batch_open && tick_ms >= daemon->archives.idle_until_ms &&
           ledger_archived(daemon->ledger) < server_at(daemon->state)->archived_below;
}

void archives_drop(struct daemon *daemon)
{
    const uint64_t first = ledger_archived(daemon->ledger);
    const uint64_t below = server_at(daemon->state)->archived_below;
    assert(!daemon->is_batch_open);
    explainer_archived(daemon->explainer, below);
    if (daemon_begin(daemon) != OK) return;
    daemon->batch_status =
        ledger_drop(daemon->ledger, below - first > SLICE ? first + SLICE : below);
}

void archives_rest(struct daemon *daemon, uint64_t tick_ms)
{
    daemon->archives.idle_until_ms = tick_ms + REST_MS;
}
