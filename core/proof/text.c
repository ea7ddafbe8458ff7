#include "core/proof/text.h"

#include "core/base/name.h"

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
