#include "api/daemon/snapshot_process.h"

#include "api/daemon/helper.h"
#include "api/daemon/report.h"
#include "core/proof/crypto.h"
#include "core/proof/key.h"

#include <string.h>
#include <unistd.h>

enum { WORD_COUNT = 5, FAILED = 3 };

// --- The line ---------------------------------------------------------------

void snapshot_line_print(const struct snapshot_told *told, struct buffer *line)
{
    buffer_add_decimal(line, told->size);
    buffer_add_byte(line, ' ');
    crypto_hex_add(line, hash_view(&told->digest));
    buffer_add_byte(line, ' ');
    crypto_hex_add(line, hash_view(&told->file));
    buffer_add_byte(line, '\n');
}

static bool read_hash(struct bytes text, struct hash *hash)
{
    return crypto_hex_decode(text, hash->at, sizeof hash->at);
}

bool snapshot_line_read(struct bytes line, struct snapshot_told *told)
{
    if (line.size == 0 || line.at[line.size - 1] != '\n') return false;
    struct bytes       rest = {line.at, line.size - 1};
    const struct bytes size = bytes_cut(&rest, ' ');
    const struct bytes digest = bytes_cut(&rest, ' ');
    return bytes_to_decimal(size, INT64_MAX, &told->size) && told->size > 0 &&
           read_hash(digest, &told->digest) && read_hash(rest, &told->file);
}

// --- The process ------------------------------------------------------------

static enum status say(const struct snapshot_told *told)
{
    char          room[256];
    struct buffer line = buffer_over(room, sizeof room);
    snapshot_line_print(told, &line);
    return write(STDOUT_FILENO, line.at, line.size) == (ssize_t)line.size ? OK : STATUS_IO;
}

static enum status write_snapshot(struct ledger *ledger, const char *directory, const char *archive)
{
    struct restore       from = {.ledger = ledger,
                                 .directory = directory,
                                 .archive = archive[0] == 0 ? NULL : archive,
                                 .passed_over = report_passed_over};
    struct state        *state = NULL;
    struct snapshot_told told;
    enum status          status = restore(&from, &state);
    if (status != OK) return status;
    status = restore_write(&from, state, &told);
    state_close(state);
    return status == OK ? say(&told) : status;
}

static enum status run(const char *directory, struct bytes key, const char *archive)
{
    struct ledger          *ledger = NULL;
    struct ledger_complaint complaint;
    struct verifier         verifier;
    enum status             status = crypto_start();
    if (status == OK) status = hash_start();
    if (status == OK) status = verifier_parse(&verifier, key);
    if (status != OK) return status;
    const struct ledger_options options = {
        .origin = verifier_name(&verifier), .keys = {&verifier, 1},
             .is_read_only = true
    };
    status = ledger_open(directory, &options, &ledger, &complaint);
    if (status == OK) status = write_snapshot(ledger, directory, archive);
    ledger_close(ledger);
    return status;
}

bool snapshot_process_is_asked(int count, char **words)
{
    return count == WORD_COUNT && strcmp(words[1], SNAPSHOT_PROCESS_MODE) == 0;
}

int snapshot_process_run(char **words)
{
    helper_begin();
    const enum status status = run(words[2], bytes_of_text(words[3]), words[4]);
    if (status == OK) return 0;
    report_failure("the snapshot", status);
    return FAILED;
}
