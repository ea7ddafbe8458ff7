// message.h - the envelopes that client and daemon exchange, and a way to look into their maps.
//
//   request = [verb, {arguments}]
//   reply   = ["ok" | "refused" | "error", {…}]
//
// A value is a view of exactly one packed value. Looking up reads no further than it must, so the
// bytes behind what was found are unchecked; what is malformed counts as absent. PROTOCOL.md
// section 2 has every byte.
#ifndef API_WIRE_MESSAGE_H
#define API_WIRE_MESSAGE_H

#include "core/base/bytes.h"
#include "core/base/pack.h"

#include <stdbool.h>
#include <stdint.h>

enum message_outcome { MESSAGE_OK, MESSAGE_REFUSED, MESSAGE_ERROR };

const char *message_outcome_word(enum message_outcome outcome);

// The caller adds so many keys, ascending, each with its value.
void message_begin_request(struct buffer *buffer, const char *verb, uint32_t argument_count);
void message_begin_reply(struct buffer *buffer, enum message_outcome outcome, uint32_t key_count);

bool message_read_request(struct bytes packed, struct bytes *verb, struct bytes *arguments);
bool message_read_reply(struct bytes packed, enum message_outcome *outcome, struct bytes *map);

// False when the map has no such key.
bool message_find(struct bytes map, const char *key, struct bytes *value);

// What stands under the key, or what means that nothing of this type does: `absent`, false, no
// bytes, an empty list.
uint64_t     message_number(struct bytes map, const char *key, uint64_t absent);
bool         message_flag(struct bytes map, const char *key);
struct bytes message_text(struct bytes map, const char *key);
struct bytes message_binary(struct bytes map, const char *key);
bool         message_is_nil(struct bytes map, const char *key); // there, and nil

// Steps through the items of an array.
//   struct message_items items = message_list(map, "groups");
//   for (struct bytes group; message_next(&items, &group);)
struct message_items {
    struct pack_reader reader;
    uint32_t           left;
    uint32_t           count; // of all
};

struct message_items message_list(struct bytes map, const char *key);
struct message_items message_items_of(struct bytes array);
bool                 message_next(struct message_items *items, struct bytes *value);

#endif
