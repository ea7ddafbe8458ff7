// NOLINTNEXTLINE(bugprone-reserved-identifier): environ, pipe2, and closing all behind a number.
#define _GNU_SOURCE // NOLINT
#include "api/daemon/snapshots.h"

#include "api/daemon/daemon.h"
#include "api/daemon/report.h"
#include "api/daemon/snapshot_process.h"
#include "core/proof/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

// --- The process ------------------------------------------------------------

enum { INHERITED_MAX = 3 }; // standard input, output and error

static int prepare_files(posix_spawn_file_actions_t *files, int output)
{
    int error = posix_spawn_file_actions_addopen(files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (error == 0) error = posix_spawn_file_actions_adddup2(files, output, STDOUT_FILENO);
    if (error == 0) error = posix_spawn_file_actions_addclosefrom_np(files, INHERITED_MAX);
    return error;
}

// A group of its own: what a terminal sends to the daemon is not meant for it.
static int prepare_signals(posix_spawnattr_t *attributes)
{
    const short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP;
    sigset_t    all, none;
    (void)sigfillset(&all);
    (void)sigemptyset(&none);
    int error = posix_spawnattr_setflags(attributes, flags);
    if (error == 0) error = posix_spawnattr_setsigdefault(attributes, &all);
    if (error == 0) error = posix_spawnattr_setsigmask(attributes, &none);
    return error;
}

// The ledger stays open here: what is started shares nothing of it, by closing all else and being
// another program at once.
static int spawn(struct snapshots *snapshots, int output)
{
    char                       key[KEY_TEXT_SIZE_MAX + 1];
    struct buffer              text = buffer_over(key, sizeof key);
    posix_spawn_file_actions_t files;
    posix_spawnattr_t          attributes;
    verifier_print(snapshots->key, &text);
    (void)buffer_text(&text);
    char mode[] = SNAPSHOT_PROCESS_MODE, name[] = "licetd";
    char directory[4096];
    (void)snprintf(directory, sizeof directory, "%s", snapshots->directory);
    char *const words[] = {name, mode, directory, key, NULL};
    int         error = posix_spawn_file_actions_init(&files);
    if (error != 0) return error;
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        error = prepare_files(&files, output);
        if (error == 0) error = prepare_signals(&attributes);
        if (error == 0) {
            error = posix_spawn(&snapshots->process, "/proc/self/exe", &files, &attributes, words,
                                environ);
        }
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&files);
    return error;
}

static void start(struct snapshots *snapshots, uint64_t size)
{
    int ends[2];
    snapshots->tried_size = size;
    snapshots->heard_size = 0;
    int error = pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0 ? 0 : errno;
    if (error == 0) {
        error = spawn(snapshots, ends[1]);
        (void)close(ends[1]);
        if (error != 0) (void)close(ends[0]);
    }
    if (error != 0) {
        snapshots->process = 0;
        report("warning", "snapshot_failed", "why=\"no process\" error=%d", error);
        return;
    }
    snapshots->pipe = ends[0];
    report("info", "snapshot_started", "size=%llu", (unsigned long long)size);
}

// --- What it says -----------------------------------------------------------

// Whether it has said all that it has to say.
static bool hear(struct snapshots *snapshots)
{
    const size_t  room = sizeof snapshots->heard - snapshots->heard_size;
    const ssize_t count = read(snapshots->pipe, snapshots->heard + snapshots->heard_size, room);
    if (count < 0) return errno != EAGAIN && errno != EINTR;
    snapshots->heard_size += (size_t)count;
    return count == 0;
}

static void end(struct snapshots *snapshots, int result)
{
    const struct bytes said = {(const uint8_t *)snapshots->heard, snapshots->heard_size};
    const bool         is_well = WIFEXITED(result) && WEXITSTATUS(result) == 0;
    (void)close(snapshots->pipe);
    snapshots->process = 0;
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

static void await(struct snapshots *snapshots)
{
    int result = 0;
    if (!hear(snapshots)) return;
    if (waitpid(snapshots->process, &result, WNOHANG) != snapshots->process) return;
    end(snapshots, result);
}

void snapshots_look(struct daemon *daemon)
{
    struct snapshots    *snapshots = &daemon->snapshots;
    const struct server *server = server_at(daemon->state);
    if (snapshots->directory == NULL) return;
    note_written(snapshots, server);
    if (snapshots->process != 0) {
        await(snapshots);
        return;
    }
    if (snapshots->told.size != 0) return;
    if (*snapshots->is_asked == 0 && !is_due(snapshots, server)) return;
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
    if (snapshots->process == 0) return;
    (void)kill(snapshots->process, SIGKILL);
    (void)waitpid(snapshots->process, NULL, 0);
    (void)close(snapshots->pipe);
    snapshots->process = 0;
}
