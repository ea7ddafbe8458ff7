// PROTOCOL.md says what the rows say: the kinds with their fields, and the arguments of the verbs.
// With LICET_WRITE_PAGE set in the environment, section 7 is written anew.
#include "api/daemon/ask.h"
#include "core/base/field.h"
#include "core/base/limits.h"
#include "core/event/action.h"
#include "core/event/event.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_SIZE = 256 * 1024 };

static char page[PAGE_SIZE];

#define PAGE_PATH SOURCE_DIR "/docs/PROTOCOL.md"

static void page_read(void)
{
    FILE *file = fopen(PAGE_PATH, "r");
    cr_assert(ne(ptr, file, NULL), "%s", PAGE_PATH);
    const size_t size = fread(page, 1, sizeof page - 1, file);
    cr_assert(lt(sz, size, sizeof page - 1));
    page[size] = 0;
    (void)fclose(file);
}

// --- Section 7 --------------------------------------------------------------

static void put_words(FILE *out, const char *const *words)
{
    for (unsigned i = 0; words[i] != NULL; i++) {
        (void)fprintf(out, "%s%u %s", i == 0 ? "" : ", ", i, words[i]);
    }
}

static void put_type(FILE *out, const struct field *field)
{
    switch (field->type) {
    case FIELD_NUMBER:
        (void)fprintf(out, "number, at most %llu", (unsigned long long)field->max);
        break;
    case FIELD_DURATION:
        (void)fprintf(out, "milliseconds, at most %llu", (unsigned long long)field->max);
        break;
    case FIELD_TIME:
        (void)fprintf(out, "time");
        break;
    case FIELD_FLAG:
        (void)fprintf(out, "flag");
        break;
    case FIELD_CHOICE:
        put_words(out, field->words);
        break;
    case FIELD_NAME:
        (void)fprintf(out, "name");
        break;
    case FIELD_PATH:
        (void)fprintf(out, "path");
        break;
    case FIELD_TEXT:
        (void)fprintf(out, "one line of text, at most %llu bytes", (unsigned long long)field->max);
        break;
    case FIELD_FILE:
        (void)fprintf(out, "text, at most %llu bytes", (unsigned long long)field->max);
        break;
    case FIELD_KEY:
    case FIELD_HASH:
        (void)fprintf(out, "bin(32)");
        break;
    case FIELD_ID:
        (void)fprintf(out, "bin(%d)", PROPOSAL_ID_SIZE);
        break;
    case FIELD_BINARY:
        (void)fprintf(out, "bin, at most %llu bytes", (unsigned long long)field->max);
        break;
    case FIELD_ANY:
        (void)fprintf(out, "anything");
        break;
    case FIELD_LIST:
        (void)fprintf(out, "array of *%s*, at most %llu", field->item->name,
                      (unsigned long long)field->max);
        break;
    case FIELD_EVENTS:
        (void)fprintf(out, "array of [kind, fields…], at most %llu",
                      (unsigned long long)field->max);
        break;
    }
    if (field->is_optional) {
        (void)fputs(field->is_added ? "; or left out" : "; or nil", out);
    }
}

static void put_fields(FILE *out, const struct record *record)
{
    (void)fprintf(out, "\n| field | value | meaning |\n| --- | --- | --- |\n");
    for (uint32_t i = 0; i < record->field_count; i++) {
        const struct field *field = &record->fields[i];
        (void)fprintf(out, "| `%s` | ", field->name);
        put_type(out, field);
        (void)fprintf(out, " | %s |\n", field->help);
    }
}

static const char intro[] =
    "## 7. Kinds\n\n"
    "The fields stand in this order, each a value of its own, behind the kind's number. A *name* "
    "is "
    "text of 1\nto 64 bytes, a *path* names joined by `/`. A *signed* kind needs its author's "
    "signature; a *vouched* one\nmay lean on the session; those *of the ledger* nobody can "
    "propose. A\nfield that may be *left out* was added later: it is nil while another one stands "
    "behind "
    "it, and else ends\nthe array early. This section follows from the rows "
    "in\n`core/event/event.c`, and a test holds it to them.\n";

static void put_kinds(FILE *out)
{
    static const struct record *const items[] = {
        &package_record,           &entry_record,          &vendor_key_record,
        &reminded_resource_record, &reminded_actor_record, &reminded_group_record,
        &refusal_count_record,
    };
    const struct kind_row *row = NULL;
    (void)fputs(intro, out);
    for (uint32_t i = 0; (row = kind_at(i)) != NULL; i++) {
        const char *by = row->is_of_ledger        ? "of the ledger"
                         : row->is_administrative ? "signed"
                                                  : "vouched";
        (void)fprintf(out, "\n**%d `%s`** (%s): %s.\n", (int)row->kind, row->record->name, by,
                      row->help);
        put_fields(out, row->record);
    }
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        (void)fprintf(out, "\nA *%s* is an array of its fields:\n", items[i]->name);
        put_fields(out, items[i]);
    }
    (void)fputc('\n', out);
}

static void write_page(const char *begin, const char *end, const char *section)
{
    FILE *file = fopen(PAGE_PATH, "w");
    cr_assert(ne(ptr, file, NULL));
    (void)fprintf(file, "%.*s%s%s", (int)(begin - page), page, section, end);
    (void)fclose(file);
}

Test(page, kinds_are_those_of_the_rows)
{
    char  *section = NULL;
    size_t size = 0;
    FILE  *out = open_memstream(&section, &size);
    put_kinds(out);
    (void)fclose(out);
    page_read();
    const char *begin = strstr(page, "## 7.");
    cr_assert(begin != NULL);
    const char *end = strstr(begin, "## 8.");
    if (end == NULL) end = page + strlen(page);
    if (getenv("LICET_WRITE_PAGE") != NULL) write_page(begin, end, section);
    const bool is_same = (size_t)(end - begin) == size && memcmp(begin, section, size) == 0;
    cr_expect(is_same, "section 7 of PROTOCOL.md differs from the rows of the kinds; "
                       "LICET_WRITE_PAGE=1 writes it anew");
    free(section);
}

// --- Sections 3 to 5 --------------------------------------------------------

// The rows of the verb in the tables: "| `verb` | arguments | answer |".
static bool is_told(const char *verb, const char *argument)
{
    char head[64], quoted[64];
    (void)snprintf(head, sizeof head, "\n| `%s` | ", verb);
    (void)snprintf(quoted, sizeof quoted, "`%s`", argument);
    for (const char *row = strstr(page, head); row != NULL; row = strstr(row + 1, head)) {
        const char *begin = row + strlen(head);
        const char *end = strstr(begin, " | ");
        if (argument[0] == 0) return true;
        const char *found = strstr(begin, quoted);
        if (found != NULL && found < end) return true;
    }
    return false;
}

Test(page, every_verb_and_argument_is_told)
{
    page_read();
    for (int verb = 0; verb < VERB_UNKNOWN; verb++) {
        const struct record *record = verb_arguments((enum verb)verb);
        cr_expect(is_told(record->name, ""), "%s", record->name);
        for (uint32_t i = 0; i < record->field_count; i++) {
            // "Lists are paged" says these two once for all.
            if (strcmp(record->fields[i].name, "after") == 0) continue;
            if (strcmp(record->fields[i].name, "limit") == 0) continue;
            cr_expect(is_told(record->name, record->fields[i].name), "%s of %s",
                      record->fields[i].name, record->name);
        }
    }
}

Test(page, verbs_before_login_are_those_of_the_rows)
{
    page_read();
    const char *begin = strstr(page, "Before login only");
    cr_assert(begin != NULL);
    const char *end = strstr(begin, "answered");
    for (int verb = 0; verb < VERB_UNKNOWN; verb++) {
        char quoted[64];
        (void)snprintf(quoted, sizeof quoted, "`%s`", verb_name((enum verb)verb));
        const char *found = strstr(begin, quoted);
        cr_expect(eq(int, found != NULL && found < end, verb_is_open((enum verb)verb)), "%s",
                  quoted);
    }
}

static void put_action(const struct action *action, char row[static 256])
{
    static const char *const of[] = {
        [ACTION_OF_USER] = "user", [ACTION_OF_ADMIN] = "admin", [ACTION_OF_ANYBODY] = "anybody"};
    char needs[128] = "–";
    if (action->feature != NULL && action->resource != NULL) {
        (void)snprintf(needs, sizeof needs, "`%s` and a unit of `%s`", action->feature,
                       action->resource);
    } else if (action->feature != NULL) {
        (void)snprintf(needs, sizeof needs, "`%s`", action->feature);
    } else if (action->resource != NULL) {
        (void)snprintf(needs, sizeof needs, "a unit of `%s`", action->resource);
    }
    (void)snprintf(row, 256, "\n| `%s` | %s | %s | %s |\n", action->name, of[action->of], needs,
                   action->is_closed ? "refused" : "goes on");
}

Test(page, actions_are_those_of_the_rows)
{
    page_read();
    for (uint32_t i = 0; action_at(i) != NULL; i++) {
        char row[256];
        put_action(action_at(i), row);
        cr_expect(strstr(page, row) != NULL, "%s", row);
    }
}
