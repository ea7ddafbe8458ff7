#include "replay/shelter.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

void *shelter_share(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void shelter_unshare(void *memory, size_t size)
{
    if (memory != NULL) (void)munmap(memory, size);
}

// No core file of a crash that is expected, and no life after that of the process that waits.
static void settle_in(void)
{
    const struct rlimit none = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static bool wait_for(pid_t child, int *how)
{
    pid_t ended = waitpid(child, how, 0);
    while (ended < 0 && errno == EINTR) {
        ended = waitpid(child, how, 0);
    }
    return ended == child;
}

bool shelter_run(int (*work)(void *context), void *context, struct shelter_end *end)
{
    struct shelter_end *shared = shelter_share(sizeof *shared);
    int                 how = 0;
    if (shared == NULL) return false;
    (void)fflush(NULL); // else the child would write it again
    const pid_t child = fork();
    if (child == 0) {
        settle_in();
        shared->result = work(context);
        shared->is_finished = true;
        shared->is_written = fflush(stdout) == 0 && ferror(stdout) == 0;
        _exit(0);
    }
    const bool is_waited = child > 0 && wait_for(child, &how);
    *end = *shared;
    if (is_waited && WIFSIGNALED(how)) end->signal = WTERMSIG(how);
    shelter_unshare(shared, sizeof *shared);
    return is_waited;
}
