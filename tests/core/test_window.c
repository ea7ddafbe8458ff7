// Half-open windows (B13) and the text of instants.
#include "core/base/limits.h"
#include "core/base/window.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define ROWS(rows) (sizeof(rows) / sizeof(rows)[0])

enum { DAY_SECONDS = 24 * 60 * 60 };

Test(window, B13_is_half_open_and_says_its_next_edge)
{
    static const struct {
        const char   *when;
        struct window window;
        uint64_t      at;
        bool          has;
        uint64_t      next;
    } rows[] = {
        {"before from",        {10, 20},        9,              false, 10        },
        {"at from",            {10, 20},        10,             true,  20        },
        {"before until",       {10, 20},        19,             true,  20        },
        {"at until",           {10, 20},        20,             false, TIME_NEVER},
        {"after until",        {10, 20},        21,             false, TIME_NEVER},
        {"always, at 0",       {0, TIME_NEVER}, 0,              true,  TIME_NEVER},
        {"always, at the end", {0, TIME_NEVER}, TIME_NEVER - 1, true,  TIME_NEVER},
        {"only from, before",  {5, TIME_NEVER}, 4,              false, 5         },
        {"only from, at it",   {5, TIME_NEVER}, 5,              true,  TIME_NEVER},
        {"only until, at 0",   {0, 5},          0,              true,  5         },
        {"the shortest",       {7, 8},          7,              true,  8         },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        cr_expect(eq(int, window_has(rows[i].window, rows[i].at), rows[i].has), "when %s",
                  rows[i].when);
        cr_expect(eq(u64, window_next_edge(rows[i].window, rows[i].at), rows[i].next), "when %s",
                  rows[i].when);
    }
}

Test(window, B13_from_comes_before_until)
{
    cr_expect(window_is_valid((struct window){1, 2}));
    cr_expect(not(window_is_valid((struct window){2, 2})));
    cr_expect(not(window_is_valid((struct window){3, 2})));
    cr_expect(window_is_valid(WINDOW_ALWAYS));
    cr_expect(not(window_is_valid((struct window){0, 0})));
}

// The edges are the only instants at which has() changes; all small windows.
Test(window, B13_changes_at_its_edges_and_nowhere_else)
{
    for (uint64_t code = 0; code < 8 * 8 * 8; code++) {
        const struct window window = {code % 8, code / 8 % 8};
        const uint64_t      at = code / 64;
        if (!window_is_valid(window)) continue;
        const uint64_t next = window_next_edge(window, at);
        for (uint64_t later = at + 1; later < 10 && later < next; later++)
            cr_assert(eq(int, window_has(window, later), window_has(window, at)));
        if (next != TIME_NEVER) {
            cr_assert(ne(int, window_has(window, next), window_has(window, next - 1)));
        }
    }
}

// The C library says which day it is.
Test(window, every_day_from_1970_to_2200_is_written_and_read_as_libc_does)
{
    struct tm last = {.tm_year = 2200 - 1900, .tm_mon = 11, .tm_mday = 31};
    for (time_t at = 0, end = timegm(&last); at <= end; at += DAY_SECONDS) {
        char      text[TIME_TEXT_SIZE], want[TIME_TEXT_SIZE];
        struct tm parts;
        uint64_t  ms = 1;
        (void)gmtime_r(&at, &parts);
        (void)strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%SZ", &parts);
        cr_assert(zero(int, strcmp(time_to_text((uint64_t)at * 1000, text), want)));
        cr_assert(time_from_text(bytes_of_text(want), &ms), "%s", want);
        cr_assert(eq(u64, ms, (uint64_t)timegm(&parts) * 1000), "%s", want);
        want[10] = 0; // the date alone
        cr_assert(time_from_text(bytes_of_text(want), &ms), "%s", want);
        cr_assert(eq(u64, ms, (uint64_t)at * 1000), "%s", want);
    }
}

Test(window, every_second_of_a_day_is_written_and_read)
{
    for (uint64_t second = 0; second < DAY_SECONDS; second++) {
        char           text[TIME_TEXT_SIZE];
        uint64_t       back = 1;
        const uint64_t ms = (20000ULL * DAY_SECONDS + second) * 1000 + second % 3 * 499;
        (void)time_to_text(ms, text);
        cr_assert(time_from_text(bytes_of_text(text), &back), "%s", text);
        cr_assert(eq(u64, back, ms), "%s", text);
    }
}

Test(window, instants_have_a_text)
{
    static const struct {
        uint64_t    ms;
        const char *text;
    } rows[] = {
        {0,               "1970-01-01T00:00:00Z"    },
        {1,               "1970-01-01T00:00:00.001Z"},
        {999,             "1970-01-01T00:00:00.999Z"},
        {951782400000,    "2000-02-29T00:00:00Z"    },
        {1709164799999,   "2024-02-28T23:59:59.999Z"},
        {1709164800000,   "2024-02-29T00:00:00Z"    },
        {4107542400000,   "2100-03-01T00:00:00Z"    },
        {TIME_MS_MAX,     "9999-12-31T23:59:59.999Z"},
        {TIME_MS_MAX + 1, "never"                   },
        {TIME_NEVER,      "never"                   },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        char text[TIME_TEXT_SIZE];
        cr_expect(zero(int, strcmp(time_to_text(rows[i].ms, text), rows[i].text)));
    }
}

Test(window, B13_text_of_an_instant_has_a_few_forms_and_no_other)
{
    static const struct {
        const char *text;
        bool        is_time;
        uint64_t    ms;
    } rows[] = {
        {"1970-01-01",                true,  0            },
        {"1970-01-01T00:00Z",         true,  0            },
        {"1970-01-01T00:01Z",         true,  60000        },
        {"1970-01-01T00:00:01Z",      true,  1000         },
        {"1970-01-01T00:00:00.001Z",  true,  1            },
        {"1970-01-01T23:59:59.999Z",  true,  86399999     },
        {"9999-12-31T23:59:59.999Z",  true,  TIME_MS_MAX  },
        {"2000-02-29",                true,  951782400000 },
        {"2024-02-29",                true,  1709164800000},
        {"2023-02-29",                false, 0            },
        {"2100-02-29",                false, 0            },
        {"2024-02-30",                false, 0            },
        {"2024-04-31",                false, 0            },
        {"2024-06-31",                false, 0            },
        {"2024-01-32",                false, 0            },
        {"2024-01-00",                false, 0            },
        {"2024-00-01",                false, 0            },
        {"2024-13-01",                false, 0            },
        {"1969-12-31",                false, 0            },
        {"0000-01-01",                false, 0            },
        {"10000-01-01",               false, 0            },
        {"2024-1-01",                 false, 0            },
        {"2024-01-1",                 false, 0            },
        {"2024/01/01",                false, 0            },
        {"20240101",                  false, 0            },
        {"2024-01-01 00:00:00Z",      false, 0            },
        {"2024-01-01t00:00:00z",      false, 0            },
        {"2024-01-01T00:00:00",       false, 0            },
        {"2024-01-01T00:00:00z",      false, 0            },
        {"2024-01-01T00:00:00+00:00", false, 0            },
        {"2024-01-01T00:00:00ZZ",     false, 0            },
        {"2024-01-01T00Z",            false, 0            },
        {"2024-01-01TZ",              false, 0            },
        {"2024-01-01T",               false, 0            },
        {"2024-01-01Z",               false, 0            },
        {"2024-01-01T24:00Z",         false, 0            },
        {"2024-01-01T23:60Z",         false, 0            },
        {"2024-01-01T23:59:60Z",      false, 0            },
        {"2024-01-01T00:00:00.01Z",   false, 0            },
        {"2024-01-01T00:00:00.0001Z", false, 0            },
        {"2024-01-01T00:00:00.Z",     false, 0            },
        {"2024-01-01T00:00:00,000Z",  false, 0            },
        {"2024-01-01T-1:00Z",         false, 0            },
        {" 2024-01-01",               false, 0            },
        {"2024-01-01 ",               false, 0            },
        {"never",                     false, 0            },
        {"",                          false, 0            },
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        uint64_t ms = 77;
        cr_expect(eq(int, time_from_text(bytes_of_text(rows[i].text), &ms), rows[i].is_time),
                  "when '%s'", rows[i].text);
        cr_expect(eq(u64, ms, rows[i].is_time ? rows[i].ms : 77), "when '%s'", rows[i].text);
    }
}

// Minutes and milliseconds may stand together: "T00:00.500Z" must not be read as a second.
Test(window, milliseconds_need_seconds_before_them)
{
    uint64_t ms = 0;
    cr_expect(not(time_from_text(bytes_of_text("2024-01-01T00:00.500Z"), &ms)));
}

Test(duration, text_and_number_are_each_others)
{
    static const struct {
        const char *text;
        uint64_t    ms;
    } rows[] = {
        {"0ms",    0                        },
        {"1ms",    1                        },
        {"999ms",  999                      },
        {"1s",     1000                     },
        {"1500ms", 1500                     },
        {"90s",    90000                    },
        {"1m",     60000                    },
        {"10m",    600000                   },
        {"61m",    3660000                  },
        {"2h",     7200000                  },
        {"25h",    25 * 3600000             },
        {"366d",   366ULL * 24 * 3600 * 1000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char     text[TIME_TEXT_SIZE];
        uint64_t ms = 1;
        cr_expect(zero(int, strcmp(duration_to_text(rows[i].ms, text), rows[i].text)), "%s", text);
        cr_expect(duration_from_text(bytes_of_text(rows[i].text), UINT64_MAX, &ms), "%s", text);
        cr_expect(eq(u64, ms, rows[i].ms));
    }
}

Test(duration, what_is_none_is_refused)
{
    static const char *const texts[] = {"",
                                        "s",
                                        "1",
                                        "-1s",
                                        "+1s",
                                        "1 s",
                                        "1.5h",
                                        "1w",
                                        "1sec",
                                        "01s",
                                        "1S",
                                        "s1",
                                        "18446744073709551616d"};
    uint64_t                 ms = 7;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        cr_expect(not(duration_from_text(bytes_of_text(texts[i]), UINT64_MAX, &ms)), "%s",
                  texts[i]);
    }
    cr_expect(duration_from_text(bytes_of_text("60s"), 60000, &ms), "the bound itself");
    cr_expect(not(duration_from_text(bytes_of_text("61s"), 60000, &ms)), "and beyond");
    cr_expect(eq(u64, ms, 60000), "an output is written on success only");
}
