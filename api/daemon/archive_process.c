#include "api/daemon/archive_process.h"

#include "api/daemon/helper.h"
#include "api/daemon/report.h"
#include "core/base/limits.h"
#include "core/proof/crypto.h"
#include "core/proof/key.h"
#include "ledger/archive.h"
#include "projections/restore.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WORD_COUNT = 6, FAILED = 3, LINE_SIZE = 256 };

// --- The lines --------------------------------------------------------------

static const char *const line_words[] = {
    [ARCHIVE_AT] = "at", [ARCHIVE_WRITTEN] = "written", [ARCHIVE_FAILED] = "failed"};

void archive_line_print(const struct archive_said *said, struct buffer *line)
{
    buffer_add_text(line, line_words[said->what]);
    buffer_add_byte(line, ' ');
    switch (said->what) {
    case ARCHIVE_AT:
        buffer_add_decimal(line, said->done);
        break;
    case ARCHIVE_WRITTEN:
        crypto_hex_add(line, hash_view(&said->root));
        break;
    case ARCHIVE_FAILED:
        buffer_add(line, said->why);
        break;
    }
    buffer_add_byte(line, '\n');
}

bool archive_line_read(struct bytes line, struct archive_said *said)
{
    if (line.size == 0 || line.at[line.size - 1] != '\n') return false;
    struct bytes       rest = {line.at, line.size - 1};
    const struct bytes word = bytes_cut(&rest, ' ');
    *said = (struct archive_said){.why = rest};
    if (bytes_is_equal(word, bytes_of_text(line_words[ARCHIVE_AT]))) {
        said->what = ARCHIVE_AT;
        return bytes_to_decimal(rest, INT64_MAX, &said->done);
    }
    if (bytes_is_equal(word, bytes_of_text(line_words[ARCHIVE_WRITTEN]))) {
        said->what = ARCHIVE_WRITTEN;
        return crypto_hex_decode(rest, said->root.at, sizeof said->root.at);
    }
    said->what = ARCHIVE_FAILED;
    return rest.size > 0 && bytes_is_equal(word, bytes_of_text(line_words[ARCHIVE_FAILED]));
}

// --- The process ------------------------------------------------------------

static bool say(const struct archive_said *said)
{
    char          room[LINE_SIZE];
    struct buffer line = buffer_over(room, sizeof room);
    archive_line_print(said, &line);
    return write(STDOUT_FILENO, line.at, line.size) == (ssize_t)line.size;
}

static void tell(void *context, uint64_t done)
{
    (void)context;
    (void)say(&(struct archive_said){.what = ARCHIVE_AT, .done = done});
}

// A start must be possible without what is archived, of what is really on the disk.
static const char *judge_snapshot(struct ledger *ledger, const char *directory, uint64_t below)
{
    struct snapshot_search search = {.ledger = ledger,
                                     .directory = directory,
                                     .log_size = ledger_size(ledger),
                                     .size_max = UINT64_MAX,
                                     .passed_over = report_passed_over};
    struct state          *state = NULL;
    const bool             is_there = restore_snapshot(&search, &state) == OK;
    state_close(state);
    if (is_there && search.found >= below) return NULL;
    return "no snapshot of so many events can be read back from the disk";
}

struct task {
    const char           *data, *archive;
    uint64_t              below;
    struct ledger_options options;
    struct archiving      archiving;
};

static const char *write_archive(struct task *task, struct ledger *ledger)
{
    const char *why = judge_snapshot(ledger, task->data, task->below);
    if (why != NULL) return why;
    task->archiving = (struct archiving){
        .directory = task->archive, .options = &task->options, .below = task->below, .tell = tell};
    return archive_write(&task->archiving, ledger) == OK ? NULL : task->archiving.why;
}

static const char *work(struct task *task)
{
    struct ledger          *ledger = NULL;
    struct ledger_complaint complaint;
    if (ledger_open(task->data, &task->options, &ledger, &complaint) != OK) return complaint.why;
    const char *why = task->below <= ledger_size(ledger) ? write_archive(task, ledger)
                                                         : status_sentence(STATUS_NOT_FOUND);
    ledger_close(ledger);
    return why;
}

static const char *run(char **words, struct task *task)
{
    struct verifier verifier;
    enum status     status = crypto_start();
    if (status == OK) status = hash_start();
    if (status == OK) status = verifier_parse(&verifier, bytes_of_text(words[3]));
    if (status == OK && !bytes_to_decimal(bytes_of_text(words[5]), INT64_MAX, &task->below)) {
        status = STATUS_USAGE;
    }
    if (status == OK && task->below % ARCHIVE_STEP != 0) status = STATUS_USAGE;
    if (status != OK) return status_sentence(status);
    task->options = (struct ledger_options){
        .origin = verifier_name(&verifier), .keys = {&verifier, 1},
             .is_read_only = true
    };
    return work(task);
}

bool archive_process_is_asked(int count, char **words)
{
    return count == WORD_COUNT && strcmp(words[1], ARCHIVE_PROCESS_MODE) == 0;
}

int archive_process_run(char **words)
{
    struct task task = {.data = words[2], .archive = words[4]};
    helper_begin();
    (void)umask(S_IRWXG | S_IRWXO);
    const char *why = run(words, &task);
    if (why == NULL) {
        const struct archive_said said = {.what = ARCHIVE_WRITTEN, .root = task.archiving.root};
        return say(&said) ? 0 : FAILED;
    }
    report("error", "failure", "what=\"the archive\" why=\"%s\" seq=%lld", why,
           task.archiving.seq == LEDGER_NO_INDEX ? -1LL : (long long)task.archiving.seq);
    (void)say(&(struct archive_said){.what = ARCHIVE_FAILED, .why = bytes_of_text(why)});
    return FAILED;
}
