// NOLINTNEXTLINE(bugprone-reserved-identifier): environ, pipe2, and closing all behind a number.
#define _GNU_SOURCE // NOLINT
#include "api/daemon/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { INHERITED_MAX = 3 }; // standard input, output and error
enum { EXIT_ALONE = 4 };

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
static int spawn(struct helper *helper, char *const words[], int output)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t          attributes;
    int                        error = posix_spawn_file_actions_init(&files);
    if (error != 0) return error;
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        error = prepare_files(&files, output);
        if (error == 0) error = prepare_signals(&attributes);
        if (error == 0) {
            error = posix_spawn(&helper->process, "/proc/self/exe", &files, &attributes, words,
                                environ);
        }
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&files);
    return error;
}

int helper_start(struct helper *helper, char *const words[])
{
    int ends[2];
    *helper = (struct helper){.process = 0};
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return errno;
    const int error = spawn(helper, words, ends[1]);
    (void)close(ends[1]);
    helper->pipe = ends[0];
    if (error == 0) return 0;
    (void)close(ends[0]);
    helper->process = 0;
    return error;
}

// What it says beyond the room for it waits in the pipe.
static void hear(struct helper *helper)
{
    const size_t room = sizeof helper->heard - helper->heard_size;
    if (helper->is_silent || room == 0) return;
    const ssize_t count = read(helper->pipe, helper->heard + helper->heard_size, room);
    if (count < 0) {
        helper->is_silent = errno != EAGAIN && errno != EINTR;
        return;
    }
    helper->heard_size += (size_t)count;
    helper->is_silent = count == 0;
}

bool helper_await(struct helper *helper, int *result)
{
    hear(helper);
    if (!helper->is_silent) return false;
    if (waitpid(helper->process, result, WNOHANG) != helper->process) return false;
    (void)close(helper->pipe);
    helper->process = 0;
    return true;
}

struct bytes helper_next_line(struct helper *helper)
{
    static char line[HELPER_HEARD_SIZE]; // the loop is one thread
    const char *end = memchr(helper->heard, '\n', helper->heard_size);
    if (end == NULL) return (struct bytes){NULL, 0};
    const size_t size = (size_t)(end - helper->heard) + 1;
    memcpy(line, helper->heard, size);
    helper->heard_size -= size;
    memmove(helper->heard, helper->heard + size, helper->heard_size);
    return (struct bytes){(const uint8_t *)line, size};
}

void helper_stop(struct helper *helper)
{
    if (helper->process == 0) return;
    (void)kill(helper->process, SIGKILL);
    (void)waitpid(helper->process, NULL, 0);
    (void)close(helper->pipe);
    helper->process = 0;
}

// The other end of its output is the daemon's alone.
static bool is_alone(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO};
    return poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

void helper_begin(void)
{
    // Of a daemon that has ended before this, nobody tells.
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (is_alone()) _exit(EXIT_ALONE);
    // A nice process still runs its slice to the end before the loop, or what flushes for it, goes
    // on: some milliseconds each time. An idle one is put aside at once.
    const struct sched_param none = {.sched_priority = 0};
    (void)sched_setscheduler(0, SCHED_IDLE, &none);
}
