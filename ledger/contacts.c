#include "ledger/contacts.h"

#include "ledger/big_endian.h"

enum { KEY_SIZE = 1 + BIG_ENDIAN_SIZE };

struct packed_key {
    uint8_t at[KEY_SIZE];
};

static struct packed_key pack(struct contact_key key)
{
    struct packed_key packed = {.at = {(uint8_t)key.of}};
    big_endian_put(key.id, packed.at + 1);
    return packed;
}

static struct bytes view_of(const struct packed_key *key)
{
    return (struct bytes){key->at, sizeof key->at};
}

enum status contacts_load(struct store *store, struct contact_key key, struct bytes *contact)
{
    const struct packed_key packed = pack(key);
    return store_load(store, STORE_CONTACT, view_of(&packed), contact);
}

enum status contacts_put(struct store *store, struct contact_key key, struct bytes contact)
{
    const struct packed_key packed = pack(key);
    return store_put(store, STORE_CONTACT, view_of(&packed), contact);
}

enum status contacts_erase(struct store *store, struct contact_key key)
{
    const struct packed_key packed = pack(key);
    const enum status       status = store_delete(store, STORE_CONTACT, view_of(&packed));
    return status == STATUS_NOT_FOUND ? OK : status;
}
