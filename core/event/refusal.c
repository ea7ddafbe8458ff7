#include "core/event/refusal.h"

#include <assert.h>
#include <stddef.h>

static const struct refusal_row rows[] = {
#define X(code, name, is_logged, sentence) {name, is_logged, #name, sentence},
    REFUSALS(X)
#undef X
};

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };

const struct refusal_row *refusal_row(uint64_t code)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if ((uint64_t)rows[i].code == code) return &rows[i];
    }
    return NULL;
}

const char *refusal_word(enum refusal code)
{
    const struct refusal_row *row = refusal_row((uint64_t)code);
    assert(row != NULL);
    return row->code == MALFORMED_LICENSE ? "MALFORMED" : row->word;
}

const struct refusal_row *refusal_at(uint32_t index)
{
    return index < ROW_COUNT ? &rows[index] : NULL;
}
