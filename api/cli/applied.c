#include "api/cli/applied.h"

#include "core/base/reserve.h"
#include "core/proof/crypto.h"
#include "core/proof/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { FILE_MODE = 0600, RECORD_SIZE_MAX = 512, CONTENT_SIZE_MAX = 512 * 1024 * 1024 };

static const char *const title = "licet applied v1\n";
static const char *const id_domain = "licet/apply/id/v1\n";

// --- Writing ----------------------------------------------------------------

static enum status write_out(struct applied *applied)
{
    struct bytes rest = buffer_bytes(&applied->out);
    while (rest.size > 0 && applied->descriptor >= 0) {
        const ssize_t size = write(applied->descriptor, rest.at, rest.size);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return status_of_error(errno);
        rest = bytes_after(rest, (size_t)size);
    }
    applied->out.size = 0;
    return OK;
}

enum status applied_flush(struct applied *applied)
{
    if (applied->out.is_full) return STATUS_IO;
    const enum status status = write_out(applied);
    if (status != OK || applied->descriptor < 0) return status;
    return fdatasync(applied->descriptor) == 0 ? OK : STATUS_IO;
}

// What cannot be written is seen by the next flush.
static void make_room(struct applied *applied)
{
    if (applied->out.size_max - applied->out.size < RECORD_SIZE_MAX) {
        if (write_out(applied) != OK) applied->out.is_full = true; // nothing else is sent
    }
}

static void begin_record(struct applied *applied, const char *word, const struct unit *unit)
{
    make_room(applied);
    buffer_printf(&applied->out, "%s ", word);
    crypto_hex_add(&applied->out, (struct bytes){unit->key, sizeof unit->key});
}

void applied_begin_run(struct applied *applied, uint64_t size)
{
    make_room(applied);
    applied->from = size;
    buffer_printf(&applied->out, "from %llu\n", (unsigned long long)size);
}

void applied_note_sent(struct applied *applied, const struct unit *unit)
{
    begin_record(applied, "sent", unit);
    buffer_printf(&applied->out, " %u %llu\n", unit->attempt,
                  (unsigned long long)unit->not_after_ms);
}

void applied_note_done(struct applied *applied, const struct unit *unit)
{
    begin_record(applied, "done", unit);
    if (unit->seq == UNIT_WITHOUT_SEQ) {
        buffer_add_text(&applied->out, " -\n");
    } else {
        buffer_printf(&applied->out, " %llu\n", (unsigned long long)unit->seq);
    }
}

void applied_note_refused(struct applied *applied, const struct unit *unit, struct bytes code)
{
    begin_record(applied, "refused", unit);
    buffer_printf(&applied->out, " %.*s\n", (int)code.size, (const char *)code.at);
}

// --- Ids --------------------------------------------------------------------

void applied_id(const struct applied *applied, const struct unit *unit,
                uint8_t id[static PROPOSAL_ID_SIZE])
{
    uint8_t       memory[RECORD_SIZE_MAX];
    struct buffer text = buffer_over(memory, sizeof memory);
    buffer_add_text(&text, id_domain);
    buffer_add(&text, (struct bytes){applied->salt, sizeof applied->salt});
    buffer_add(&text, (struct bytes){unit->key, sizeof unit->key});
    buffer_add_decimal(&text, unit->attempt);
    const struct hash hash = hash_bytes(buffer_bytes(&text));
    memcpy(id, hash_view(&hash).at, PROPOSAL_ID_SIZE);
}

// --- Reading ----------------------------------------------------------------

// What a record says of a unit; one that the file has no more is passed over.
static bool read_sent(struct unit *unit, struct bytes rest)
{
    uint64_t           attempt = 0, not_after_ms = 0;
    const struct bytes first = bytes_cut(&rest, ' ');
    if (!bytes_to_decimal(first, UINT32_MAX, &attempt)) return false;
    if (!bytes_to_decimal(rest, TIME_MS_MAX, &not_after_ms)) return false;
    unit->state = UNIT_SENT;
    unit->attempt = (uint32_t)attempt;
    unit->not_after_ms = not_after_ms;
    return true;
}

static bool read_done(struct unit *unit, struct bytes rest)
{
    unit->state = UNIT_DONE;
    unit->seq = UNIT_WITHOUT_SEQ;
    return bytes_is_equal(rest, bytes_of_text("-")) ||
           bytes_to_decimal(rest, INT64_MAX, &unit->seq);
}

static bool read_refused(struct unit *unit, struct bytes rest)
{
    unit->state = UNIT_REFUSED;
    return rest.size > 0;
}

static bool read_record(struct applied *applied, struct script *script, struct bytes line)
{
    static const struct {
        const char *word;
        bool (*read)(struct unit *unit, struct bytes rest);
    } rows[] = {
        {"sent",    read_sent   },
        {"done",    read_done   },
        {"refused", read_refused},
    };
    uint8_t            key[UNIT_KEY_SIZE];
    const struct bytes word = bytes_cut(&line, ' ');
    if (bytes_is_equal(word, bytes_of_text("from"))) {
        return bytes_to_decimal(line, INT64_MAX, &applied->from);
    }
    if (!crypto_hex_decode(bytes_cut(&line, ' '), key, sizeof key)) return false;
    struct unit *unit = script_find(script, key);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!bytes_is_equal(word, bytes_of_text(rows[i].word))) continue;
        return unit == NULL || rows[i].read(unit, line);
    }
    return false;
}

static bool cut_start(struct bytes *rest, const char *start)
{
    if (!bytes_starts_with(*rest, bytes_of_text(start))) return false;
    *rest = bytes_after(*rest, strlen(start));
    return true;
}

static bool is_owned(struct bytes *rest, const char *word, const char *name)
{
    return cut_start(rest, word) && bytes_is_equal(bytes_cut(rest, '\n'), bytes_of_text(name));
}

static enum status read_all(struct applied *applied, const struct applied_owner *owner,
                            struct script *script, struct bytes text)
{
    struct bytes rest = text;
    if (!cut_start(&rest, title)) return STATUS_MALFORMED;
    if (!is_owned(&rest, "ledger ", owner->origin)) return STATUS_PERMISSION;
    if (!is_owned(&rest, "actor ", owner->actor)) return STATUS_PERMISSION;
    if (!cut_start(&rest, "salt ")) return STATUS_MALFORMED;
    if (!crypto_hex_decode(bytes_cut(&rest, '\n'), applied->salt, sizeof applied->salt)) {
        return STATUS_MALFORMED;
    }
    while (rest.size > 0) {
        if (!read_record(applied, script, bytes_cut(&rest, '\n'))) return STATUS_MALFORMED;
    }
    return OK;
}

// --- Opening ----------------------------------------------------------------

static enum status begin_file(struct applied *applied, const struct applied_owner *owner)
{
    buffer_add_text(&applied->out, title);
    buffer_printf(&applied->out, "ledger %s\nactor %s\nsalt ", owner->origin, owner->actor);
    crypto_hex_add(&applied->out, (struct bytes){applied->salt, sizeof applied->salt});
    buffer_add_byte(&applied->out, '\n');
    return applied_flush(applied);
}

// A record that was cut off was not on the disk when anything was sent.
static enum status drop_cut(struct applied *applied, struct buffer *content)
{
    while (content->size > 0 && content->at[content->size - 1] != '\n') {
        content->size--;
    }
    if (ftruncate(applied->descriptor, (off_t)content->size) != 0) return STATUS_IO;
    return lseek(applied->descriptor, 0, SEEK_END) < 0 ? STATUS_IO : OK;
}

static enum status read_content(struct applied *applied, struct buffer *content)
{
    for (;;) {
        const size_t  room = content->size_max - content->size;
        const ssize_t size = read(applied->descriptor, content->at + content->size, room);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return STATUS_IO;
        if (size == 0) return room == 0 ? STATUS_TOO_LARGE : OK;
        content->size += (size_t)size;
    }
}

static enum status read_file(struct applied *applied, const struct applied_owner *owner,
                             struct script *script)
{
    void *memory = memory_reserve(CONTENT_SIZE_MAX);
    if (memory == NULL) return STATUS_OUT_OF_MEMORY;
    struct buffer content = buffer_over(memory, CONTENT_SIZE_MAX);
    enum status   status = read_content(applied, &content);
    if (status == OK) status = drop_cut(applied, &content);
    if (status == OK && content.size == 0) {
        status = begin_file(applied, owner);
    } else if (status == OK) {
        status = read_all(applied, owner, script, buffer_bytes(&content));
    }
    memory_return(memory, CONTENT_SIZE_MAX);
    return status;
}

enum status applied_open(struct applied *applied, const char *path,
                         const struct applied_owner *owner, struct script *script)
{
    applied->descriptor = -1;
    applied->from = 0;
    applied->out = buffer_over(applied->memory, sizeof applied->memory);
    crypto_random(applied->salt, sizeof applied->salt);
    if (path == NULL) return OK;
    applied->descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
    if (applied->descriptor < 0) return STATUS_IO;
    if (flock(applied->descriptor, LOCK_EX | LOCK_NB) != 0) return STATUS_LOCKED;
    return read_file(applied, owner, script);
}

void applied_close(struct applied *applied)
{
    if (applied->descriptor >= 0) (void)close(applied->descriptor);
    applied->descriptor = -1;
}
