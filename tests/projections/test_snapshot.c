// The state as bytes: every field is in them, damage is told, and nothing that is read falls over.
// That a ledger goes on from them as from its log is for test_histories.c.
//
//   LICET_WRITE_CORPUS=1  writes the records anew from which tests/fuzz/fuzz_snapshot.c begins
#include "core/base/pack.h"
#include "projections/digest.h"
#include "projections/retries.h"
#include "projections/snapshot.h"
#include "projections/snapshot_rows.h"
#include "tests/support/play.h"
#include "tests/support/written.h"

#include <stdio.h>
#include <stdlib.h>

static const struct turn story[] = {
    {"license sip 5 per-server; dev 5 per-device; app 5 per-server needs sip; web feature", "ok"},
    {"eula 1",                                                                              "ok"},
    {"group G",                                                                             "ok"},
    {"group G/A",                                                                           "ok"},
    {"rename G/A B",                                                                        "ok"},
    {"label G/B dealer",                                                                    "ok"},
    {"remind G once days=400",                                                              "ok"},
    {"allocate G restricted p until=2026-12-01 : sip=3 dev=3 app=3 web",                    "ok"},
    {"allocate G/B restricted q : sip=2 app=1",                                             "ok"},
    {"user maria G",                                                                        "ok"},
    {"assign maria G until=2026-12-01 sip=2 app=2",                                         "ok"},
    {"consume G sip n1 user=maria",                                                         "ok"},
    {"consume G app a1 user=maria",                                                         "ok"},
    {"consume G/B sip n2 lease=60000 set=s",                                                "ok"},
    {"consume G dev d1 in",                                                                 "ok"},
    {"enrol helper agent G",                                                                "ok"},
    {"enrol gone agent G/B",                                                                "ok"},
    {"remove gone",                                                                         "ok"},
    {"rotate next",                                                                         "ok"},
    {"rotate third",                                                                        "ok"},
};

static struct written written;
static uint32_t       retry_count;

static void write_corpus(void)
{
    FILE              *file = fopen(SOURCE_DIR "/tests/fuzz/corpus/snapshot/story", "w");
    struct pack_reader reader = pack_reader((struct bytes){written.at, written.size});
    (void)pack_read_any(&reader); // the header, which the fuzzer makes itself
    cr_assert(file != NULL);
    cr_assert(eq(sz, fwrite(reader.rest.at, 1, reader.rest.size, file), reader.rest.size));
    fclose(file);
}

static void setup(void)
{
    struct company            *company = company_open();
    const struct snapshot_sink sink = {add_piece, &written};
    struct hash                digest;
    play_on(company, TURNS(story));
    cr_assert(eq(int, snapshot_write(company_state(company), &sink, &digest), OK));
    for (uint32_t i = 0; i < RETRY_BUCKET_COUNT; i++)
        retry_count += state_count(company_state(company), (enum pool_name)(POOL_RETRY + i));
    company_close(company);
    if (getenv("LICET_WRITE_CORPUS") != NULL) write_corpus();
}

static void teardown(void)
{
    free(written.at);
}

TestSuite(snapshot, .init = setup, .fini = teardown, .timeout = 240);

static enum status read_into(struct state *state, size_t size)
{
    struct bytes                 rest = {written.at, size};
    const struct snapshot_source source = snapshot_source_of(&rest);
    return snapshot_read(state, &source);
}

static enum status read_size(size_t size)
{
    struct state *state = NULL;
    cr_assert(eq(int, state_open(&state), OK));
    const enum status status = read_into(state, size);
    state_close(state);
    return status;
}

Test(snapshot, of_which_any_byte_is_missing_at_the_end_is_refused)
{
    uint32_t whole_count = 0;
    for (size_t size = 0; size < written.size; size++) {
        const enum status status = read_size(size);
        whole_count += status == OK;
        if (status != OK) cr_expect(eq(int, status, STATUS_CORRUPT), "%zu bytes", size);
    }
    // Answers are a list, which may end anywhere: their file has a hash.
    cr_expect(eq(u32, whole_count, retry_count));
    cr_expect(eq(int, read_size(written.size), OK));
}

Test(snapshot, with_a_bit_changed_is_refused_or_means_something_else)
{
    uint32_t refused_count = 0, count = 0;
    for (size_t i = 0; i < 8 * written.size; i += 23, count++) {
        written.at[i / 8] ^= (uint8_t)(1U << i % 8);
        refused_count += read_size(written.size) != OK;
        written.at[i / 8] ^= (uint8_t)(1U << i % 8);
    }
    cr_expect(gt(u32, refused_count, count / 4));
    cr_expect(eq(int, read_size(written.size), OK));
}

static size_t find(const char *text)
{
    const size_t size = strlen(text);
    size_t       at = 0;
    while (memcmp(written.at + at, text, size) != 0) {
        at++;
        cr_assert(lt(sz, at + size, written.size));
    }
    return at;
}

Test(snapshot, of_another_program_is_not_read)
{
    struct snapshot_header header;
    const size_t           layout = find("licet/snapshot/v2") + 17 + 2, rules = layout + HASH_SIZE;
    cr_assert(snapshot_read_header((struct bytes){written.at, written.size}, &header));
    cr_assert(eq(u64, header.rules_version, RULES_VERSION));
    written.at[layout] ^= 1;
    cr_expect(eq(int, read_size(written.size), STATUS_UNSUPPORTED), "other rows");
    written.at[layout] ^= 1;
    cr_assert(eq(int, written.at[rules], RULES_VERSION));
    written.at[rules]++;
    cr_expect(eq(int, read_size(written.size), STATUS_UNSUPPORTED), "other rules");
    written.at[rules]--;
    written.at[find("licet/snapshot/v2") + 16]++;
    cr_expect(eq(int, read_size(written.size), STATUS_CORRUPT), "another format");
    cr_expect(not(snapshot_read_header((struct bytes){written.at, written.size}, &header)));
}

// Pieces as small as a source may give, each gone with the next.
struct thrift {
    struct bytes rest;
    uint8_t     *piece;
    uint32_t     count;
};

static struct bytes next_thriftily(void *context, size_t used)
{
    struct thrift *thrift = context;
    thrift->rest = bytes_after(thrift->rest, used);
    const size_t size =
        thrift->rest.size < SNAPSHOT_RECORD_MAX ? thrift->rest.size : SNAPSHOT_RECORD_MAX;
    free(thrift->piece);
    thrift->piece = malloc(size + 1);
    memcpy(thrift->piece, thrift->rest.at, size);
    thrift->count++;
    return (struct bytes){thrift->piece, size};
}

Test(snapshot, is_read_in_whatever_pieces_it_comes)
{
    struct state *state = NULL;
    struct thrift thrift = {
        {written.at, written.size},
        NULL, 0
    };
    struct written               again = {NULL, 0};
    struct hash                  digest;
    const struct snapshot_source source = {next_thriftily, &thrift};
    const struct snapshot_sink   sink = {add_piece, &again};
    cr_assert(gt(sz, written.size, SNAPSHOT_RECORD_MAX));
    cr_assert(eq(int, state_open(&state), OK));
    cr_assert(eq(int, snapshot_read(state, &source), OK));
    cr_expect(gt(u32, thrift.count, 10), "it was asked for more with each record");
    cr_assert(eq(int, snapshot_write(state, &sink, &digest), OK));
    cr_assert(eq(sz, again.size, written.size));
    cr_expect(eq(int, memcmp(again.at, written.at, written.size), 0));
    state_close(state);
    free(thrift.piece);
    free(again.at);
}

// What changed before is forgotten, so that whoever asks for it is told to look at the state.
Test(snapshot, forgets_what_changed)
{
    struct state *state = NULL;
    struct change change;
    cr_assert(eq(int, state_open(&state), OK));
    cr_assert(eq(int, read_into(state, written.size), OK));
    const uint64_t count = state_change_count(state);
    cr_assert(gt(u64, count, CHANGE_RING_SIZE));
    cr_assert(state_change_at(state, count - CHANGE_RING_SIZE, &change));
    cr_expect(eq(u64, change.seq, server_at(state)->size - 1));
    state_close(state);
}

// --- The rows ---------------------------------------------------------------

// Between two columns lies no more than it takes to align the second: no field was forgotten. A
// narrow one before a wide one might be: new columns are held by the histories as well.
static void expect_covered(const struct snapshot_row *row)
{
    bool   is_covered[1024] = {false};
    size_t gap = 0;
    cr_assert(lt(sz, row->record_size, sizeof is_covered), "%s", row->name);
    for (uint32_t i = 0; i < row->column_count; i++) {
        const struct column *column = &row->columns[i];
        cr_assert(le(sz, column->offset + column->size, row->record_size), "%s", column->name);
        for (size_t at = column->offset; at < column->offset + column->size; at++) {
            cr_expect(not(is_covered[at]), "%s.%s twice", row->name, column->name);
            is_covered[at] = true;
        }
    }
    for (size_t at = 0; at < row->record_size; at++) {
        gap = is_covered[at] ? 0 : gap + 1;
        cr_expect(lt(sz, gap, 8), "%s: nothing for the bytes before %zu", row->name, at);
        if (!is_covered[at] || gap > 0 || at == 0 || is_covered[at - 1]) continue;
        cr_expect(zero(sz, at % 4), "%s: nothing for the byte before %zu", row->name, at);
    }
}

Test(snapshot, has_a_column_for_every_field)
{
    for (uint32_t i = 0; i < SNAPSHOT_POOL_COUNT; i++) {
        const struct snapshot_row *row = snapshot_row((enum pool_name)i);
        cr_assert(gt(u32, row->column_count, 0), "pool %u", i);
        expect_covered(row);
    }
    expect_covered(snapshot_retry_row());
}

Test(snapshot, event_covers_what_is_there_and_was_not_told_of)
{
    struct company      *company = company_open();
    static const uint8_t hash[HASH_SIZE];
    play_on(company, TURNS(story));
    const uint64_t size = server_at(company_state(company))->size;
    const struct {
        const char  *when;
        uint64_t     size;
        enum refusal want;
    } rows[] = {
        {"it covers nothing",                0,        MALFORMED},
        {"it covers one more than there is", size + 1, MALFORMED},
        {"it covers all",                    size,     ACCEPTED },
        {"it was told of",                   size,     MALFORMED},
        {"it covers that event too",         size + 1, ACCEPTED },
        {"there is nothing new but it",      size + 1, MALFORMED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct event event = {
            .kind = SNAPSHOT, .of.snapshot = {rows[i].size, {hash, HASH_SIZE}, {hash, HASH_SIZE}}
        };
        cr_expect(eq(int, company_propose_own(company, &event), rows[i].want), "when %s",
                  rows[i].when);
        if (rows[i].want == ACCEPTED) {
            cr_expect(eq(u64, server_at(company_state(company))->snapshot_size, rows[i].size));
        }
    }
    cr_expect(
        eq(int,
           company_propose(company,
                           &(struct event){
                               .kind = SNAPSHOT,
                               .of.snapshot = {size + 2, {hash, HASH_SIZE}, {hash, HASH_SIZE}}
    }),
           FORBIDDEN));
    company_close(company);
}
