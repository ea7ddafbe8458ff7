#include "api/daemon/snapshots.h"

#include "api/daemon/daemon.h"
#include "api/daemon/report.h"
#include "api/daemon/snapshot_process.h"
#include "core/proof/crypto.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

enum { PATH_TEXT_SIZE = 4096 };

static void start(struct snapshots *snapshots, uint64_t size)
{
    char          key[KEY_TEXT_SIZE_MAX + 1], directory[PATH_TEXT_SIZE];
    char          mode[] = SNAPSHOT_PROCESS_MODE, name[] = "licetd", archive[PATH_TEXT_SIZE];
    struct buffer text = buffer_over(key, sizeof key);
    verifier_print(snapshots->key, &text);
    (void)buffer_text(&text);
    (void)snprintf(directory, sizeof directory, "%s", snapshots->directory);
    (void)snprintf(archive, sizeof archive, "%s",
                   snapshots->archive == NULL ? "" : snapshots->archive);
    char *const words[] = {name, mode, directory, key, archive, NULL};
    snapshots->tried_size = size;
    const int error = helper_start(&snapshots->helper, words);
    if (error != 0) {
        report("warning", "snapshot_failed", "why=\"no process\" error=%d", error);
        return;
    }
    report("info", "snapshot_started", "size=%llu", (unsigned long long)size);
}

static void end(struct snapshots *snapshots, int result)
{
    const struct bytes said = helper_next_line(&snapshots->helper);
    const bool         is_well = WIFEXITED(result) && WEXITSTATUS(result) == 0;
    if (is_well && snapshot_line_read(said, &snapshots->told)) return;
    snapshots->told.size = 0;
    report("warning", "snapshot_failed", "result=%d", result);
}

static bool is_due(const struct snapshots *snapshots, const struct server *server)
{
    const uint64_t since = server->snapshot_size > snapshots->tried_size ? server->snapshot_size
                                                                         : snapshots->tried_size;
    return snapshots->every != 0 && server->size >= since &&
           server->size - since >= snapshots->every;
}

// What is told of in the log, durably: this is not asked within a batch.
static void note_written(struct snapshots *snapshots, const struct server *server)
{
    if (snapshots->told.size == 0 || server->snapshot_size != snapshots->told.size) return;
    report("info", "snapshot_written", "size=%llu seq=%llu",
           (unsigned long long)server->snapshot_size, (unsigned long long)server->snapshot_seq);
    snapshots->told.size = 0;
}

void snapshots_look(struct daemon *daemon)
{
    struct snapshots    *snapshots = &daemon->snapshots;
    const struct server *server = server_at(daemon->state);
    if (snapshots->directory == NULL) return;
    note_written(snapshots, server);
    if (snapshots->helper.process != 0) {
        int result = 0;
        if (helper_await(&snapshots->helper, &result)) end(snapshots, result);
        return;
    }
    if (snapshots->told.size != 0) return;
    if (*snapshots->is_asked == 0 && !is_due(snapshots, server)) return;
    if (daemon->archives.helper.process != 0) return; // it reads one, and has one removed by this
    *snapshots->is_asked = 0;
    start(snapshots, server->size);
}

void snapshots_tell(struct daemon *daemon)
{
    struct snapshots    *snapshots = &daemon->snapshots;
    const struct server *server = server_at(daemon->state);
    const uint64_t       size = snapshots->told.size;
    if (size == 0 || size == server->snapshot_size) return;
    if (size <= server->snapshot_seq || size > server->size) {
        snapshots->told.size = 0;
        report("warning", "snapshot_failed", "why=\"of no use\" size=%llu",
               (unsigned long long)size);
        return;
    }
    const struct event event = {
        .kind = SNAPSHOT,
        .of.snapshot = {size, hash_view(&snapshots->told.digest), hash_view(&snapshots->told.file)},
    };
    const enum status status = daemon_append_own(daemon, &event);
    if (status != OK) report_failure("snapshot", status); // told again with the next batch
}

void snapshots_close(struct snapshots *snapshots)
{
    helper_stop(&snapshots->helper);
}
