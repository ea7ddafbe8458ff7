// value.h - texts of the command line as the packed values of fields.
#ifndef API_CLI_VALUE_H
#define API_CLI_VALUE_H

#include "core/base/bytes.h"
#include "core/base/field.h"

#include <stdbool.h>
#include <stdint.h>

enum { VALUE_REASON_SIZE = 200 };

// What the texts may lean on, and what was wrong with one.
struct value_maker {
    uint64_t      now_ms; // ledger time, for "+30d"
    struct buffer files;  // room for what is read from files
    char          reason[VALUE_REASON_SIZE];
};

// Adds the value of any field but a list. False: maker->reason says why it is none.
//   time    2026-12-01, 2026-12-01T00:00Z, +30d, +12h, +90m, +5s from now, never
//   duration  90s, 10m, 2h, 1d, 1500ms
//   key     a verifier, or the file with one
//   file    the file with it
//   choice  one of the words
bool value_add(struct value_maker *maker, const struct field *field, const char *text,
               struct buffer *out);

// Adds an item of a list:
//   of two fields   "sip_number=50", "web_dialer"
//   of more         "P1 from=2027-01-01 until=never sip_number=50 web_dialer": its first field,
//   then
//                   those that are named, then items of its own list
bool value_add_item(struct value_maker *maker, const struct record *record, const char *text,
                    struct buffer *out);

// A time as value_add takes it.
bool value_time(const char *text, uint64_t now_ms, uint64_t *ms);

#endif
