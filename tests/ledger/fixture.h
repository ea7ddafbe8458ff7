// fixture.h - a ledger in a directory of its own, and leaves that know their seq.
#ifndef TESTS_LEDGER_FIXTURE_H
#define TESTS_LEDGER_FIXTURE_H

#include "core/proof/checkpoint.h"
#include "core/proof/crypto.h"
#include "core/proof/hash.h"
#include "core/proof/key.h"
#include "ledger/log.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIXTURE_ORIGIN "ledger.example/test"

struct fixture {
    char                    root[64];      // removed at the end
    char                    directory[80]; // the ledger's
    struct signer           signer;
    struct ledger_options   options;
    struct ledger_complaint complaint;
    struct ledger          *ledger;
};

static inline void fixture_init_signer(struct signer *signer, const char *name, uint8_t seed_byte)
{
    uint8_t seed[CRYPTO_SEED_SIZE];
    memset(seed, seed_byte, sizeof seed);
    const enum status status = signer_init(signer, bytes_of_text(name), KEY_ED25519, seed);
    assert(status == OK);
}

static inline void fixture_init(struct fixture *fixture)
{
    // In memory where there is such a place: some tests commit thousands of times.
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    *fixture = (struct fixture){.ledger = NULL};
    snprintf(fixture->root, sizeof fixture->root, "%s/licet-ledger-XXXXXX", base);
    enum status status = hash_start();
    assert(status == OK);
    status = crypto_start();
    assert(status == OK);
    const char *made = mkdtemp(fixture->root);
    assert(made != NULL);
    snprintf(fixture->directory, sizeof fixture->directory, "%s/ledger", fixture->root);
    fixture_init_signer(&fixture->signer, FIXTURE_ORIGIN, 7);
    fixture->options = (struct ledger_options){
        .origin = bytes_of_text(FIXTURE_ORIGIN),
        .keys = {.at = &fixture->signer.verifier, .count = 1},
        .map_size = (uint64_t)1 << 30,
    };
}

static inline void fixture_remove(const struct fixture *fixture, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", fixture->directory, name);
    unlink(path);
}

static inline void fixture_release(struct fixture *fixture)
{
    ledger_close(fixture->ledger);
    signer_release(&fixture->signer);
    fixture_remove(fixture, "data.mdb");
    fixture_remove(fixture, "lock.mdb");
    fixture_remove(fixture, "writer.lock");
    rmdir(fixture->directory);
    rmdir(fixture->root);
}

static inline enum status fixture_open(struct fixture *fixture)
{
    return ledger_open(fixture->directory, &fixture->options, &fixture->ledger,
                       &fixture->complaint);
}

static inline enum status fixture_reopen(struct fixture *fixture)
{
    ledger_close(fixture->ledger);
    fixture->ledger = NULL;
    return fixture_open(fixture);
}

static inline enum status fixture_create(struct fixture *fixture)
{
    const enum status status = ledger_create(fixture->directory, &fixture->options);
    return status == OK ? fixture_open(fixture) : status;
}

// A text with the seq in it, of 1 to 40 bytes more than its digits.
struct text_leaf {
    uint8_t at[64];
    size_t  size;
};

static inline struct text_leaf leaf_of(uint64_t seq)
{
    struct text_leaf leaf = {.size = 0};
    leaf.size = (size_t)snprintf((char *)leaf.at, sizeof leaf.at, "%" PRIu64 " %.*s", seq,
                                 (int)(seq % 40), "abcdefghijklmnopqrstuvwxyzabcdefghijklmn");
    return leaf;
}

static inline struct bytes leaf_view(const struct text_leaf *leaf)
{
    return (struct bytes){leaf->at, leaf->size};
}

static inline struct hash leaf_hash(uint64_t seq)
{
    const struct text_leaf leaf = leaf_of(seq);
    return hash_leaf(leaf_view(&leaf));
}

static inline enum status fixture_append(struct fixture *fixture, uint64_t count)
{
    enum status status = OK;
    for (uint64_t i = 0; status == OK && i < count; i++) {
        const struct text_leaf leaf = leaf_of(ledger_size(fixture->ledger));
        status = ledger_append(fixture->ledger, leaf_view(&leaf));
    }
    return status;
}

// One batch of the next `count` leaves.
static inline enum status fixture_commit(struct fixture *fixture, uint64_t count)
{
    enum status status = ledger_begin(fixture->ledger);
    if (status != OK) return status;
    status = fixture_append(fixture, count);
    if (status != OK) {
        ledger_abort(fixture->ledger);
        return status;
    }
    return ledger_commit(fixture->ledger, &fixture->signer);
}

// Up to `size` leaves in batches of `batch`.
static inline enum status fixture_grow(struct fixture *fixture, uint64_t size, uint64_t batch)
{
    enum status status = OK;
    while (status == OK && ledger_size(fixture->ledger) < size) {
        const uint64_t rest = size - ledger_size(fixture->ledger);
        status = fixture_commit(fixture, rest < batch ? rest : batch);
    }
    return status;
}

#endif
