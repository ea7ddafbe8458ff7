// json.h - what the daemon says, as JSON for programs. The one file with jansson is json.c.
//
// Numbers and texts are themselves, binaries hexadecimal, nil null. Each function that makes a
// document returns NULL without memory; all take NULL.
#ifndef API_CLI_JSON_H
#define API_CLI_JSON_H

#include "api/cli/words.h"
#include "core/base/bytes.h"
#include "core/event/proposal.h"

#include <stdbool.h>
#include <stdio.h>

struct json;

struct json *json_of_packed(struct bytes packed);
// {name: document}; takes the document over.
struct json *json_wrap(const char *name, struct json *document);
// Adds the items of each of the page's lists to those of the same name; all else becomes the
// page's.
void         json_extend(struct json *document, struct bytes page);
// A flat object as the words of a command line: those of its "command", then "--NAME=VALUE" for
// each text and number and for the items of arrays of these, "--NAME" for true; false and null are
// nothing. Returns NULL, or what is wrong with it.
const char  *json_read_words(struct bytes text, struct words *words);
// {"line": line, outcome: map} on a line.
void         json_print_verdict(uint32_t line, const char *outcome, struct bytes map, FILE *out);
// A leaf with its proposal and event decoded by the rows of the kinds; what cannot be decoded is
// hexadecimal.
struct json *json_of_leaf(struct bytes packed, struct bytes author, struct bytes node);
void         json_print(const struct json *document, FILE *out); // and a line end
void         json_print_packed(struct bytes packed, FILE *out);
void         json_print_line(const struct json *document, FILE *out);
void         json_release(struct json *document);

#endif
