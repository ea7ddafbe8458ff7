#include "core/proof/hash.h"

#include <openssl/evp.h>

#include <assert.h>
#include <string.h>
#include <threads.h>

static EVP_MD *sha256;  // fetched once: a look-up per hash would cost more than the hash
static tss_t   context; // EVP_MD_CTX of this thread

static void context_free(void *pointer)
{
    EVP_MD_CTX_free(pointer);
}

static EVP_MD_CTX *context_of_thread(void)
{
    EVP_MD_CTX *own = tss_get(context);
    if (own != NULL) return own;
    own = EVP_MD_CTX_new();
    if (own == NULL) return NULL;
    if (tss_set(context, own) == thrd_success) return own;
    EVP_MD_CTX_free(own);
    return NULL;
}

static bool start(EVP_MD_CTX *at)
{
    return EVP_DigestInit_ex2(at, sha256, NULL) == 1;
}

static bool add(EVP_MD_CTX *at, struct bytes piece)
{
    return EVP_DigestUpdate(at, piece.at, piece.size) == 1;
}

static bool finish(EVP_MD_CTX *at, struct hash *hash)
{
    unsigned size = 0;
    return EVP_DigestFinal_ex(at, hash->at, &size) == 1 && size == HASH_SIZE;
}

// A fetched digest over memory cannot fail: if it does, no hash of ours can be trusted.
static struct hash hash_two(struct bytes first, struct bytes second)
{
    struct hash hash = {0};
    assert(sha256 != NULL); // hash_start() came first
    EVP_MD_CTX *own = context_of_thread();
    assert(own != NULL);
    const bool is_done = start(own) && add(own, first) && add(own, second) && finish(own, &hash);
    assert(is_done);
    return hash;
}

// The answers of FIPS 180-4 for "" and "abc", and of RFC 6962 for an empty leaf.
static bool is_sound(void)
{
    static const struct hash empty = {
        {0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
         0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
         0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55}
    };
    static const struct hash abc = {
        {0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40,
         0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17,
         0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad}
    };
    static const struct hash leaf = {
        {0x6e, 0x34, 0x0b, 0x9c, 0xff, 0xb3, 0x7a, 0x98, 0x9c, 0xa5, 0x44,
         0xe6, 0xbb, 0x78, 0x0a, 0x2c, 0x78, 0x90, 0x1d, 0x3f, 0xb3, 0x37,
         0x38, 0x76, 0x85, 0x11, 0xa3, 0x06, 0x17, 0xaf, 0xa0, 0x1d}
    };
    const struct hash got_empty = hash_bytes((struct bytes){0});
    const struct hash got_abc = hash_bytes(bytes_of_text("abc"));
    const struct hash got_leaf = hash_leaf((struct bytes){0});
    return hash_is_equal(&got_empty, &empty) && hash_is_equal(&got_abc, &abc) &&
           hash_is_equal(&got_leaf, &leaf);
}

enum status hash_start(void)
{
    if (sha256 != NULL) return OK;
    if (tss_create(&context, context_free) != thrd_success) return STATUS_OUT_OF_MEMORY;
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    if (sha256 == NULL) return STATUS_UNSUPPORTED;
    enum status status = STATUS_OUT_OF_MEMORY;
    if (context_of_thread() != NULL) status = is_sound() ? OK : STATUS_UNSUPPORTED;
    if (status == OK) return OK;
    EVP_MD_free(sha256);
    sha256 = NULL; // whoever goes on all the same stops at the first hash
    return status;
}

struct hash hash_bytes(struct bytes bytes)
{
    return hash_two(bytes, (struct bytes){0});
}

struct hash hash_leaf(struct bytes leaf)
{
    static const uint8_t prefix = 0x00;
    return hash_two((struct bytes){&prefix, 1}, leaf);
}

struct hash hash_node(const struct hash *left, const struct hash *right)
{
    uint8_t node[1 + 2 * HASH_SIZE];
    node[0] = 0x01;
    memcpy(node + 1, left->at, HASH_SIZE);
    memcpy(node + 1 + HASH_SIZE, right->at, HASH_SIZE);
    return hash_two((struct bytes){node, sizeof node}, (struct bytes){0});
}

bool hash_is_equal(const struct hash *a, const struct hash *b)
{
    return memcmp(a->at, b->at, HASH_SIZE) == 0;
}

struct bytes hash_view(const struct hash *hash)
{
    return (struct bytes){hash->at, HASH_SIZE};
}

enum status hash_stream_init(struct hash_stream *stream)
{
    assert(sha256 != NULL); // hash_start() came first
    EVP_MD_CTX *own = EVP_MD_CTX_new();
    if (own == NULL) return STATUS_OUT_OF_MEMORY;
    if (!start(own)) {
        EVP_MD_CTX_free(own);
        return STATUS_OUT_OF_MEMORY;
    }
    stream->context = own;
    return OK;
}

void hash_stream_add(struct hash_stream *stream, struct bytes piece)
{
    const bool is_added = add(stream->context, piece);
    assert(is_added);
}

struct hash hash_stream_finish(struct hash_stream *stream)
{
    struct hash hash = {0};
    const bool  is_finished = finish(stream->context, &hash);
    assert(is_finished);
    return hash;
}

void hash_stream_release(struct hash_stream *stream)
{
    EVP_MD_CTX_free(stream->context);
    stream->context = NULL;
}
