#include "api/cli/event_text.h"

#include "api/cli/print.h"
#include "core/event/refusal.h"
#include "core/proof/crypto.h"

enum { ITEM_SIZE_MAX = 256, KEY_SHOWN = 4, HEX_SIZE = 2 * KEY_SHOWN + 1 };

static void print_binary(struct bytes binary, FILE *out)
{
    uint8_t       memory[HEX_SIZE];
    struct buffer hex = buffer_over(memory, sizeof memory);
    crypto_hex_add(&hex,
                   (struct bytes){binary.at, binary.size < KEY_SHOWN ? binary.size : KEY_SHOWN});
    (void)fprintf(out, "%s…", buffer_text(&hex));
}

static void print_value(const struct field *field, const void *in, FILE *out)
{
    char text[TIME_TEXT_SIZE];
    switch (field->type) {
    case FIELD_NUMBER:
        (void)fprintf(out, "%llu", (unsigned long long)field_number(field, in));
        break;
    case FIELD_TIME:
        (void)fputs(print_time(field_number(field, in), text), out);
        break;
    case FIELD_DURATION:
        (void)fputs(duration_to_text(field_number(field, in), text), out);
        break;
    case FIELD_FLAG:
        (void)fputs(field_number(field, in) != 0 ? "yes" : "no", out);
        break;
    case FIELD_CHOICE:
        (void)fputs(field->words[field_number(field, in)], out);
        break;
    case FIELD_NAME:
    case FIELD_PATH:
    case FIELD_TEXT:
        print_text(out, field_bytes(field, in));
        break;
    case FIELD_FILE:
        (void)fprintf(out, "(%zu bytes)", field_bytes(field, in).size);
        break;
    case FIELD_KEY:
    case FIELD_HASH:
    case FIELD_ID:
    case FIELD_BINARY:
    case FIELD_ANY:
        print_binary(field_bytes(field, in), out);
        break;
    case FIELD_LIST:
    case FIELD_EVENTS:
        (void)fprintf(out, "(%u)", field_list(field, in).count);
        break;
    }
}

// An item without lists: its first value, and "=" the second where there is one; of a flag its
// name.
static void print_pair(const struct record *record, const void *in, FILE *out)
{
    for (uint32_t i = 0; i < record->field_count; i++) {
        const struct field *field = &record->fields[i];
        const bool          is_flag = field->type == FIELD_FLAG;
        if (field_is_absent(field, in) || (is_flag && field_number(field, in) == 0)) continue;
        if (i > 0) (void)fputc('=', out);
        if (is_flag) {
            (void)fputs(field->name, out);
        } else {
            print_value(field, in, out);
        }
    }
}

static void print_pairs(const struct record *record, struct list list, FILE *out)
{
    uint64_t           memory[ITEM_SIZE_MAX / sizeof(uint64_t)];
    struct list_reader items = list_start(list);
    while (list_next(&items, record, memory)) {
        (void)fputc(' ', out);
        print_pair(record, memory, out);
    }
}

// "admin LIMIT_REACHED 900 times"; a newer daemon may know codes that this does not.
static void print_refusals(const struct refusal_count *refusals, FILE *out)
{
    const struct refusal_row *row = refusal_row(refusals->code);
    print_text(out, refusals->actor);
    (void)fprintf(out, " %s %llu times", row == NULL ? "?" : row->word,
                  (unsigned long long)refusals->count);
}

// "[P1 until=2026-12-01T00:00Z sip_number=50 web_dialer]"
static void print_item(const struct record *record, const void *in, FILE *out)
{
    (void)fputc('[', out);
    for (uint32_t i = 0; i < record->field_count; i++) {
        const struct field *field = &record->fields[i];
        if (field_is_absent(field, in)) continue;
        if (field->type == FIELD_LIST) {
            print_pairs(field->item, field_list(field, in), out);
            continue;
        }
        if (i > 0) (void)fprintf(out, " %s=", field->name);
        print_value(field, in, out);
    }
    (void)fputc(']', out);
}

static void print_list(const struct record *record, struct list list, FILE *out)
{
    uint64_t           memory[ITEM_SIZE_MAX / sizeof(uint64_t)];
    struct list_reader items = list_start(list);
    for (uint32_t i = 0; list_next(&items, record, memory); i++) {
        if (i > 0) (void)fputs(record == &refusal_count_record ? ", " : ",", out);
        if (record == &refusal_count_record) {
            print_refusals((const struct refusal_count *)memory, out);
        } else if (record->field_count == 2) {
            print_pair(record, memory, out);
        } else {
            print_item(record, memory, out);
        }
    }
}

void event_print(const struct event *event, FILE *out)
{
    const struct record *record = kind_row((uint64_t)event->kind)->record;
    (void)fputs(record->name, out);
    for (uint32_t i = 0; i < record->field_count; i++) {
        const struct field *field = &record->fields[i];
        if (field_is_absent(field, &event->of)) continue;
        (void)fprintf(out, " %s=", field->name);
        if (field->type == FIELD_LIST) {
            print_list(field->item, field_list(field, &event->of), out);
        } else {
            print_value(field, &event->of, out);
        }
    }
}
