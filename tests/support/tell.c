#include "tests/support/tell.h"

#include <stdio.h>

static void tell_record(const struct record *record, const void *in)
{
    for (uint32_t i = 0; i < record->field_count; i++) {
        const struct field *field = &record->fields[i];
        if (field_is_absent(field, in) || field->type == FIELD_KEY) {
            continue;
        }
        (void)fprintf(stderr, " %s", field->name);
        if (field->type == FIELD_LIST) {
            struct list_reader items = list_start(field_list(field, in));
            uint64_t           item[32]; // room for any, and aligned
            (void)fprintf(stderr, "[");
            while (list_next(&items, field->item, item)) {
                tell_record(field->item, item);
                (void)fprintf(stderr, ";");
            }
            (void)fprintf(stderr, "]");
        } else if (field_is_numeric(field)) {
            (void)fprintf(stderr, "=%llu", (unsigned long long)field_number(field, in));
        } else if (field->type != FIELD_EVENTS) {
            const struct bytes text = field_bytes(field, in);
            (void)fprintf(stderr, "=%.*s", (int)text.size, (const char *)text.at);
        }
    }
}

static void tell_one(const struct event *event)
{
    const struct record *record = kind_row((uint64_t)event->kind)->record;
    (void)fprintf(stderr, "    %s", record->name);
    tell_record(record, &event->of);
    (void)fprintf(stderr, "\n");
}

void tell_event(const struct event *event)
{
    const char *offence = NULL;
    tell_one(event);
    if (event->kind != PLAN) return;
    struct list_reader items = list_start(event->of.plan.events);
    for (struct bytes packed; list_next_packed(&items, &packed);) {
        struct event inner;
        if (event_read_packed(packed, &inner, &offence)) tell_one(&inner);
    }
}
