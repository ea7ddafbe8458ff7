// name.h - names and the paths they form (domain X16).
//
// A name is UTF-8 of 1 to NAME_SIZE_MAX bytes without '/', without control characters, without a
// space at either end. A path is 1 to DEPTH_MAX names joined by '/'; "/" alone is the server.
// Both compare byte by byte.
#ifndef CORE_BASE_NAME_H
#define CORE_BASE_NAME_H

#include "core/base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

// Takes the next code point off *rest, which is not empty; false when it is not UTF-8 as RFC 3629
// has it: shortest form, no surrogates.
bool text_next(struct bytes *rest, uint32_t *point);
bool text_is_utf8(struct bytes text);
// UTF-8 without control characters: what may be printed on one line.
bool text_is_one_line(struct bytes text);

bool name_is_valid(struct bytes name);
bool path_is_valid(struct bytes path);
bool path_is_server(struct bytes path);

// Steps through the names of a valid path from the root down; the server has none.
//   for (struct bytes rest = path_names(path), name; path_next(&rest, &name);)
struct bytes path_names(struct bytes path);
bool         path_next(struct bytes *rest, struct bytes *name);

// Splits off the last name; the parent of a root is the server, "/". Not for the server itself.
struct bytes path_parent(struct bytes path);
struct bytes path_last(struct bytes path);

// Whether path is root or stands below it.
bool path_is_within(struct bytes path, struct bytes root);

#endif
