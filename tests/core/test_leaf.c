// Leaves: golden bytes, and the bounds of every value.
#include "core/event/proposal.h"
#include "tests/core/golden.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#define ROWS(rows) (sizeof(rows) / sizeof(rows)[0])
#define DOTS       "..............................................................."
#define ONES       "\xff\xff\xff\xff\xff\xff\xff"
#define RAW(string)                                   \
    {                                                 \
        (const uint8_t *)(string), sizeof(string) - 1 \
    }

Test(leaf, golden_bytes_are_read_and_written_again)
{
    static const struct {
        const char    *section;
        uint64_t       seq, author;
        size_t         signature_size;
        struct verdict verdict;
    } rows[] = {
        {"accepted",      0,                0,    64, {ACCEPTED, NODE_NONE, 0, 0, 0}     },
        {"accepted_node", 7,                4097, 0,  {ACCEPTED, 28672, 0, 0, 0}         },
        {"refused",       4503599627370495, 4096, 0,  {LIMIT_REACHED, 28672, 20, 20, 0}  },
        {"no_node",       7,                4097, 0,  {NO_LICENSE, NODE_NONE, 0, 0, 1023}},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint8_t            memory[4096], again[4096];
        struct leaf        leaf;
        const struct bytes packed = golden("leaf", rows[i].section, memory);
        cr_assert(leaf_read(packed, &leaf), "%s", rows[i].section);
        cr_expect(eq(u64, leaf.version, 1));
        cr_expect(eq(u64, leaf.seq, rows[i].seq));
        cr_expect(eq(u64, leaf.time_ms, 1789999999000));
        cr_expect(eq(u64, leaf.author, rows[i].author));
        cr_expect(eq(sz, leaf.signature.size, rows[i].signature_size));
        cr_expect(eq(int, leaf.verdict.code, rows[i].verdict.code));
        cr_expect(eq(u64, leaf.verdict.node, rows[i].verdict.node));
        cr_expect(eq(u64, leaf.verdict.limit, rows[i].verdict.limit));
        cr_expect(eq(u64, leaf.verdict.used, rows[i].verdict.used));
        cr_expect(eq(u32, leaf.verdict.index, rows[i].verdict.index));
        const char     *offence = NULL;
        struct proposal proposal;
        cr_expect(proposal_read(leaf.proposal, &proposal, &offence));
        struct buffer buffer = buffer_over(again, sizeof again);
        leaf_write(&leaf, &buffer);
        cr_expect(bytes_is_equal(buffer_bytes(&buffer), packed), "%s", rows[i].section);
    }
}

Test(leaf, every_value_has_its_bounds)
{
    static const struct {
        const char  *when;
        uint32_t     value;
        struct bytes packed;
        bool         is_leaf;
    } rows[] = {
        {"the version is the greatest",   0, RAW("\xce\xff\xff\xff\xff"),                 true },
        {"the version is greater",        0, RAW("\xcf\0\0\0\1\0\0\0\0"),                 false},
        {"the version is nil",            0, RAW("\xc0"),                                 false},
        {"seq is the greatest",           1, RAW("\xcf\0\x0f\xff\xff\xff\xff\xff\xff"),   true },
        {"seq is greater",                1, RAW("\xcf\0\x10\0\0\0\0\0\0"),               false},
        {"seq is a long form",            1, RAW("\xcc\x07"),                             false},
        {"time is the greatest",          2, RAW("\xcf\0\0\xe6\x77\xd2\x1f\xdb\xff"),     true },
        {"time is greater",               2, RAW("\xcf\0\0\xe6\x77\xd2\x1f\xdc\0"),       false},
        {"the author is the greatest",    3, RAW("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), true },
        {"the signature is a byte",       4, RAW("\xc4\x01."),                            false},
        {"the signature is 63 bytes",     4, RAW("\xc4\x3f" DOTS),                        false},
        {"the signature is 64 bytes",     4, RAW("\xc4\x40" DOTS "."),                    true },
        {"the signature is 65 bytes",     4, RAW("\xc4\x41" DOTS ".."),                   false},
        {"the signature is nil",          4, RAW("\xc0"),                                 false},
        {"the proposal is a text",        5, RAW("\xa1."),                                false},
        {"the verdict is a number",       6, RAW("\x00"),                                 false},
        {"the verdict is empty",          6, RAW("\x90"),                                 false},
        {"accepted",                      6, RAW("\x91\x00"),                             true },
        {"accepted with more",            6, RAW("\x95\x00\xc0\x00\x00\x00"),             false},
        {"accepted with a nil node",      6, RAW("\x92\x00\xc0"),                         false},
        {"accepted with the least node",  6, RAW("\x92\x00\x00"),                         true },
        {"accepted with a node",          6, RAW("\x92\x00\xcd\x70\x00"),                 true },
        {"accepted with the greatest",    6, RAW("\x92\x00\xcf" ONES "\xfe"),             true },
        {"accepted with what is nobody",  6, RAW("\x92\x00\xcf" ONES "\xff"),             false},
        {"accepted, a long form of node", 6, RAW("\x92\x00\xcc\x01"),                     false},
        {"accepted, the node is a text",  6, RAW("\x92\x00\xa1."),                        false},
        {"accepted, no node is there",    6, RAW("\x92\x00"),                             false},
        {"accepted, a node is too much",  6, RAW("\x91\x00\x01"),                         false},
        {"accepted with a node and more", 6, RAW("\x93\x00\x01\x00"),                     false},
        {"accepted with all values",      6, RAW("\x95\x00\x01\x00\x00\x00"),             false},
        {"refused with only a node",      6, RAW("\x92\x49\x01"),                         false},
        {"refused with nothing more",     6, RAW("\x91\x49"),                             false},
        {"refused without an index",      6, RAW("\x94\x49\x01\x14\x14"),                 false},
        {"refused with a value too many", 6, RAW("\x96\x49\x01\x14\x14\x00\x00"),         false},
        {"refused, the count says one",   6, RAW("\x91\x49\xc0\x14\x14\x00"),             false},
        {"refused, the count says four",  6, RAW("\x94\x49\xc0\x14\x14\x00"),             false},
        {"refused by a group",            6, RAW("\x95\x49\x01\x14\x14\x00"),             true },
        {"refused by nobody",             6, RAW("\x95\x49\xc0\x14\x14\x00"),             true },
        {"refused by what means nobody",  6,
         RAW("\x95\x49\xcf\xff\xff\xff\xff\xff\xff\xff\xff\x14\x14\x00"),                 false},
        {"refused by the greatest",       6,
         RAW("\x95\x49\xcf\xff\xff\xff\xff\xff\xff\xff\xfe\x14\x14\x00"),                 true },
        {"a code that no row has",        6, RAW("\x95\x09\xc0\x00\x00\x00"),             false},
        {"a code beyond all",             6, RAW("\x95\xcd\x01\x00\xc0\x00\x00\x00"),     false},
        {"the index is a plan's last",    6, RAW("\x95\x49\xc0\x00\x00\xcd\x03\xff"),     true },
        {"the index is beyond a plan",    6, RAW("\x95\x49\xc0\x00\x00\xcd\x04\x00"),     false},
    };
    uint8_t            memory[4096], other[4096];
    const struct bytes packed = golden("leaf", "no_node", memory);
    struct pack_reader reader = pack_reader(packed);
    size_t             starts[8] = {0};
    (void)pack_read_array(&reader, 7);
    for (size_t i = 0; i < 7; i++) {
        starts[i] = packed.size - reader.rest.size;
        (void)pack_read_any(&reader);
    }
    starts[7] = packed.size;
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct leaf   leaf;
        struct buffer buffer = buffer_over(other, sizeof other);
        buffer_add(&buffer, (struct bytes){packed.at, starts[rows[i].value]});
        buffer_add(&buffer, rows[i].packed);
        buffer_add(&buffer, bytes_after(packed, starts[rows[i].value + 1]));
        cr_expect(eq(int, leaf_read(buffer_bytes(&buffer), &leaf), rows[i].is_leaf), "when %s",
                  rows[i].when);
    }
}

Test(leaf, no_byte_may_be_missing_or_stand_behind)
{
    uint8_t            memory[4097];
    struct leaf        leaf;
    const struct bytes packed = golden("leaf", "refused", memory);
    for (size_t size = 0; size < packed.size; size++)
        cr_expect(not(leaf_read((struct bytes){packed.at, size}, &leaf)), "%zu", size);
    memory[packed.size] = 0;
    cr_expect(not(leaf_read((struct bytes){memory, packed.size + 1}, &leaf)));
    memory[0] = 0x96;
    cr_expect(not(leaf_read(packed, &leaf)));
    memory[0] = 0x98;
    cr_expect(not(leaf_read(packed, &leaf)));
}

Test(leaf, the_largest_plan_fits_and_one_byte_more_does_not)
{
    static uint8_t bytes[PLAN_SIZE_MAX + 1], memory[LEAF_SIZE_MAX];
    for (size_t size = PLAN_SIZE_MAX; size <= PLAN_SIZE_MAX + 1; size++) {
        struct leaf leaf = {
            .seq = UINT64_MAX >> ENTITY_INDEX_BITS,
            .time_ms = TIME_MS_MAX,
            .author = UINT64_MAX,
            .version = UINT32_MAX,
            .signature = {bytes, SIGNATURE_SIZE},
            .proposal = {bytes, size          }
        };
        struct buffer buffer = buffer_over(memory, sizeof memory);
        leaf.verdict = (struct verdict){LIMIT_BELOW_USED, UINT64_MAX - 1, UINT64_MAX, UINT64_MAX,
                                        PLAN_PROPOSAL_MAX - 1};
        leaf_write(&leaf, &buffer);
        cr_assert(not(buffer.is_full));
        cr_expect(eq(int, leaf_read(buffer_bytes(&buffer), &leaf), size == PLAN_SIZE_MAX));
    }
}

Test(leaf, an_id_is_a_place_in_the_log)
{
    cr_expect(eq(u64, entity_id_of(1, 0), 4096));
    cr_expect(eq(u64, entity_id_of(7, 1023), 7 * 4096 + 1023));
    cr_expect(eq(u64, entity_seq(entity_id_of(7, 1023)), 7));
    cr_expect(ne(u64, entity_id_of(0, 1), AUTHOR_LEDGER));
}
