#include "api/wire/file.h"

#include "core/proof/crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PRIVATE_MODE = 0600,
    PUBLIC_MODE = 0644,
    OTHERS = 0077,
    KEY_LINE_SIZE = KEY_TEXT_SIZE_MAX + 2
};

static enum status status_of_errno(void)
{
    if (errno == ENOTDIR) return STATUS_NOT_FOUND;
    return errno == EEXIST ? STATUS_EXISTS : status_of_error(errno);
}

static enum status read_all(int descriptor, struct buffer *content)
{
    for (;;) {
        const size_t  room = content->size_max - content->size;
        const ssize_t size = read(descriptor, content->at + content->size, room);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return STATUS_IO;
        if (size == 0) return room == 0 ? STATUS_TOO_LARGE : OK;
        content->size += (size_t)size;
    }
}

enum status file_read(const char *path, struct buffer *content)
{
    if (strcmp(path, "-") == 0) return read_all(STDIN_FILENO, content);
    const int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return status_of_errno();
    const enum status status = read_all(descriptor, content);
    (void)close(descriptor);
    return status;
}

static enum status write_all(int descriptor, struct bytes content)
{
    struct bytes rest = content;
    while (rest.size > 0) {
        const ssize_t size = write(descriptor, rest.at, rest.size);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return status_of_errno();
        rest = bytes_after(rest, (size_t)size);
    }
    return fsync(descriptor) == 0 ? OK : STATUS_IO;
}

enum status file_write_new(const char *path, uint32_t mode, struct bytes content)
{
    const int descriptor =
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, (mode_t)mode);
    if (descriptor < 0) return status_of_errno();
    enum status status = write_all(descriptor, content);
    if (close(descriptor) != 0 && status == OK) status = STATUS_IO;
    if (status != OK) (void)unlink(path);
    return status;
}

// The name is durable only when its directory is.
static enum status sync_directory_of(const char *path)
{
    char        directory[4096] = ".";
    const char *slash = strrchr(path, '/');
    if (slash != NULL) {
        (void)snprintf(directory, sizeof directory, "%.*s", (int)(slash - path + 1), path);
    }
    const int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return status_of_errno();
    const enum status status = fsync(descriptor) == 0 ? OK : STATUS_IO;
    (void)close(descriptor);
    return status;
}

enum status file_replace(const char *path, struct bytes content)
{
    char beside[4096];
    if (snprintf(beside, sizeof beside, "%s.new", path) >= (int)sizeof beside) return STATUS_IO;
    const int descriptor =
        open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, PUBLIC_MODE);
    if (descriptor < 0) return status_of_errno();
    enum status status = write_all(descriptor, content);
    if (close(descriptor) != 0 && status == OK) status = STATUS_IO;
    if (status == OK && rename(beside, path) != 0) status = status_of_errno();
    if (status != OK) {
        (void)unlink(beside);
        return status;
    }
    return sync_directory_of(path);
}

// --- Keys -------------------------------------------------------------------

static struct bytes without_line_end(struct bytes text)
{
    if (text.size > 0 && text.at[text.size - 1] == '\n') text.size--;
    return text;
}

static enum status check_private(int descriptor)
{
    struct stat about;
    if (fstat(descriptor, &about) != 0) return STATUS_IO;
    if (!S_ISREG(about.st_mode) || (about.st_mode & OTHERS) != 0) return STATUS_PERMISSION;
    return about.st_uid == geteuid() ? OK : STATUS_PERMISSION;
}

static enum status read_signer(int descriptor, struct signer *signer)
{
    uint8_t       memory[KEY_LINE_SIZE];
    struct buffer line = buffer_over(memory, sizeof memory);
    enum status   status = check_private(descriptor);
    if (status == OK) status = read_all(descriptor, &line);
    if (status == STATUS_TOO_LARGE) status = STATUS_MALFORMED;
    if (status == OK) status = signer_parse(signer, without_line_end(buffer_bytes(&line)));
    crypto_wipe(memory, sizeof memory);
    return status;
}

enum status file_read_signer(const char *path, struct signer *signer)
{
    const int descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return status_of_errno();
    const enum status status = read_signer(descriptor, signer);
    (void)close(descriptor);
    return status;
}

enum status file_write_signer(const char *path, const struct signer *signer)
{
    uint8_t       memory[KEY_LINE_SIZE];
    struct buffer line = buffer_over(memory, sizeof memory);
    signer_print(signer, &line);
    buffer_add_byte(&line, '\n');
    const enum status status = file_write_new(path, PRIVATE_MODE, buffer_bytes(&line));
    crypto_wipe(memory, sizeof memory);
    return status;
}

enum status file_read_verifier(const char *path, struct verifier *verifier)
{
    uint8_t           memory[KEY_LINE_SIZE];
    struct buffer     line = buffer_over(memory, sizeof memory);
    const enum status status = file_read(path, &line);
    if (status == STATUS_TOO_LARGE) return STATUS_MALFORMED;
    if (status != OK) return status;
    return verifier_parse(verifier, without_line_end(buffer_bytes(&line)));
}

enum status file_write_verifier(const char *path, const struct verifier *verifier)
{
    uint8_t       memory[KEY_LINE_SIZE];
    struct buffer line = buffer_over(memory, sizeof memory);
    verifier_print(verifier, &line);
    buffer_add_byte(&line, '\n');
    return file_write_new(path, PUBLIC_MODE, buffer_bytes(&line));
}
