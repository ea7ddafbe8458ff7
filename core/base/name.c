#include "core/base/name.h"

#include "core/base/limits.h"

#include <assert.h>
#include <string.h>

// One code point: its length, and the least value that needs so many bytes.
struct utf8_form {
    uint8_t  mask, lead;
    uint32_t least;
};

static const struct utf8_form forms[] = {
    {0x80, 0x00, 0      },
    {0xe0, 0xc0, 0x80   },
    {0xf0, 0xe0, 0x800  },
    {0xf8, 0xf0, 0x10000},
};

// The size of the code point at the start of text, 0 when it is none.
static size_t decode_point(struct bytes text, uint32_t *point)
{
    for (size_t size = 1; size <= 4 && size <= text.size; size++) {
        const struct utf8_form *form = &forms[size - 1];
        if ((text.at[0] & form->mask) != form->lead) continue;
        uint32_t value = text.at[0] & (uint8_t)~form->mask;
        for (size_t i = 1; i < size; i++) {
            if ((text.at[i] & 0xc0) != 0x80) return 0;
            value = value << 6 | (text.at[i] & 0x3fU);
        }
        if (value < form->least || value > 0x10ffff) return 0;
        if (value >= 0xd800 && value <= 0xdfff) return 0;
        *point = value;
        return size;
    }
    return 0;
}

bool text_next(struct bytes *rest, uint32_t *point)
{
    const size_t size = decode_point(*rest, point);
    assert(rest->size > 0);
    if (size == 0) return false;
    *rest = bytes_after(*rest, size);
    return true;
}

static bool is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point <= 0x9f);
}

// Most text is plain: eight bytes at a time that are neither control characters nor part of a
// longer code point. With no byte from 0x80 on, a byte below 0x20 borrows and 0x7f carries into the
// highest bit of some byte.
static size_t skip_plain(struct bytes text)
{
    const uint64_t ones = 0x0101010101010101;
    const uint64_t highest = ones * 0x80;
    size_t         at = 0;
    for (uint64_t word; text.size - at >= sizeof word; at += sizeof word) {
        memcpy(&word, text.at + at, sizeof word);
        if (((word | (word - ones * 0x20) | (word + ones)) & highest) != 0) break;
    }
    return at;
}

static bool is_text(struct bytes text, bool one_line)
{
    size_t size = 0;
    for (size_t at = skip_plain(text); at < text.size; at += size) {
        uint32_t point = text.at[at];
        size = point < 0x80 ? 1 : decode_point(bytes_after(text, at), &point);
        if (size == 0) return false;
        if (one_line && is_control(point)) return false;
    }
    return true;
}

bool text_is_utf8(struct bytes text)
{
    return is_text(text, false);
}

bool text_is_one_line(struct bytes text)
{
    return is_text(text, true);
}

bool name_is_valid(struct bytes name)
{
    if (name.size == 0 || name.size > NAME_SIZE_MAX) return false;
    if (name.at[0] == ' ' || name.at[name.size - 1] == ' ') return false;
    if (memchr(name.at, '/', name.size) != NULL) return false;
    return text_is_one_line(name);
}

bool path_is_server(struct bytes path)
{
    return path.size == 1 && path.at[0] == '/';
}

bool path_is_valid(struct bytes path)
{
    if (path_is_server(path)) return true;
    if (path.size == 0 || path.size > PATH_SIZE_MAX) return false;
    if (path.at[path.size - 1] == '/') return false;
    struct bytes rest = path;
    for (int depth = 0; rest.size > 0; depth++) {
        if (depth == DEPTH_MAX) return false;
        if (!name_is_valid(bytes_cut(&rest, '/'))) return false;
    }
    return true;
}

struct bytes path_names(struct bytes path)
{
    return path_is_server(path) ? bytes_after(path, path.size) : path;
}

bool path_next(struct bytes *rest, struct bytes *name)
{
    if (rest->size == 0) return false;
    *name = bytes_cut(rest, '/');
    return true;
}

static size_t last_start(struct bytes path)
{
    size_t at = path.size;
    while (at > 0 && path.at[at - 1] != '/') {
        at--;
    }
    return at;
}

struct bytes path_parent(struct bytes path)
{
    assert(!path_is_server(path));
    const size_t start = last_start(path);
    if (start == 0) return bytes_of_text("/");
    return (struct bytes){path.at, start - 1};
}

struct bytes path_last(struct bytes path)
{
    assert(!path_is_server(path));
    return bytes_after(path, last_start(path));
}

bool path_is_within(struct bytes path, struct bytes root)
{
    if (path_is_server(root)) return true;
    if (!bytes_starts_with(path, root)) return false;
    return path.size == root.size || path.at[root.size] == '/';
}
