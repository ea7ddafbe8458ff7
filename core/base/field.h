// field.h - records described by rows of data, and what follows from the rows alone: reading,
// writing, checking and printing them.
//
// A record is a struct whose members the rows name by offset:
//   number, time, duration        uint64_t
//   flag, choice                  bool, uint64_t
//   name, path, text, hash …     struct bytes, borrowed from the bytes that were read
//   list                         struct list, borrowed likewise: its items are read one by one
// On the wire a record is an array of its fields in the order of the rows. An optional field that
// is absent is nil there and holds the row's `absent` (numbers) or no bytes (views) in the struct.
// Fields that were added later are left out when they and all behind them are absent, so that what
// was written before they were there is still read, and written identically.
#ifndef CORE_BASE_FIELD_H
#define CORE_BASE_FIELD_H

#include "core/base/bytes.h"
#include "core/base/pack.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum field_type {
    FIELD_NUMBER,   // at most max
    FIELD_TIME,     // ledger time in milliseconds
    FIELD_DURATION, // milliseconds, at most max
    FIELD_FLAG,
    FIELD_CHOICE, // index into words
    FIELD_NAME,   // name.h
    FIELD_PATH,   // name.h
    FIELD_TEXT,   // one line of UTF-8, 1 to max bytes
    FIELD_FILE,   // UTF-8 with line ends, 1 to max bytes
    FIELD_KEY,    // an Ed25519 public key, 32 bytes
    FIELD_HASH,   // SHA-256, 32 bytes
    FIELD_ID,     // a proposal's id, PROPOSAL_ID_SIZE bytes
    FIELD_BINARY, // 1 to max bytes
    FIELD_ANY,    // one packed value of any type, of at most max bytes, not looked into
    FIELD_LIST,   // records of `item`, at most max
    FIELD_EVENTS, // events of a plan, at most max: each an array [kind, fields…], not looked into
};

struct record;

struct field {
    const char          *name;
    const char          *help; // one line, for --help and the protocol's page
    enum field_type      type;
    bool                 is_optional;
    bool                 is_added; // optional, and behind all that the record had at first
    size_t               offset;
    uint64_t             max;
    uint64_t             absent;
    const char *const   *words; // of a choice; ends with NULL
    const struct record *item;  // of a list
};

struct record {
    const char         *name;
    const struct field *fields;
    uint32_t            field_count;
    size_t              size; // of the struct
};

// The items of a list as they stand in the bytes that were read; checked already.
struct list {
    struct bytes packed; // the items one after another, without the array's head
    uint32_t     count;
};

// Reads field_count fields (not the array's head) into *out; record_takes() must allow so many. On
// the first offence marks the reader bad and returns the field it was in; otherwise returns NULL.
const struct field *record_read(const struct record *record, uint32_t field_count,
                                struct pack_reader *reader, void *out);
bool                record_takes(const struct record *record, uint32_t field_count);

// Writes the fields (not the array's head). What was read is written identically.
void     record_write(const struct record *record, const void *in, struct buffer *buffer);
// How many fields that are.
uint32_t record_written_count(const struct record *record, const void *in);

// Reads a map whose keys are names of fields; the rows stand in ascending order of their names.
// Fields that are not there must be optional. On the first offence marks the reader bad and returns
// the name of the field, the unknown key, or "arguments" when it is no map or a key is no text or
// out of order; otherwise returns no bytes.
struct bytes record_read_map(const struct record *record, struct pack_reader *reader, void *out);

// Steps through a list that record_read has checked. Start with list_start(list).
//   struct list_reader items = list_start(list);
//   for (struct package package; list_next(&items, &package_record, &package);)
struct list_reader {
    struct pack_reader reader;
    uint32_t           left;
};

struct list_reader list_start(struct list list);
bool               list_next(struct list_reader *items, const struct record *record, void *out);
// For a list of events: the bytes of the next one.
bool               list_next_packed(struct list_reader *items, struct bytes *packed);

// Field access by row, for printers: the values as they stand in the struct.
uint64_t     field_number(const struct field *field, const void *in);
struct bytes field_bytes(const struct field *field, const void *in);
struct list  field_list(const struct field *field, const void *in);
bool         field_is_absent(const struct field *field, const void *in);
bool         field_is_numeric(const struct field *field);

#endif
