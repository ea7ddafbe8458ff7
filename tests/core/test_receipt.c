#include "core/proof/receipt.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static struct verifier keys[2]; // ledger, witness
static struct key_set  both = {keys, 2};

static void start(void)
{
    static const char *const texts[] = {
        "ledger.example/lic1+7721fa45+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
        "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X",
    };
    cr_assert(eq(int, hash_start(), OK));
    cr_assert(eq(int, crypto_start(), OK));
    for (size_t i = 0; i < 2; i++) {
        cr_assert(eq(int, verifier_parse(&keys[i], bytes_of_text(texts[i])), OK));
    }
}

TestSuite(receipt, .init = start);

#define DASH   "\xe2\x80\x94 "
#define ORIGIN "ledger.example/lic1"
#define FIRST  "c2sp.org/tlog-proof@v1\n"
#define HASH_0 "ApjRIpBtz8EIkstTpzmS/FufST6kybrbJ7eRtBJ6f+c=\n"
#define HASH_1 "+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU=\n"
#define HASH_2 "g327FS6bB5AQcX6E6GXaTrwPoZioBtWdMb8VrM7yLQ4=\n"
#define HASHES HASH_0 HASH_1 HASH_2
#define TEXT_7 ORIGIN "\n7\n3bib5AOAnjJXUNPSY814kpwpQreUKjS3fhIslZSnTIw=\n"
#define LEDGER_LINE                                                                          \
    DASH "ledger.example/lic1 "                                                              \
         "dyH6RfUEUYuOS0+OW1WZn1/Lt/Y+BrrNzs7uyuIRfZS7yUTRu7h5v1XUrXqniFtjWMfoj3EpyWT1lufCc" \
         "HavxdPSTwM=\n"
#define WITNESS_LINE                                                                      \
    DASH "witness.example/w1 "                                                            \
         "IDJKvgAAAABlU/EAawjxSq1c4ggMPYL/7V4yij6T4pkqWkdYPj28B9jGxHuKpG9J5KsPpdEyFIkBDv" \
         "KCcXtXb0UYbgLH6nh+dTh9Ag==\n"
#define NOTE    TEXT_7 "\n" LEDGER_LINE WITNESS_LINE
#define RECEIPT FIRST "index 3\n" HASHES "\n" NOTE

static const uint8_t      leaf_memory[] = {0x20, 0x21};
static const struct bytes leaf = {leaf_memory, sizeof leaf_memory};

static enum status verify(const char *text, struct bytes leaf_bytes, const char *origin)
{
    struct receipt    receipt;
    struct checkpoint head;
    const enum status status = receipt_parse(bytes_of_text(text), &receipt);
    if (status != OK) return status;
    return receipt_verify(&receipt, leaf_bytes, bytes_of_text(origin), &both, &head);
}

Test(receipt, the_known_receipt_verifies)
{
    struct receipt    receipt;
    struct checkpoint head;
    uint64_t          signed_by = 0;
    cr_assert(eq(int, receipt_parse(bytes_of_text(RECEIPT), &receipt), OK));
    cr_expect(eq(u64, receipt.index, 3));
    cr_expect(eq(u32, receipt.proof.count, 3));
    cr_expect(eq(sz, receipt.extra.size, 0));
    cr_expect(bytes_is_equal(receipt.checkpoint, bytes_of_text(NOTE)));
    cr_assert(eq(int, receipt_verify(&receipt, leaf, bytes_of_text(ORIGIN), &both, &head), OK));
    cr_expect(eq(u64, head.size, 7));
    cr_assert(eq(
        int, checkpoint_verify(receipt.checkpoint, bytes_of_text(ORIGIN), &both, &head, &signed_by),
        OK));
    cr_expect(eq(u64, signed_by, 3), "ledger and witness");
}

// The seven leaves of the known ledger, as a store would give their nodes.
struct store {
    struct hash nodes[3][8];
};

static enum status read_node(void *context, uint32_t level, uint64_t index, struct hash *hash)
{
    const struct store *store = context;
    cr_assert(level <= 2);
    cr_assert(index < 7u >> level);
    *hash = store->nodes[level][index];
    return OK;
}

Test(receipt, the_known_receipt_is_made_byte_for_byte)
{
    static const char *const inputs[] = {
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657"};
    struct store store;
    struct tree  tree = {0};
    for (size_t i = 0; i < 7; i++) {
        uint8_t      memory[8];
        const size_t size = strlen(inputs[i]) / 2;
        cr_assert(crypto_hex_decode(bytes_of_text(inputs[i]), memory, size));
        store.nodes[0][i] = hash_leaf((struct bytes){memory, size});
        tree_append(&tree, &store.nodes[0][i]);
    }
    for (size_t i = 0; i < 3; i++) {
        store.nodes[1][i] = hash_node(&store.nodes[0][2 * i], &store.nodes[0][2 * i + 1]);
    }
    store.nodes[2][0] = hash_node(&store.nodes[1][0], &store.nodes[1][1]);

    uint8_t       seed[CRYPTO_SEED_SIZE];
    struct signer ledger;
    for (uint8_t i = 0; i < sizeof seed; i++) {
        seed[i] = i;
    }
    cr_assert(eq(int, signer_init(&ledger, bytes_of_text(ORIGIN), KEY_ED25519, seed), OK));
    const struct checkpoint head = {.size = tree.size, .root = tree_root(&tree)};
    char                    note[1024];
    char                    text[2048];
    struct buffer           sealed = buffer_over(note, sizeof note);
    struct buffer           buffer = buffer_over(text, sizeof text);
    checkpoint_seal(&head, &ledger, &sealed);
    cr_expect(bytes_is_equal(buffer_bytes(&sealed), bytes_of_text(TEXT_7 "\n" LEDGER_LINE)));
    buffer_add_text(&sealed, WITNESS_LINE);

    const struct tree_reader reader = {read_node, &store};
    struct receipt           receipt = {.index = 3, .checkpoint = buffer_bytes(&sealed)};
    cr_assert(eq(int, tree_inclusion(&reader, 3, 7, &receipt.proof), OK));
    receipt_print(&receipt, &buffer);
    cr_expect(bytes_is_equal(buffer_bytes(&buffer), bytes_of_text(RECEIPT)));
    signer_release(&ledger);
}

Test(receipt, what_is_parsed_prints_alike)
{
    static const char *const texts[] = {
        RECEIPT,
        FIRST "extra SGVsbG8=\nindex 3\n" HASHES "\n" NOTE,
        FIRST "index 0\n\nx",
        FIRST "index 4611686018427387903\n\n" NOTE,
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct receipt receipt;
        char           memory[2048];
        struct buffer  buffer = buffer_over(memory, sizeof memory);
        cr_assert(eq(int, receipt_parse(bytes_of_text(texts[i]), &receipt), OK), "text %zu", i);
        receipt_print(&receipt, &buffer);
        cr_expect(bytes_is_equal(buffer_bytes(&buffer), bytes_of_text(texts[i])), "text %zu", i);
    }
}

Test(receipt, extra_data_changes_nothing)
{
    struct receipt receipt;
    const char    *text = FIRST "extra SGVsbG8=\nindex 3\n" HASHES "\n" NOTE;
    cr_assert(eq(int, receipt_parse(bytes_of_text(text), &receipt), OK));
    cr_expect(bytes_is_equal(receipt.extra, bytes_of_text("SGVsbG8=")));
    cr_expect(eq(int, verify(text, leaf, ORIGIN), OK));
}

Test(receipt, the_form_is_strict)
{
    static const struct {
        const char *when, *text;
    } rows[] = {
        {"nothing at all",           ""                                                                    },
        {"the first line alone",     FIRST                                                                 },
        {"another version",          "c2sp.org/tlog-proof@v2\nindex 3\n" HASHES "\n" NOTE                  },
        {"no first line",            "index 3\n" HASHES "\n" NOTE                                          },
        {"a space in front",         " " RECEIPT                                                           },
        {"no index",                 FIRST HASHES "\n" NOTE                                                },
        {"an empty index",           FIRST "index \n" HASHES "\n" NOTE                                     },
        {"a leading zero",           FIRST "index 03\n" HASHES "\n" NOTE                                   },
        {"a negative index",         FIRST "index -3\n" HASHES "\n" NOTE                                   },
        {"an index above all trees", FIRST "index 4611686018427387904\n" HASHES "\n" NOTE                  },
        {"an index above 64 bits",   FIRST "index 18446744073709551619\n" HASHES "\n" NOTE                 },
        {"extra after the index",    FIRST "index 3\nextra SGVsbG8=\n" HASHES "\n" NOTE                    },
        {"extra twice",              FIRST "extra SGVsbG8=\nextra SGVsbG8=\nindex 3\n" HASHES "\n" NOTE    },
        {"extra without data",       FIRST "extra \nindex 3\n" HASHES "\n" NOTE                            },
        {"extra that is not base64", FIRST "extra SGVsbG8\nindex 3\n" HASHES "\n" NOTE                     },
        {"no empty line",            FIRST "index 3\n" HASHES NOTE                                         },
        {"nothing after the proof",  FIRST "index 3\n" HASHES "\n"                                         },
        {"the proof does not end",   FIRST "index 3\n" HASHES                                              },
        {"a hash too short",         FIRST "index 3\nAAAA\n\n" NOTE                                        },
        {"a hash too long",          FIRST "index 3\nApjRIpBtz8EIkstTpzmS/FufST6kybrbJ7eRtBJ6f+cA\n\n" NOTE},
        {"a hash with other bits",
         FIRST "index 3\nApjRIpBtz8EIkstTpzmS/FufST6kybrbJ7eRtBJ6f+d=\n\n" NOTE                            },
        {"carriage returns",         "c2sp.org/tlog-proof@v1\r\nindex 3\r\n" HASHES "\n" NOTE              },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct receipt receipt;
        cr_expect(eq(int, receipt_parse(bytes_of_text(rows[i].text), &receipt), STATUS_MALFORMED),
                  "when %s", rows[i].when);
    }
}

Test(receipt, its_size_and_its_proof_have_bounds)
{
    static char    memory[RECEIPT_SIZE_MAX + 1];
    struct receipt receipt;
    struct buffer  buffer = buffer_over(memory, sizeof memory);
    buffer_add_text(&buffer, FIRST "index 3\n");
    for (int i = 0; i < TREE_PROOF_MAX; i++) {
        buffer_add_text(&buffer, HASH_0);
    }
    const size_t size = buffer.size;
    buffer_add_text(&buffer, "\n" NOTE);
    cr_assert(eq(int, receipt_parse(buffer_bytes(&buffer), &receipt), OK));
    cr_expect(eq(u32, receipt.proof.count, TREE_PROOF_MAX));
    buffer.size = size;
    buffer_add_text(&buffer, HASH_0 "\n" NOTE);
    cr_expect(eq(int, receipt_parse(buffer_bytes(&buffer), &receipt), STATUS_MALFORMED));

    memset(memory, 'x', sizeof memory);
    memcpy(memory, FIRST "index 3\n\n", strlen(FIRST "index 3\n\n"));
    const uint8_t *const at = (const uint8_t *)memory;
    cr_expect(eq(int, receipt_parse((struct bytes){at, RECEIPT_SIZE_MAX}, &receipt), OK));
    cr_expect(eq(int, receipt_parse((struct bytes){at, RECEIPT_SIZE_MAX + 1}, &receipt),
                 STATUS_TOO_LARGE));
}

Test(receipt, it_proves_this_leaf_at_this_place_of_this_ledger)
{
    static const uint8_t other[] = {0x20, 0x22};
    static const struct {
        const char *when, *text;
        enum status status;
    } rows[] = {
        {"as it is",                 RECEIPT,                                                OK              },
        {"the index before",         FIRST "index 2\n" HASHES "\n" NOTE,                     STATUS_CORRUPT  },
        {"the index after",          FIRST "index 4\n" HASHES "\n" NOTE,                     STATUS_CORRUPT  },
        {"an index behind the tree", FIRST "index 7\n" HASHES "\n" NOTE,                     STATUS_CORRUPT  },
        {"no hashes",                FIRST "index 3\n\n" NOTE,                               STATUS_CORRUPT  },
        {"a hash less",              FIRST "index 3\n" HASH_0 HASH_1 "\n" NOTE,              STATUS_CORRUPT  },
        {"a hash more",              FIRST "index 3\n" HASHES HASH_2 "\n" NOTE,              STATUS_CORRUPT  },
        {"hashes in another order",  FIRST "index 3\n" HASH_1 HASH_0 HASH_2 "\n" NOTE,
         STATUS_CORRUPT                                                                                      },
        {"nobody signed",            FIRST "index 3\n" HASHES "\n" TEXT_7,                   STATUS_MALFORMED},
        {"only the witness signed",  FIRST "index 3\n" HASHES "\n" TEXT_7 "\n" WITNESS_LINE,
         STATUS_UNKNOWN_KEY                                                                                  },
        {"only the ledger signed",   FIRST "index 3\n" HASHES "\n" TEXT_7 "\n" LEDGER_LINE,  OK              },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_expect(eq(int, verify(rows[i].text, leaf, ORIGIN), rows[i].status), "when %s",
                  rows[i].when);
    }
    const struct bytes other_leaf = {other, sizeof other};
    cr_expect(eq(int, verify(RECEIPT, other_leaf, ORIGIN), STATUS_CORRUPT));
    cr_expect(eq(int, verify(RECEIPT, (struct bytes){0}, ORIGIN), STATUS_CORRUPT));
    cr_expect(eq(int, verify(RECEIPT, leaf, "other.example"), STATUS_UNKNOWN_KEY));
}

// Every bit is refused when it changes, but for the name and id in the witness's line: the line of
// an unknown witness is ignored, and then it does not count.
Test(receipt, every_bit_counts)
{
    static char  text[] = RECEIPT;
    const size_t size = sizeof text - 1;
    const size_t witness_at = size - strlen(WITNESS_LINE) + strlen(DASH);
    const size_t witness_end = witness_at + strlen("witness.example/w1 IDJKvg");
    for (size_t bit = 0; bit < 8 * size; bit++) {
        struct receipt    receipt;
        struct checkpoint head;
        uint64_t          signed_by = 0;
        char *const       byte = &text[bit / 8];
        const bool        is_in_name = bit / 8 >= witness_at && bit / 8 < witness_end;
        *byte = (char)((unsigned char)*byte ^ (1u << bit % 8));
        enum status status = receipt_parse((struct bytes){(uint8_t *)text, size}, &receipt);
        if (status == OK) {
            status = receipt_verify(&receipt, leaf, bytes_of_text(ORIGIN), &both, &head);
        }
        if (!is_in_name) cr_assert(ne(int, status, OK), "bit %zu of byte %zu", bit % 8, bit / 8);
        if (status == OK) {
            cr_assert(eq(int,
                         checkpoint_verify(receipt.checkpoint, bytes_of_text(ORIGIN), &both, &head,
                                           &signed_by),
                         OK));
            cr_assert(eq(u64, signed_by, 1), "bit %zu of byte %zu", bit % 8, bit / 8);
        }
        *byte = (char)((unsigned char)*byte ^ (1u << bit % 8));
    }
}

Test(receipt, a_receipt_cut_short_proves_nothing_without_the_ledgers_line)
{
    static char  text[] = RECEIPT;
    const size_t whole = sizeof text - 1;
    const size_t enough = whole - strlen(WITNESS_LINE);
    for (size_t size = 0; size < whole; size++) {
        struct receipt    receipt;
        struct checkpoint head;
        enum status       status = receipt_parse((struct bytes){(uint8_t *)text, size}, &receipt);
        if (status == OK) {
            status = receipt_verify(&receipt, leaf, bytes_of_text(ORIGIN), &both, &head);
        }
        cr_expect(eq(int, status == OK, size == enough), "%zu bytes", size);
    }
}
