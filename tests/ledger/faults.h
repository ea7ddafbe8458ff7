// faults.h - the countdown of a fault test: while it is armed, the n-th call fails, once or from
// there on. For one file of a program: the calls to the system that stand here come before libc's.
#ifndef TESTS_LEDGER_FAULTS_H
#define TESTS_LEDGER_FAULTS_H

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static struct {
    bool     is_armed;
    bool     is_lasting; // every call fails from the n-th on
    int      error;
    unsigned call_count; // of several threads only one makes calls at a time
    unsigned fail_at;
} fault;

static bool fails(void)
{
    if (!fault.is_armed) return false;
    fault.call_count++;
    return fault.is_lasting ? fault.call_count >= fault.fail_at : fault.call_count == fault.fail_at;
}

static long failed(void)
{
    errno = fault.error;
    return -1;
}

ssize_t write(int fd, const void *at, size_t size)
{
    return fails() ? failed() : syscall(SYS_write, fd, at, size);
}

int fsync(int fd)
{
    return (int)(fails() ? failed() : syscall(SYS_fsync, fd));
}

int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    return (int)(fails() ? failed() : syscall(SYS_renameat, from_fd, from, to_fd, to));
}

int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return (int)(fails() ? failed() : syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

int openat(int fd, const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return (int)(fails() ? failed() : syscall(SYS_openat, fd, path, flags, mode));
}

#endif
