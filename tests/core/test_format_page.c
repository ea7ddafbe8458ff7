// docs/FORMAT.md has the kinds and the codes as the rows have them: each line below is made from a
// row and must stand there. A row that is missing on the page is printed, ready to be put in.
#include "core/event/event.h"
#include "core/event/refusal.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

enum { PAGE_SIZE_MAX = 256 * 1024, LINE_SIZE_MAX = 2048 };

static char page[PAGE_SIZE_MAX];

static void read_page(void)
{
    FILE *file = fopen(SOURCE_DIR "/docs/FORMAT.md", "r");
    cr_assert(file != NULL);
    page[fread(page, 1, sizeof page - 1, file)] = 0;
    fclose(file);
}

TestSuite(format_page, .init = read_page);

static void expect_line(struct buffer *line)
{
    buffer_add_text(line, "\n");
    const char *text = buffer_text(line);
    cr_assert(not(line->is_full));
    cr_expect(strstr(page, text) != NULL, "not in docs/FORMAT.md:\n%s", text);
}

static void add_type(const struct field *field, struct buffer *line)
{
    static const char *const words[] = {
        [FIELD_NUMBER] = "number",   [FIELD_TIME] = "time",     [FIELD_FLAG] = "flag",
        [FIELD_NAME] = "name",       [FIELD_PATH] = "path",     [FIELD_TEXT] = "text",
        [FIELD_FILE] = "file",       [FIELD_KEY] = "key",       [FIELD_ID] = "id",
        [FIELD_HASH] = "hash",       [FIELD_BINARY] = "binary", [FIELD_EVENTS] = "events",
        [FIELD_DURATION] = "number",
    };
    buffer_printf(line, "`%s` ", field->name);
    if (field->type == FIELD_CHOICE) {
        for (uint32_t i = 0; field->words[i] != NULL; i++) {
            buffer_printf(line, "%s%u = %s", i == 0 ? "" : ", ", i, field->words[i]);
        }
    } else if (field->type == FIELD_LIST) {
        buffer_printf(line, "array of *%s*", field->item->name);
    } else {
        buffer_add_text(line, words[field->type]);
    }
    const bool has_bound = field->type == FIELD_NUMBER || field->type == FIELD_DURATION ||
                           field->type == FIELD_TEXT || field->type == FIELD_FILE ||
                           field->type == FIELD_BINARY || field->type == FIELD_LIST ||
                           field->type == FIELD_EVENTS;
    if (has_bound) buffer_printf(line, " ≤ %llu", (unsigned long long)field->max);
    if (field->is_optional) buffer_add_text(line, field->is_added ? " or left out" : " or nil");
}

static void add_fields(const struct record *record, struct buffer *line)
{
    for (uint32_t i = 0; i < record->field_count; i++) {
        if (i > 0) buffer_add_text(line, "; ");
        add_type(&record->fields[i], line);
    }
}

Test(format_page, has_every_kind_with_its_fields)
{
    uint32_t count = 0;
    for (const struct kind_row *row; (row = kind_at(count)) != NULL; count++) {
        uint8_t       memory[LINE_SIZE_MAX];
        struct buffer line = buffer_over(memory, sizeof memory);
        buffer_printf(&line, "| %u | `%s` | ", (unsigned)row->kind, row->record->name);
        add_fields(row->record, &line);
        buffer_printf(&line, " | %s | %s |",
                      row->is_of_ledger        ? "ledger"
                      : row->is_administrative ? "yes"
                                               : "may",
                      row->help);
        expect_line(&line);
    }
    cr_expect(gt(u32, count, 0));
}

Test(format_page, has_every_record_of_a_list)
{
    static const struct record *const records[] = {
        &vendor_key_record,        &package_record,        &entry_record,
        &reminded_resource_record, &reminded_actor_record, &reminded_group_record,
        &refusal_count_record,
    };
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        uint8_t       memory[LINE_SIZE_MAX];
        struct buffer line = buffer_over(memory, sizeof memory);
        buffer_printf(&line, "| *%s* | ", records[i]->name);
        add_fields(records[i], &line);
        buffer_add_text(&line, " |");
        expect_line(&line);
    }
}

Test(format_page, has_every_code)
{
    uint32_t count = 0;
    for (const struct refusal_row *row; (row = refusal_at(count)) != NULL; count++) {
        uint8_t       memory[LINE_SIZE_MAX];
        struct buffer line = buffer_over(memory, sizeof memory);
        buffer_printf(&line, "| %u | `%s` | %s | %s |", (unsigned)row->code, row->word,
                      row->is_logged ? "yes" : "no", row->sentence);
        expect_line(&line);
    }
    cr_expect(gt(u32, count, 0));
}
