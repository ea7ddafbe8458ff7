// Names and paths: every boundary of X16 from both sides.
#include "core/base/limits.h"
#include "core/base/name.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <string.h>

#define ROWS(rows) (sizeof(rows) / sizeof(rows)[0])
#define A15        "aaaaaaaaaaaaaaa"
#define A16        A15 "a"
#define A63        A16 A16 A16 A15
#define A64        A16 A16 A16 A16

Test(name, X16_every_boundary_of_a_name_has_both_sides)
{
    static const struct {
        const char *when, *name;
        bool        is_valid;
    } rows[] = {
        {"empty",                             "",                     false},
        {"one byte",                          "a",                    true },
        {"63 bytes",                          A63,                    true },
        {"64 bytes",                          A64,                    true },
        {"65 bytes",                          A64 "a",                false},
        {"64 bytes, the last point two wide", A63 "\xc3\xa9",         false},
        {"a space before",                    " a",                   false},
        {"a space behind",                    "a ",                   false},
        {"a space inside",                    "a b",                  true },
        {"only a space",                      " ",                    false},
        {"a slash",                           "/",                    false},
        {"a slash inside",                    "a/b",                  false},
        {"the neighbours of the slash",       "a.0b",                 true },
        {"0x01",                              "a\x01",                false},
        {"0x1f",                              "a\x1f",                false},
        {"a line end",                        "a\nb",                 false},
        {"a tab",                             "a\tb",                 false},
        {"0x20 to 0x21",                      "a !",                  true },
        {"0x7e",                              "a~",                   true },
        {"0x7f",                              "a\x7f",                false},
        {"U+0080",                            "a\xc2\x80",            false},
        {"U+0085",                            "a\xc2\x85",            false},
        {"U+009F",                            "a\xc2\x9f",            false},
        {"U+00A0",                            "a\xc2\xa0",            true },
        {"a control far behind",              "aaaaaaaaaaaaaaaaaa\r", false},
        {"a control in the first eight",      "aaa\x02" A16,          false},
        {"0x7f in the first eight",           "aaa\x7f" A16,          false},
        {"0x1f and 0x20 side by side",        "aa \x1f" A16,          false},
        {"a point across the eighth byte",    "aaaaaaa\xc3\xa9" A16,  true },
        {"a broken one across it",            "aaaaaaa\xc3" A16,      false},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        cr_expect(eq(int, name_is_valid(bytes_of_text(rows[i].name)), rows[i].is_valid), "when %s",
                  rows[i].when);
    }
    cr_expect(not(name_is_valid((struct bytes){(const uint8_t *)"a\0b", 3})), "a zero inside");
    cr_expect(not(name_is_valid((struct bytes){NULL, 0})));
}

Test(name, X16_text_is_utf8_at_every_edge_of_its_forms)
{
    static const struct {
        const char *when, *text;
        bool        is_valid;
    } rows[] = {
        {"nothing",                       "",                 true },
        {"U+007F",                        "\x7f",             true },
        {"a lone continuation",           "\x80",             false},
        {"another",                       "\xbf",             false},
        {"U+0080",                        "\xc2\x80",         true },
        {"two bytes for U+007F",          "\xc1\xbf",         false},
        {"two bytes for zero",            "\xc0\x80",         false},
        {"U+07FF",                        "\xdf\xbf",         true },
        {"U+0800",                        "\xe0\xa0\x80",     true },
        {"three bytes for U+07FF",        "\xe0\x9f\xbf",     false},
        {"U+D7FF",                        "\xed\x9f\xbf",     true },
        {"U+D800, a surrogate",           "\xed\xa0\x80",     false},
        {"U+DFFF, a surrogate",           "\xed\xbf\xbf",     false},
        {"U+E000",                        "\xee\x80\x80",     true },
        {"U+FFFF",                        "\xef\xbf\xbf",     true },
        {"U+10000",                       "\xf0\x90\x80\x80", true },
        {"four bytes for U+FFFF",         "\xf0\x8f\xbf\xbf", false},
        {"U+10FFFF",                      "\xf4\x8f\xbf\xbf", true },
        {"U+110000",                      "\xf4\x90\x80\x80", false},
        {"0xf5",                          "\xf5\x80\x80\x80", false},
        {"0xf8",                          "\xf8\x88\x80\x80", false},
        {"0xff",                          "\xff",             false},
        {"two bytes cut",                 "a\xc3",            false},
        {"three bytes cut",               "a\xe2\x82",        false},
        {"four bytes cut",                "a\xf0\x9f\x98",    false},
        {"a lead after a lead",           "\xc3\xc3\xa9",     false},
        {"ASCII where more is due",       "\xe2\x82z",        false},
        {"a line end, which is no fault", "a\n",              true },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        cr_expect(eq(int, text_is_utf8(bytes_of_text(rows[i].text)), rows[i].is_valid), "when %s",
                  rows[i].when);
    }
}

// Said another way: a point is written in its shortest form and compared.
static size_t encode(uint32_t point, uint8_t *out)
{
    if (point < 0x80) return out[0] = (uint8_t)point, 1;
    const size_t size = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, point >>= 6)
        out[i] = (uint8_t)(0x80 | (point & 0x3f));
    out[0] = (uint8_t)((0xf00 >> size & 0xff) | point);
    return size;
}

Test(name, X16_every_code_point_is_text_but_surrogates_and_controls_are_no_line)
{
    for (uint32_t point = 0; point < 0x110000; point++) {
        uint8_t            memory[4];
        const struct bytes text = {memory, encode(point, memory)};
        const bool         is_surrogate = point >= 0xd800 && point < 0xe000;
        const bool         is_control = point < 0x20 || (point >= 0x7f && point < 0xa0);
        cr_assert(eq(int, text_is_utf8(text), !is_surrogate), "U+%04X", point);
        cr_assert(eq(int, text_is_one_line(text), !is_surrogate && !is_control), "U+%04X", point);
    }
}

// The way of eight bytes at a time and the way of one byte agree, whatever stands where.
Test(name, X16_every_byte_counts_at_every_place)
{
    for (size_t place = 0; place < 24; place++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            uint8_t memory[24];
            memset(memory, 'a', sizeof memory);
            memory[place] = (uint8_t)byte;
            const struct bytes text = {memory, sizeof memory};
            cr_assert(eq(int, text_is_utf8(text), byte < 0x80), "%u at %zu", byte, place);
            cr_assert(eq(int, text_is_one_line(text), byte >= 0x20 && byte < 0x7f), "%u at %zu",
                      byte, place);
        }
    }
}

Test(name, X16_every_boundary_of_a_path_has_both_sides)
{
    static const struct {
        const char *when, *path;
        bool        is_valid;
    } rows[] = {
        {"empty",                 "",                                  false},
        {"the server",            "/",                                 true },
        {"two slashes",           "//",                                false},
        {"a root",                "acme",                              true },
        {"a child",               "acme/north",                        true },
        {"a slash before",        "/acme",                             false},
        {"a slash behind",        "acme/",                             false},
        {"an empty name",         "acme//north",                       false},
        {"a space behind a name", "acme /north",                       false},
        {"a space before a name", "acme/ north",                       false},
        {"16 names",              "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p",   true },
        {"17 names",              "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q", false},
        {"16 names and a slash",  "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/",  false},
        {"a name of 64 bytes",    "a/" A64 "/b",                       true },
        {"a name of 65 bytes",    "a/" A64 "a/b",                      false},
        {"a control character",   "a/b\x1f/c",                         false},
        {"not UTF-8",             "a/\xff",                            false},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        cr_expect(eq(int, path_is_valid(bytes_of_text(rows[i].path)), rows[i].is_valid), "when %s",
                  rows[i].when);
    }
    cr_expect(not(path_is_valid((struct bytes){NULL, 0})));
}

Test(name, X16_the_longest_path_is_valid_and_one_byte_more_is_not)
{
    char          memory[PATH_SIZE_MAX + 1];
    struct buffer path = buffer_over(memory, sizeof memory);
    for (int i = 0; i < DEPTH_MAX; i++)
        buffer_add_text(&path, i == 0 ? A64 : "/" A64);
    cr_assert(eq(sz, path.size, PATH_SIZE_MAX));
    cr_expect(path_is_valid(buffer_bytes(&path)));
    buffer_add_byte(&path, 'a');
    cr_expect(not(path_is_valid(buffer_bytes(&path))));
}

static bool is_text(struct bytes bytes, const char *text)
{
    return bytes_is_equal(bytes, bytes_of_text(text));
}

Test(name, a_path_is_its_names_from_the_root_down)
{
    static const char *const names[] = {"acme", "north", "b2"};
    size_t                   count = 0;
    for (struct bytes rest = path_names(bytes_of_text("acme/north/b2")), name;
         path_next(&rest, &name); count++) {
        cr_assert(lt(sz, count, ROWS(names)));
        cr_expect(is_text(name, names[count]));
    }
    cr_expect(eq(sz, count, ROWS(names)));
    struct bytes none = path_names(bytes_of_text("/")), name;
    cr_expect(not(path_next(&none, &name)));
}

Test(name, the_parent_and_the_last_name_make_the_path)
{
    cr_expect(is_text(path_parent(bytes_of_text("acme/north/b2")), "acme/north"));
    cr_expect(is_text(path_last(bytes_of_text("acme/north/b2")), "b2"));
    cr_expect(is_text(path_parent(bytes_of_text("acme")), "/"));
    cr_expect(is_text(path_last(bytes_of_text("acme")), "acme"));
}

Test(name, the_server_has_no_parent, .signal = SIGABRT)
{
    (void)path_parent(bytes_of_text("/"));
}

Test(name, within_ends_at_whole_names)
{
    static const struct {
        const char *path, *root;
        bool        is_within;
    } rows[] = {
        {"acme/north",  "acme",       true },
        {"acme",        "acme",       true },
        {"acme",        "/",          true },
        {"/",           "/",          true },
        {"/",           "acme",       false},
        {"acme",        "acme/north", false},
        {"acme2",       "acme",       false},
        {"acme2/north", "acme",       false},
        {"acme/north2", "acme/north", false},
        {"Acme",        "acme",       false}, // byte by byte
        {"other/acme",  "acme",       false},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        cr_expect(eq(int, path_is_within(bytes_of_text(rows[i].path), bytes_of_text(rows[i].root)),
                     rows[i].is_within),
                  "when %s in %s", rows[i].path, rows[i].root);
    }
}
