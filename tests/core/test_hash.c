#include "core/proof/hash.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <threads.h>

static void start(void)
{
    cr_assert(eq(int, hash_start(), OK));
}

TestSuite(hash, .init = start);

static void expect_text(const char *got, const char *want, const char *when)
{
    cr_expect(strcmp(got, want) == 0, "when %s: got %s, want %s", when, got, want);
}

static const char *hex(struct hash hash)
{
    static char text[2 * HASH_SIZE + 1];
    for (size_t i = 0; i < HASH_SIZE; i++) {
        snprintf(text + 2 * i, 3, "%02x", hash.at[i]);
    }
    return text;
}

Test(hash, known_answers_are_met)
{
    static const struct {
        const char *when, *text, *hash;
    } rows[] = {
        {"nothing",    "",                                                         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"one block",  "abc",                                                      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"two blocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"                                                                          },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct hash got = hash_bytes(bytes_of_text(rows[i].text));
        expect_text(hex(got), rows[i].hash, rows[i].when);
    }
}

Test(hash, a_leaf_and_a_node_carry_their_prefix)
{
    // "hello world" as the Go checksum database hashes it.
    const struct hash leaf = hash_leaf(bytes_of_text("hello world"));
    expect_text(hex(leaf), "4eccf34608d31bac5c7becf6006df59005d828181056d092084e341e6bb005bd",
                "hello world");

    uint8_t     node[1 + 2 * HASH_SIZE] = {1};
    struct hash left = hash_bytes(bytes_of_text("left"));
    struct hash right = hash_bytes(bytes_of_text("right"));
    memcpy(node + 1, left.at, HASH_SIZE);
    memcpy(node + 1 + HASH_SIZE, right.at, HASH_SIZE);
    const struct hash want = hash_bytes((struct bytes){node, sizeof node});
    const struct hash got = hash_node(&left, &right);
    cr_expect(hash_is_equal(&got, &want));
    const struct hash turned = hash_node(&right, &left);
    cr_expect(not(hash_is_equal(&turned, &want)));
}

Test(hash, a_stream_of_a_million_letters_meets_its_known_answer)
{
    struct hash_stream stream;
    char               letters[1000];
    memset(letters, 'a', sizeof letters);
    cr_assert(eq(int, hash_stream_init(&stream), OK));
    for (int i = 0; i < 1000; i++) {
        hash_stream_add(&stream, (struct bytes){(const uint8_t *)letters, sizeof letters});
    }
    expect_text(hex(hash_stream_finish(&stream)),
                "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0", "known");
    hash_stream_release(&stream);
    hash_stream_release(&stream);
}

// Every way to cut up to 130 bytes, which is more than two blocks, into three pieces.
Test(hash, pieces_hash_as_the_whole)
{
    uint8_t memory[130];
    for (size_t i = 0; i < sizeof memory; i++) {
        memory[i] = (uint8_t)(i * 7);
    }
    const struct hash want = hash_bytes((struct bytes){memory, sizeof memory});
    for (size_t first = 0; first <= sizeof memory; first++) {
        for (size_t second = first; second <= sizeof memory; second++) {
            struct hash_stream stream;
            cr_assert(eq(int, hash_stream_init(&stream), OK));
            hash_stream_add(&stream, (struct bytes){memory, first});
            // Other hashes in between leave the stream alone.
            (void)hash_bytes((struct bytes){memory, 3});
            hash_stream_add(&stream, (struct bytes){memory + first, second - first});
            hash_stream_add(&stream, (struct bytes){memory + second, sizeof memory - second});
            const struct hash got = hash_stream_finish(&stream);
            hash_stream_release(&stream);
            cr_assert(hash_is_equal(&got, &want), "cut at %zu and %zu", first, second);
        }
    }
}

static int hash_many(void *context)
{
    struct hash *hash = context;
    for (int i = 0; i < 10000; i++) {
        *hash = hash_leaf(hash_view(hash));
    }
    return 0;
}

Test(hash, threads_do_not_disturb_each_other)
{
    struct hash want = {{1}};
    struct hash got[4] = {{{1}}, {{1}}, {{1}}, {{1}}};
    thrd_t      threads[4];
    hash_many(&want);
    for (int i = 0; i < 4; i++) {
        cr_assert(eq(int, thrd_create(&threads[i], hash_many, &got[i]), thrd_success));
    }
    for (int i = 0; i < 4; i++) {
        thrd_join(threads[i], NULL);
        cr_expect(hash_is_equal(&got[i], &want), "thread %d", i);
    }
}

Test(hash, a_second_start_does_nothing)
{
    cr_expect(eq(int, hash_start(), OK));
}
