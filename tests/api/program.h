// program.h - runs the built `licet` as its users do, for tests.
#ifndef TESTS_API_PROGRAM_H
#define TESTS_API_PROGRAM_H

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROGRAM_ARGUMENT_MAX = 32, PROGRAM_TEXT_SIZE = 64 * 1024 };

struct program {
    int  code;
    char out[PROGRAM_TEXT_SIZE], err[PROGRAM_TEXT_SIZE];
};

static inline void program_path(char path[static PATH_MAX])
{
    char          self[PATH_MAX - 32];
    const ssize_t size = readlink("/proc/self/exe", self, sizeof self - 1);
    if (size < 0) abort();
    self[size] = 0;
    (void)snprintf(path, PATH_MAX, "%s/../bin/licet", dirname(self));
}

static inline int program_file(const char *directory, const char *name)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", directory, name);
    const int descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    if (descriptor < 0) abort();
    return descriptor;
}

static inline void program_read(int descriptor, char *text)
{
    const ssize_t size = pread(descriptor, text, PROGRAM_TEXT_SIZE - 1, 0);
    if (size < 0) abort();
    text[size] = 0;
    close(descriptor);
}

// Runs it in the directory with the arguments up to NULL; standard output and error go through
// files there.
static inline void program_run(struct program *program, const char *directory, ...)
{
    char      path[PATH_MAX];
    char     *arguments[PROGRAM_ARGUMENT_MAX + 1];
    int       count = 0;
    va_list   rest;
    const int out = program_file(directory, "stdout"), err = program_file(directory, "stderr");
    program_path(path);
    arguments[count++] = path;
    va_start(rest, directory);
    for (char *text = va_arg(rest, char *); text != NULL; text = va_arg(rest, char *)) {
        if (count == PROGRAM_ARGUMENT_MAX) abort();
        arguments[count++] = text;
    }
    va_end(rest);
    arguments[count] = NULL;
    const pid_t child = fork();
    if (child < 0) abort();
    if (child == 0) {
        if (chdir(directory) != 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) _exit(99);
        execv(path, arguments);
        _exit(98);
    }
    int status = 0;
    if (waitpid(child, &status, 0) != child) abort();
    program->code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    program_read(out, program->out);
    program_read(err, program->err);
}

#endif
