// Texts in, values out; and how wide they are.
#include "api/cli/command.h"
#include "api/cli/print.h"
#include "api/cli/value.h"
#include "api/cli/words.h"
#include "core/base/limits.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

Test(words, quotes_keep_together_and_a_backslash_takes_the_next)
{
    static const struct {
        const char *line;
        uint32_t    count;
        const char *at[4];
    } rows[] = {
        {"a b  c",                 3, {"a", "b", "c"}            },
        {"'a b' c",                2, {"a b", "c"}               },
        {"\"a 'b\" c",             2, {"a 'b", "c"}              },
        {"a\\ b",                  1, {"a b"}                    },
        {"x='a b'=3",              1, {"x=a b=3"}                },
        {"'' a",                   2, {"", "a"}                  },
        {"  ",                     0, {NULL}                     },
        {"'A Residence'/apt-1 50", 2, {"A Residence/apt-1", "50"}},
    };
    static struct words words;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_assert(words_split(bytes_of_text(rows[i].line), &words), "%s", rows[i].line);
        cr_expect(eq(u32, words.count, rows[i].count), "%s", rows[i].line);
        for (uint32_t j = 0; j < rows[i].count && j < words.count; j++)
            cr_expect(zero(int, strcmp(words.at[j], rows[i].at[j])), "%s", rows[i].line);
    }
    cr_expect(not(words_split(bytes_of_text("'open"), &words)));
}

Test(words, bounds_are_refused_not_passed)
{
    static struct words words;
    static uint8_t      line[2 * WORDS_SIZE_MAX];
    memset(line, 'x', sizeof line);
    cr_expect(not(words_split((struct bytes){line, WORDS_SIZE_MAX + 1}, &words)));
    cr_expect(words_split((struct bytes){line, WORDS_SIZE_MAX - 1}, &words));
    for (size_t i = 0; i < sizeof line; i += 2)
        line[i] = ' ';
    cr_expect(not(words_split((struct bytes){line, 2 * (WORD_MAX + 1)}, &words)));
    cr_expect(words_split((struct bytes){line, 2 * WORD_MAX}, &words));
}

Test(value, times_are_absolute_or_from_now)
{
    static const struct {
        const char *text;
        bool        is_time;
        uint64_t    ms;
    } rows[] = {
        {"2026-12-01",          true,  1796083200000    },
        {"2026-12-01T00:00Z",   true,  1796083200000    },
        {"+30d",                true,  1000 + 2592000000},
        {"+1h",                 true,  1000 + 3600000   },
        {"+5m",                 true,  1000 + 300000    },
        {"+7s",                 true,  8000             },
        {"+0s",                 true,  1000             },
        {"+7",                  false, 0                },
        {"+s",                  false, 0                },
        {"+1w",                 false, 0                },
        {"+99999999999999999d", false, 0                },
        {"tomorrow",            false, 0                },
        {"",                    false, 0                },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint64_t ms = 0;
        cr_expect(eq(int, value_time(rows[i].text, 1000, &ms), rows[i].is_time), "%s",
                  rows[i].text);
        if (rows[i].is_time) cr_expect(eq(u64, ms, rows[i].ms), "%s", rows[i].text);
    }
}

Test(value, a_package_is_its_name_then_its_window_then_its_entries)
{
    uint8_t            memory[512];
    struct buffer      out = buffer_over(memory, sizeof memory);
    struct value_maker maker = {.now_ms = 0};
    struct package     package;
    struct entry       entry;
    cr_assert(value_add_item(&maker, &package_record,
                             "'P 1' sip_number=50 until=2026-12-01 a=b=2 web_dialer", &out),
              "%s", maker.reason);
    struct pack_reader reader = pack_reader(buffer_bytes(&out));
    (void)pack_read_array(&reader, 4);
    cr_assert(eq(ptr,
                 (void *)(uintptr_t)record_read(&package_record, package_record.field_count,
                                                &reader, &package),
                 NULL));
    cr_expect(eq(u64, package.from_ms, 0));
    cr_expect(eq(u64, package.until_ms, 1796083200000));
    cr_expect(eq(u32, package.entries.count, 3));
    struct list_reader entries = list_start(package.entries);
    cr_assert(list_next(&entries, &entry_record, &entry));
    cr_assert(list_next(&entries, &entry_record, &entry));
    cr_expect(bytes_is_equal(entry.name, bytes_of_text("a=b")), "the last = parts");
    cr_expect(eq(u64, entry.count, 2));

    cr_expect(not(value_add_item(&maker, &package_record, "P sip_number=many", &out)));
    cr_expect(not(value_add_item(&maker, &package_record, "", &out)));
    cr_expect(not(value_add_item(&maker, &package_record, "P from=soon", &out)));
}

Test(print, a_width_counts_columns_not_bytes)
{
    cr_expect(eq(sz, print_width(bytes_of_text("Süd")), 3));
    cr_expect(eq(sz, print_width(bytes_of_text("Su\u0308d")), 3), "a combining mark");
    cr_expect(eq(sz, print_width(bytes_of_text("大楼")), 4));
    cr_expect(eq(sz, print_width(bytes_of_text("🏠1")), 3));
    cr_expect(zero(sz, print_width(bytes_of_text(""))));
}

Test(print, a_text_cannot_speak_to_the_terminal)
{
    char  got[64] = "";
    FILE *out = fmemopen(got, sizeof got, "w");
    print_text(out, bytes_of_text("a\x1b[2Jb"));
    (void)fclose(out);
    cr_expect(zero(int, strcmp(got, "a?[2Jb")), "%s", got);
}

Test(print, a_time_has_seconds_only_where_there_are_some)
{
    char text[TIME_TEXT_SIZE];
    cr_expect(zero(int, strcmp(print_time(1796083200000, text), "2026-12-01T00:00Z")));
    cr_expect(zero(int, strcmp(print_time(1796083201000, text), "2026-12-01T00:00:01Z")));
    cr_expect(zero(int, strcmp(print_time(1796083200001, text), "2026-12-01T00:00:00.001Z")));
    cr_expect(zero(int, strcmp(print_time(TIME_NEVER, text), "never")));
}

// What the rows of commands must hold, since everything follows from them.
Test(command, every_row_can_be_run_and_explained)
{
    static struct call call;
    for (const struct command *row = commands; row->path != NULL; row++) {
        cr_expect(ne(ptr, (void *)(uintptr_t)row->summary, NULL), "%s", row->path);
        cr_expect(ne(ptr, (void *)(uintptr_t)row->example, NULL), "%s", row->path);
        cr_assert(row->run != NULL, "%s", row->path);
        call_begin(&call, row);
        struct argument argument;
        const char     *arguments = row->arguments;
        while (call_next_argument(&call, &arguments, &argument)) // asserts that the field is there
            cr_expect(not(call_is_option(&call, argument.field)), "%s", row->path);
        if (row->way != ASKS) continue;
        cr_expect(ne(ptr, (void *)(uintptr_t)row->verb, NULL), "%s", row->path);
        for (uint32_t i = 1; i < call.field_count; i++) // keys of a map ascend
            cr_expect(lt(int, strcmp(call.fields[i - 1]->name, call.fields[i]->name), 0), "%s",
                      row->path);
    }
}

Test(command, the_longest_path_wins)
{
    char  license[] = "license", upload[] = "upload", other[] = "other";
    char *two[] = {license, upload}, *one[] = {license, other};
    int   used = 0;
    cr_expect(zero(int, strcmp(command_find(2, two, &used)->path, "license upload")));
    cr_expect(eq(int, used, 2));
    cr_expect(zero(int, strcmp(command_find(2, one, &used)->path, "license")));
    cr_expect(eq(int, used, 1));
    cr_expect(eq(ptr, (void *)(uintptr_t)command_find(1, one + 1, &used), NULL));
}
