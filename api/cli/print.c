#include "api/cli/print.h"

#include "core/base/name.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

enum { COLUMN_GAP = 2 };

// --- Widths -----------------------------------------------------------------

struct range {
    uint32_t first, last;
};

// Unicode 15: combining marks and joiners that take no column, and what takes two.
static const struct range narrow[] = {
    {0x0300, 0x036f},
    {0x0483, 0x0489},
    {0x0591, 0x05bd},
    {0x064b, 0x065f},
    {0x0900, 0x0902},
    {0x093c, 0x093c},
    {0x0941, 0x0948},
    {0x0e31, 0x0e31},
    {0x0e34, 0x0e3a},
    {0x0e47, 0x0e4e},
    {0x1ab0, 0x1aff},
    {0x1dc0, 0x1dff},
    {0x200b, 0x200f},
    {0x20d0, 0x20ff},
    {0xfe00, 0xfe0f},
    {0xfe20, 0xfe2f},
};

static const struct range wide[] = {
    {0x1100,  0x115f },
    {0x2e80,  0x303e },
    {0x3041,  0x33ff },
    {0x3400,  0x4dbf },
    {0x4e00,  0x9fff },
    {0xa000,  0xa4cf },
    {0xac00,  0xd7a3 },
    {0xf900,  0xfaff },
    {0xfe30,  0xfe4f },
    {0xff00,  0xff60 },
    {0xffe0,  0xffe6 },
    {0x1f300, 0x1f64f},
    {0x1f680, 0x1f6ff},
    {0x1f900, 0x1f9ff},
    {0x20000, 0x3fffd},
};

static bool is_in(const struct range *ranges, size_t count, uint32_t point)
{
    for (size_t i = 0; i < count; i++) {
        if (point >= ranges[i].first && point <= ranges[i].last) return true;
    }
    return false;
}

// The code point at the start of valid UTF-8, and its size.
static uint32_t decode(struct bytes text, size_t *size)
{
    const uint8_t lead = text.at[0];
    *size = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    uint32_t point = lead < 0x80 ? lead : lead & (0x7fU >> *size);
    for (size_t i = 1; i < *size; i++) {
        point = point << 6 | (text.at[i] & 0x3fU);
    }
    return point;
}

size_t print_width(struct bytes text)
{
    size_t width = 0, size = 0;
    if (!text_is_utf8(text)) return text.size;
    for (size_t at = 0; at < text.size; at += size) {
        const uint32_t point = decode(bytes_after(text, at), &size);
        if (is_in(narrow, sizeof narrow / sizeof narrow[0], point)) continue;
        width += is_in(wide, sizeof wide / sizeof wide[0], point) ? 2 : 1;
    }
    return width;
}

void print_text(FILE *out, struct bytes text)
{
    const bool is_good = text_is_one_line(text);
    for (size_t i = 0; i < text.size; i++) {
        const uint8_t byte = text.at[i];
        const bool    is_plain = byte >= 0x20 && byte < 0x7f;
        (void)fputc(is_good || is_plain ? byte : '?', out);
    }
}

const char *print_time(uint64_t ms, char text[static TIME_TEXT_SIZE])
{
    static const char whole_minute[] = ":00Z";
    (void)time_to_text(ms, text);
    const size_t size = strlen(text);
    const size_t tail = sizeof whole_minute - 1;
    if (size > tail && strcmp(text + size - tail, whole_minute) == 0) {
        memcpy(text + size - tail, "Z", sizeof "Z");
    }
    return text;
}

// --- Tables -----------------------------------------------------------------

struct table *table_begin(const struct table_column *columns, uint32_t column_count)
{
    static struct table table;
    assert(column_count <= TABLE_COLUMN_MAX);
    table.columns = columns;
    table.column_count = column_count;
    table.cell_count = 0;
    table.is_headed = false;
    table.text = buffer_over(table.memory, sizeof table.memory);
    for (uint32_t i = 0; i < column_count; i++) {
        table.widths[i] = 0;
    }
    return &table;
}

void table_add_bytes(struct table *table, struct bytes text)
{
    const size_t start = table->text.size;
    buffer_add(&table->text, text);
    if (table->cell_count == TABLE_CELL_MAX || table->text.is_full) return; // what fits is shown
    table->cells[table->cell_count++] = bytes_after(buffer_bytes(&table->text), start);
}

void table_add(struct table *table, const char *format, ...)
{
    char    text[256];
    va_list arguments;
    va_start(arguments, format);
    const int size = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    assert(size >= 0);
    table_add_bytes(table, bytes_of_text(text));
}

void table_add_time(struct table *table, uint64_t ms)
{
    char text[TIME_TEXT_SIZE];
    table_add_bytes(table, bytes_of_text(ms == TIME_NEVER ? "" : print_time(ms, text)));
}

// Spaces are printed before what follows them, so that no line ends with some.
static void print_cell(const struct table *table, uint32_t column, struct bytes text, FILE *out,
                       size_t *spaces)
{
    const size_t width = print_width(text);
    const size_t padding = table->widths[column] > width ? table->widths[column] - width : 0;
    const bool   is_left = table->columns[column].side == TABLE_LEFT;
    if (!is_left) *spaces += padding;
    if (text.size > 0) {
        (void)fprintf(out, "%*s", (int)*spaces, "");
        print_text(out, text);
        *spaces = 0;
    }
    *spaces += COLUMN_GAP + (is_left ? padding : 0);
}

static void print_row(const struct table *table, uint32_t row, FILE *out)
{
    size_t spaces = 0;
    for (uint32_t i = 0; i < table->column_count; i++) {
        if (table->widths[i] == 0) continue;
        const struct bytes text = row == 0 ? bytes_of_text(table->columns[i].heading)
                                           : table->cells[(row - 1) * table->column_count + i];
        print_cell(table, i, text, out, &spaces);
    }
    (void)fputc('\n', out);
}

static void measure(struct table *table, uint32_t row_count)
{
    for (uint32_t i = 0; i < row_count * table->column_count; i++) {
        const uint32_t column = i % table->column_count;
        const size_t   width = print_width(table->cells[i]);
        if (width > table->widths[column]) table->widths[column] = width;
    }
    for (uint32_t i = 0; i < table->column_count; i++) {
        const size_t width = print_width(bytes_of_text(table->columns[i].heading));
        if (table->widths[i] > 0 && width > table->widths[i]) table->widths[i] = width;
    }
}

void table_flush(struct table *table, FILE *out)
{
    const uint32_t row_count = table->cell_count / table->column_count;
    measure(table, row_count);
    const uint32_t first_row = table->is_headed || row_count == 0 ? 1 : 0; // row 0: the headings
    for (uint32_t row = first_row; row <= row_count; row++) {
        print_row(table, row, out);
    }
    table->is_headed = table->is_headed || row_count > 0;
    table->cell_count = 0;
    table->text.size = 0;
    table->text.is_full = false;
}
