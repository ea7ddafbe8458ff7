// cells.h - values of an answer as lines and as cells of a table.
#ifndef API_CLI_CELLS_H
#define API_CLI_CELLS_H

#include "api/cli/command.h"
#include "api/cli/print.h"

enum { HEX_SIZE_MAX = 128 + 1 };

const char *hex_of(struct bytes binary, uint8_t memory[static HEX_SIZE_MAX]);

// "name        value", where there is one.
void line_text(const struct call *call, struct bytes map, const char *key);
void line_number(const struct call *call, struct bytes map, const char *key);
void line_time(const struct call *call, struct bytes map, const char *key);
void line_binary(const struct call *call, struct bytes map, const char *key);

void cell_number(struct table *table, struct bytes map, const char *key, const char *nil);
void cell_count(struct table *table, struct bytes map, const char *key); // nothing for 0
void cell_text(struct table *table, struct bytes map, const char *key);
void cell_time(struct table *table, struct bytes map, const char *key);

#endif
