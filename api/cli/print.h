// print.h - output for people: times, columns that line up whatever the script, safe texts.
#ifndef API_CLI_PRINT_H
#define API_CLI_PRINT_H

#include "core/base/bytes.h"
#include "core/base/window.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

// Columns that a terminal needs for the text.
size_t print_width(struct bytes text);

// What came from elsewhere, with '?' in place of control characters and of what is not UTF-8.
void print_text(FILE *out, struct bytes text);

// "2026-12-01T00:00Z"; seconds and milliseconds where there are some; "never".
const char *print_time(uint64_t ms, char text[static TIME_TEXT_SIZE]);

enum {
    TABLE_COLUMN_MAX = 16,
    TABLE_CELL_MAX = 1024 * TABLE_COLUMN_MAX,
    TABLE_TEXT_SIZE = 512 * 1024
};

enum table_side { TABLE_LEFT, TABLE_RIGHT }; // numbers stand at the right

struct table_column {
    const char     *heading;
    enum table_side side;
};

// Cells come row by row. Columns that are empty in all rows are not printed.
struct table {
    const struct table_column *columns;
    uint32_t                   column_count;
    uint32_t                   cell_count;
    size_t                     widths[TABLE_COLUMN_MAX]; // kept from one flush to the next
    bool                       is_headed;                // the headings have been printed
    struct bytes               cells[TABLE_CELL_MAX];
    struct buffer              text;
    uint8_t                    memory[TABLE_TEXT_SIZE];
};

// A table for this many columns; there is one, used by one view at a time.
struct table *table_begin(const struct table_column *columns, uint32_t column_count);
void table_add(struct table *table, const char *format, ...) __attribute__((format(printf, 2, 3)));
void table_add_bytes(struct table *table, struct bytes text);
void table_add_time(struct table *table, uint64_t ms);
// Prints the rows that are complete.
void table_flush(struct table *table, FILE *out);

#endif
