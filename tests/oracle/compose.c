#include "tests/oracle/compose.h"

#include "core/proof/hash.h"
#include "core/proof/key.h"
#include "core/proof/key_certificate.h"
#include "core/proof/note.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const char *const vendor_names[] = {"vendor.example", "plugins.example"};

enum { VENDOR_COUNT = sizeof vendor_names / sizeof vendor_names[0] };

void compose_start(void)
{
    if (crypto_start() != OK || hash_start() != OK) abort();
}

static struct entry entry_of(const struct compose_entry *entry)
{
    return (struct entry){bytes_of_text(entry->name), entry->count};
}

struct list compose_entries(struct buffer *buffer, const struct compose_entry *entries)
{
    const uint8_t *start = buffer->at + buffer->size;
    uint32_t       count = 0;
    for (; count < COMPOSE_ENTRY_MAX && entries[count].name != NULL; count++) {
        const struct entry entry = entry_of(&entries[count]);
        pack_array(buffer, entry_record.field_count);
        record_write(&entry_record, &entry, buffer);
    }
    const size_t size = (size_t)(buffer->at + buffer->size - start);
    return (struct list){
        .packed = {start, size},
          .count = count
    };
}

struct list compose_packages(struct buffer *buffer, const struct compose_package *packages,
                             uint32_t count)
{
    uint8_t      memory[4096];
    const size_t start = buffer->size;
    for (uint32_t i = 0; i < count; i++) {
        struct buffer  scratch = buffer_over(memory, sizeof memory);
        struct package package = {
            .name = bytes_of_text(packages[i].name),
            .from_ms = packages[i].from_ms,
            .until_ms = packages[i].until_ms == 0 ? TIME_NEVER : packages[i].until_ms,
            .entries = compose_entries(&scratch, packages[i].entries),
        };
        pack_array(buffer, package_record.field_count);
        record_write(&package_record, &package, buffer);
    }
    assert(!buffer->is_full);
    return (struct list){
        .packed = {buffer->at + start, buffer->size - start},
          .count = count
    };
}

void compose_event(struct buffer *buffer, const struct event *event)
{
    pack_array(buffer, 1 + event_field_count(event));
    event_write(event, buffer);
}

void compose_proposal(struct buffer *buffer, uint64_t number, uint64_t not_after_ms,
                      const struct event *event)
{
    struct proposal proposal = {.not_after_ms = not_after_ms, .event = *event};
    for (size_t i = 0; i < sizeof number; i++) {
        proposal.id[i] = (uint8_t)(number >> (8 * i));
    }
    proposal_write(&proposal, buffer);
    assert(!buffer->is_full);
}

static void make_signer(struct signer *signer, uint64_t number, const char *name)
{
    uint8_t seed[CRYPTO_SEED_SIZE] = {0};
    for (size_t i = 0; i < sizeof number; i++) {
        seed[i] = (uint8_t)(number >> (8 * i));
    }
    if (signer_init(signer, bytes_of_text(name), KEY_ED25519, seed) != OK) abort();
}

void compose_key(uint64_t number, uint8_t key[static CRYPTO_KEY_SIZE])
{
    struct signer signer = {0};
    make_signer(&signer, number, "any");
    memcpy(key, signer.verifier.key, CRYPTO_KEY_SIZE);
    signer_release(&signer);
}

const char *compose_vendor(uint32_t vendor)
{
    assert(vendor < VENDOR_COUNT);
    return vendor_names[vendor];
}

void compose_license(struct buffer *buffer, uint32_t vendor, uint64_t key_number, struct bytes text)
{
    struct signer signer = {0};
    make_signer(&signer, key_number, compose_vendor(vendor));
    note_begin(text, buffer);
    note_sign(text, &signer, 0, buffer);
    signer_release(&signer);
    assert(!buffer->is_full);
}

void compose_certificate(struct buffer *buffer, const struct compose_certificate *certificate)
{
    struct signer key = {0}, root = {0};
    make_signer(&key, certificate->key,
                certificate->is_foreign ? "ledger.example/others" : COMPOSE_ORIGIN);
    make_signer(&root, certificate->by, "root." COMPOSE_ORIGIN);
    const struct key_certificate written = {
        .key = key.verifier,
        .epoch = certificate->epoch,
        .size_from = certificate->size_from,
        .not_before_s = certificate->from_s,
        .not_after_s = certificate->until_s,
        .previous = certificate->previous,
    };
    key_certificate_write(&written, &root, buffer);
    signer_release(&root);
    signer_release(&key);
    assert(!buffer->is_full);
}

uint32_t compose_ledger_keyid(uint64_t number)
{
    struct signer key = {0};
    make_signer(&key, number, COMPOSE_ORIGIN);
    const uint32_t keyid = key.verifier.keyid;
    signer_release(&key);
    return keyid;
}

void compose_opening(struct buffer *buffer)
{
    uint8_t       keys[VENDOR_COUNT + 2][CRYPTO_KEY_SIZE];
    uint8_t       memory[512];
    struct buffer vendors = buffer_over(memory, sizeof memory);
    for (uint32_t i = 0; i < VENDOR_COUNT; i++) {
        compose_key(KEY_VENDOR + i, keys[i]);
        const struct vendor_key vendor = {
            bytes_of_text(compose_vendor(i)), {keys[i], CRYPTO_KEY_SIZE}
        };
        pack_array(&vendors, vendor_key_record.field_count);
        record_write(&vendor_key_record, &vendor, &vendors);
    }
    compose_key(KEY_LEDGER, keys[VENDOR_COUNT]);
    compose_key(KEY_RECOVERY, keys[VENDOR_COUNT + 1]);
    const struct event event = {
        .kind = OPENING,
        .of.opening =
            {
                         .origin = bytes_of_text(COMPOSE_ORIGIN),
                         .server = bytes_of_text(COMPOSE_SERVER),
                         .ledger_key = {keys[VENDOR_COUNT], CRYPTO_KEY_SIZE},
                         .recovery_key = {keys[VENDOR_COUNT + 1], CRYPTO_KEY_SIZE},
                         .software_version = bytes_of_text("4.6"),
                         .eula_version = bytes_of_text(COMPOSE_EULA),
                         .vendors = {buffer_bytes(&vendors), VENDOR_COUNT},
                         .has_test_clock = true,
                         },
    };
    compose_proposal(buffer, 0, 0, &event);
}
