#include "core/base/window.h"

#include "core/base/limits.h"

#include <stdio.h>

enum {
    SECOND_MS = 1000,
    DAY_MS = 24 * 60 * 60 * SECOND_MS,
};

bool window_is_valid(struct window window)
{
    return window.from_ms < window.until_ms;
}

bool window_has(struct window window, uint64_t ms)
{
    return ms >= window.from_ms && ms < window.until_ms;
}

uint64_t window_next_edge(struct window window, uint64_t ms)
{
    if (ms < window.from_ms) return window.from_ms;
    if (ms < window.until_ms) return window.until_ms;
    return TIME_NEVER;
}

struct date {
    uint32_t year, month, day; // from 1
};

// Counting years from March puts the leap day last, so that the days before a month are a line.
static uint64_t days_of_date(struct date date)
{
    const uint64_t year = date.month > 2 ? date.year : date.year - 1U;
    const uint64_t month = (date.month + 9U) % 12U;
    const uint64_t before = year * 365 + year / 4 - year / 100 + year / 400;
    const uint64_t epoch = 719468; // 1970-01-01 counted from 0000-03-01
    return before + (month * 153 + 2) / 5 + date.day - 1 - epoch;
}

static struct date date_of_days(uint64_t days)
{
    const uint64_t since = days + 719468;
    const uint64_t era = since / 146097; // 400 years
    const uint64_t day = since % 146097;
    const uint64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    const uint64_t of_year = day - (year * 365 + year / 4 - year / 100);
    const uint64_t month = (of_year * 5 + 2) / 153;
    struct date    date = {.day = (uint32_t)(of_year - (month * 153 + 2) / 5 + 1),
                           .month = (uint32_t)(month < 10 ? month + 3 : month - 9)};
    date.year = (uint32_t)(year + era * 400 + (date.month <= 2));
    return date;
}

const char *time_to_text(uint64_t ms, char *text)
{
    if (ms > TIME_MS_MAX) {
        (void)snprintf(text, TIME_TEXT_SIZE, "never");
        return text;
    }
    const struct date date = date_of_days(ms / DAY_MS);
    const uint32_t    second = (uint32_t)(ms % DAY_MS / SECOND_MS);
    const uint32_t    rest = (uint32_t)(ms % SECOND_MS);
    const int         size = snprintf(text, TIME_TEXT_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u",
                                      date.year % 10000, date.month % 100, date.day % 100,
                                      second / 3600 % 100, second / 60 % 60, second % 60);
    const size_t      at = (size_t)size;
    if (rest == 0) {
        (void)snprintf(text + at, TIME_TEXT_SIZE - at, "Z");
    } else {
        (void)snprintf(text + at, TIME_TEXT_SIZE - at, ".%03uZ", rest % 1000);
    }
    return text;
}

// The number of exactly so many digits at the start of *rest, which it steps over, together with
// the character before it (0: none).
static bool take_number(struct bytes *rest, uint8_t before, size_t digits, uint32_t *number)
{
    if (before != 0) {
        if (rest->size == 0 || rest->at[0] != before) return false;
        *rest = bytes_after(*rest, 1);
    }
    if (rest->size < digits) return false;
    uint32_t value = 0;
    for (size_t i = 0; i < digits; i++) {
        if (rest->at[i] < '0' || rest->at[i] > '9') return false;
        value = value * 10 + (uint32_t)(rest->at[i] - '0');
    }
    *rest = bytes_after(*rest, digits);
    *number = value;
    return true;
}

static bool take_date(struct bytes *rest, struct date *date)
{
    if (!take_number(rest, 0, 4, &date->year)) return false;
    if (!take_number(rest, '-', 2, &date->month)) return false;
    if (!take_number(rest, '-', 2, &date->day)) return false;
    if (date->year < 1970 || date->month < 1 || date->month > 12 || date->day < 1) return false;
    if (date->day > 31) return false;
    const struct date same = date_of_days(days_of_date(*date));
    return same.month == date->month && same.day == date->day;
}

static bool is_next(struct bytes rest, uint8_t character)
{
    return rest.size > 0 && rest.at[0] == character;
}

static bool take_clock(struct bytes *rest, uint64_t *ms)
{
    uint32_t hour = 0, minute = 0, second = 0, part = 0;
    if (!take_number(rest, 'T', 2, &hour) || !take_number(rest, ':', 2, &minute)) return false;
    const bool has_second = is_next(*rest, ':');
    if (has_second && !take_number(rest, ':', 2, &second)) return false;
    if (has_second && is_next(*rest, '.') && !take_number(rest, '.', 3, &part)) return false;
    if (hour > 23 || minute > 59 || second > 59) return false;
    if (rest->size != 1 || rest->at[0] != 'Z') return false;
    *ms = ((hour * 60ULL + minute) * 60 + second) * SECOND_MS + part;
    return true;
}

bool time_from_text(struct bytes text, uint64_t *ms)
{
    struct date  date = {0};
    uint64_t     clock_ms = 0;
    struct bytes rest = text;
    if (!take_date(&rest, &date)) return false;
    if (rest.size != 0 && !take_clock(&rest, &clock_ms)) return false;
    *ms = days_of_date(date) * DAY_MS + clock_ms;
    return true;
}

// --- Durations --------------------------------------------------------------

// The smallest first.
static const struct {
    const char *word;
    uint64_t    ms;
} units[] = {
    {"ms", 1                            },
    {"s",  SECOND_MS                    },
    {"m",  (uint64_t)60 * SECOND_MS     },
    {"h",  (uint64_t)60 * 60 * SECOND_MS},
    {"d",  DAY_MS                       },
};

enum { UNIT_COUNT = sizeof units / sizeof units[0] };

const char *duration_to_text(uint64_t ms, char *text)
{
    size_t unit = 0;
    while (ms > 0 && unit + 1 < UNIT_COUNT && ms % units[unit + 1].ms == 0) {
        unit++;
    }
    (void)snprintf(text, TIME_TEXT_SIZE, "%llu%s", (unsigned long long)(ms / units[unit].ms),
                   units[unit].word);
    return text;
}

bool duration_from_text(struct bytes text, uint64_t ms_max, uint64_t *ms)
{
    struct bytes number = text;
    uint64_t     count = 0;
    while (number.size > 0 && number.at[number.size - 1] > '9') {
        number.size--;
    }
    const struct bytes word = bytes_after(text, number.size);
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        if (!bytes_is_equal(word, bytes_of_text(units[i].word))) continue;
        if (!bytes_to_decimal(number, ms_max / units[i].ms, &count)) return false;
        *ms = count * units[i].ms;
        return true;
    }
    return false;
}
