// Views and the sticky buffer.
#include "core/base/bytes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <string.h>

#define ROWS(rows) (sizeof(rows) / sizeof(rows)[0])

static bool is_text(struct bytes bytes, const char *text)
{
    return bytes_is_equal(bytes, bytes_of_text(text));
}

Test(bytes, compare_orders_byte_by_byte_and_a_prefix_first)
{
    static const struct {
        const char *a, *b;
        int         order;
    } rows[] = {
        {"",     "",     0 },
        {"",     "a",    -1},
        {"a",    "a",    0 },
        {"a",    "b",    -1},
        {"ab",   "b",    -1},
        {"a",    "aa",   -1},
        {"\x7f", "\x80", -1}, // unsigned
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct bytes a = bytes_of_text(rows[i].a);
        const struct bytes b = bytes_of_text(rows[i].b);
        const int          there = bytes_compare(a, b);
        const int          back = bytes_compare(b, a);
        cr_expect(eq(int, (there > 0) - (there < 0), rows[i].order), "row %zu", i);
        cr_expect(eq(int, (back > 0) - (back < 0), -rows[i].order), "row %zu", i);
        cr_expect(eq(int, bytes_is_equal(a, b), rows[i].order == 0), "row %zu", i);
    }
}

Test(bytes, no_bytes_are_equal_to_an_empty_text)
{
    const struct bytes none = {NULL, 0};
    cr_expect(bytes_is_equal(none, bytes_of_text("")));
    cr_expect(zero(int, bytes_compare(none, bytes_of_text(""))));
    cr_expect(bytes_starts_with(none, none));
    cr_expect(bytes_starts_with(bytes_of_text("a"), none));
    cr_expect(not(bytes_starts_with(none, bytes_of_text("a"))));
    cr_expect(zero(sz, bytes_after(none, 0).size));
}

Test(bytes, after_may_reach_the_end)
{
    const struct bytes whole = bytes_of_text("abc");
    cr_expect(is_text(bytes_after(whole, 0), "abc"));
    cr_expect(is_text(bytes_after(whole, 2), "c"));
    cr_expect(is_text(bytes_after(whole, 3), ""));
}

Test(bytes, after_beyond_the_end_is_a_bug, .signal = SIGABRT)
{
    (void)bytes_after(bytes_of_text("abc"), 4);
}

Test(bytes, cut_steps_over_one_separator)
{
    static const struct {
        const char *whole, *first, *rest;
    } rows[] = {
        {"a/b/c", "a",   "b/c"},
        {"/b",    "",    "b"  },
        {"a/",    "a",   ""   },
        {"//",    "",    "/"  },
        {"abc",   "abc", ""   },
        {"",      "",    ""   },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        struct bytes rest = bytes_of_text(rows[i].whole);
        cr_expect(is_text(bytes_cut(&rest, '/'), rows[i].first), "when %s", rows[i].whole);
        cr_expect(is_text(rest, rows[i].rest), "when %s", rows[i].whole);
    }
}

Test(bytes, decimals_have_one_form_and_a_bound)
{
    static const struct {
        const char *text;
        uint64_t    max;
        bool        is_number;
        uint64_t    number;
    } rows[] = {
        {"0",                     0,          true,  0         },
        {"1",                     0,          false, 0         },
        {"10",                    10,         true,  10        },
        {"11",                    10,         false, 0         },
        {"2147483647",            INT32_MAX,  true,  INT32_MAX },
        {"2147483648",            INT32_MAX,  false, 0         },
        {"18446744073709551615",  UINT64_MAX, true,  UINT64_MAX},
        {"18446744073709551616",  UINT64_MAX, false, 0         },
        {"99999999999999999999",  UINT64_MAX, false, 0         },
        {"100000000000000000000", UINT64_MAX, false, 0         },
        {"",                      UINT64_MAX, false, 0         },
        {"00",                    UINT64_MAX, false, 0         },
        {"01",                    UINT64_MAX, false, 0         },
        {"+1",                    UINT64_MAX, false, 0         },
        {"-1",                    UINT64_MAX, false, 0         },
        {" 1",                    UINT64_MAX, false, 0         },
        {"1 ",                    UINT64_MAX, false, 0         },
        {"1/",                    UINT64_MAX, false, 0         },
        {"1:",                    UINT64_MAX, false, 0         },
        {"0x1",                   UINT64_MAX, false, 0         },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint64_t   number = 77;
        const bool is_number = bytes_to_decimal(bytes_of_text(rows[i].text), rows[i].max, &number);
        cr_expect(eq(int, is_number, rows[i].is_number), "when %s", rows[i].text);
        cr_expect(eq(u64, number, rows[i].is_number ? rows[i].number : 77), "when %s",
                  rows[i].text);
    }
}

Test(bytes, a_buffer_that_overflowed_stays_full_and_writes_no_more)
{
    char          memory[8] = "########";
    struct buffer buffer = buffer_over(memory, 4);
    buffer_add_text(&buffer, "abc");
    buffer_add_text(&buffer, "de");
    cr_expect(buffer.is_full);
    buffer_add_byte(&buffer, 'f');
    buffer_printf(&buffer, "%d", 1);
    cr_expect(eq(sz, buffer.size, 3));
    cr_expect(zero(int, memcmp(memory, "abc#####", 8)));
    cr_expect(zero(int, strcmp(buffer_text(&buffer), "")));
}

Test(bytes, a_buffer_may_be_filled_to_the_last_byte)
{
    char          memory[8] = "########";
    struct buffer buffer = buffer_over(memory, 4);
    buffer_add_text(&buffer, "abcd");
    buffer_add(&buffer, (struct bytes){NULL, 0});
    cr_expect(not(buffer.is_full));
    cr_expect(is_text(buffer_bytes(&buffer), "abcd"));
    cr_expect(zero(int, strcmp(buffer_text(&buffer), ""))); // no room for its end
    cr_expect(buffer.is_full);
    cr_expect(zero(int, memcmp(memory, "abcd####", 8)));
}

Test(bytes, text_ends_with_a_zero_that_does_not_count)
{
    char          memory[4];
    struct buffer buffer = buffer_over(memory, sizeof memory);
    buffer_add_text(&buffer, "ab");
    cr_expect(zero(int, strcmp(buffer_text(&buffer), "ab")));
    buffer_add_byte(&buffer, 'c');
    cr_expect(zero(int, strcmp(buffer_text(&buffer), "abc")));
    cr_expect(eq(sz, buffer.size, 3));
}

Test(bytes, numbers_are_written_as_they_are_read)
{
    static const uint64_t numbers[] = {0, 9, 10, 99, 1ULL << 32, UINT64_MAX - 1, UINT64_MAX};
    for (size_t i = 0; i < ROWS(numbers); i++) {
        uint8_t       memory[20];
        uint64_t      number = 1;
        struct buffer buffer = buffer_over(memory, sizeof memory);
        buffer_add_decimal(&buffer, numbers[i]);
        cr_expect(bytes_to_decimal(buffer_bytes(&buffer), UINT64_MAX, &number));
        cr_expect(eq(u64, number, numbers[i]));
    }
}

// The formatter writes a zero of its own, so it needs one byte more than it adds.
Test(bytes, printf_needs_room_for_its_zero)
{
    uint8_t       memory[4];
    struct buffer enough = buffer_over(memory, 4);
    buffer_printf(&enough, "%s", "abc");
    cr_expect(is_text(buffer_bytes(&enough), "abc"));
    struct buffer short_of_one = buffer_over(memory, 3);
    buffer_printf(&short_of_one, "%s", "abc");
    cr_expect(short_of_one.is_full);
}
