#include "core/proof/text.h"

#include <assert.h>

// RFC 3629: the first byte says how many follow; a character below least had a shorter form.
struct form {
    uint8_t  mask; // of the first byte
    uint8_t  value;
    uint8_t  size;
    uint32_t least;
};

static const struct form forms[] = {
    {0x80, 0x00, 1, 0      },
    {0xe0, 0xc0, 2, 0x80   },
    {0xf0, 0xe0, 3, 0x800  },
    {0xf8, 0xf0, 4, 0x10000},
};

static const struct form *form_of(uint8_t first)
{
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if ((first & forms[i].mask) == forms[i].value) return &forms[i];
    }
    return NULL;
}

bool text_next(struct bytes *rest, uint32_t *character)
{
    assert(rest->size > 0);
    const struct form *form = form_of(rest->at[0]);
    if (form == NULL || form->size > rest->size) return false;
    uint32_t sum = rest->at[0] & (uint8_t)~form->mask;
    for (size_t i = 1; i < form->size; i++) {
        if ((rest->at[i] & 0xc0) != 0x80) return false;
        sum = sum << 6 | (rest->at[i] & 0x3f);
    }
    if (sum < form->least || sum > 0x10ffff) return false;
    if (sum >= 0xd800 && sum <= 0xdfff) return false;
    *character = sum;
    *rest = bytes_after(*rest, form->size);
    return true;
}

bool text_is_lines(struct bytes text)
{
    while (text.size > 0) {
        uint32_t character = 0;
        if (!text_next(&text, &character)) return false;
        if (character < 0x20 && character != '\n') return false;
    }
    return true;
}

// The characters with the property White_Space that are not below U+0020.
static bool is_space(uint32_t character)
{
    static const struct {
        uint32_t first, last;
    } spaces[] = {
        {0x20,   0x20  },
        {0x85,   0x85  },
        {0xa0,   0xa0  },
        {0x1680, 0x1680},
        {0x2000, 0x200a},
        {0x2028, 0x2029},
        {0x202f, 0x202f},
        {0x205f, 0x205f},
        {0x3000, 0x3000},
    };
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++) {
        if (character >= spaces[i].first && character <= spaces[i].last) return true;
    }
    return false;
}

bool text_is_name(struct bytes text)
{
    if (text.size == 0) return false;
    while (text.size > 0) {
        uint32_t character = 0;
        if (!text_next(&text, &character)) return false;
        if (character < 0x20 || character == '+' || is_space(character)) return false;
    }
    return true;
}
