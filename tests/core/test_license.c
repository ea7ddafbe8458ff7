// The licence file: what it says, and for each line that is wrong its number.
#include "core/event/license.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define ROWS(rows) (sizeof(rows) / sizeof(rows)[0])
#define HEAD       "licet license v1\nserver cam-hq.example\nserial 20261101\n"

static struct license       license;
static struct license_fault fault;

static bool read(const char *text)
{
    return license_read(bytes_of_text(text), &license, &fault);
}

static bool is_text(struct bytes bytes, const char *text)
{
    return bytes_is_equal(bytes, bytes_of_text(text));
}

static const char example[] =
    HEAD "LICENSE_HIKVISION 20 per-channel\n"
         "LICENSE_DEEP_BASE 3 per-channel until 2027-01-01T00:00:00Z\n"
         "LICENSE_PACS_MODULE 1 per-server\n"
         "LICENSE_HIKVISION_ACS 3 per-device\n"
         "sip_number 500 per-server\n"
         "mobile_app 500 per-server needs sip_number\n"
         "web_dialer feature\n"
         "ukey2 feature from 2026-12-01T00:00:00Z until 2027-12-01T00:00:00Z\n";

Test(license, T05_says_what_the_example_says)
{
    static const struct {
        const char        *name;
        enum resource_kind kind;
        uint64_t           count;
        struct window      window;
        const char        *needs;
    } rows[] = {
        {"LICENSE_HIKVISION",     PER_CHANNEL, 20,  {0, TIME_NEVER},                ""          },
        {"LICENSE_DEEP_BASE",     PER_CHANNEL, 3,   {0, 1798761600000},             ""          },
        {"LICENSE_PACS_MODULE",   PER_SERVER,  1,   {0, TIME_NEVER},                ""          },
        {"LICENSE_HIKVISION_ACS", PER_DEVICE,  3,   {0, TIME_NEVER},                ""          },
        {"sip_number",            PER_SERVER,  500, {0, TIME_NEVER},                ""          },
        {"mobile_app",            PER_SERVER,  500, {0, TIME_NEVER},                "sip_number"},
        {"web_dialer",            FEATURE,     1,   {0, TIME_NEVER},                ""          },
        {"ukey2",                 FEATURE,     1,   {1796083200000, 1827619200000}, ""          },
    };
    cr_assert(read(example), "%u: %s", fault.line, fault.reason);
    cr_expect(is_text(license.server, "cam-hq.example"));
    cr_expect(eq(u64, license.serial, 20261101));
    cr_assert(eq(u32, license.entry_count, ROWS(rows)));
    for (size_t i = 0; i < ROWS(rows); i++) {
        const struct license_entry *entry = &license.entries[i];
        cr_expect(is_text(entry->name, rows[i].name));
        cr_expect(eq(int, entry->kind, rows[i].kind), "%s", rows[i].name);
        cr_expect(eq(u64, entry->count, rows[i].count), "%s", rows[i].name);
        cr_expect(eq(u64, entry->window.from_ms, rows[i].window.from_ms), "%s", rows[i].name);
        cr_expect(eq(u64, entry->window.until_ms, rows[i].window.until_ms), "%s", rows[i].name);
        cr_expect(is_text(entry->needs, rows[i].needs), "%s", rows[i].name);
    }
}

Test(license, T05_kinds_have_the_words_of_the_file)
{
    static const char *const words[] = {"per-channel", "per-server", "per-device", "feature"};
    for (size_t i = 0; i < ROWS(words); i++)
        cr_expect(zero(int, strcmp(resource_kind_word((enum resource_kind)i), words[i])));
}

Test(license, T05_no_word_for_no_kind, .signal = SIGABRT)
{
    (void)resource_kind_word((enum resource_kind)(FEATURE + 1));
}

// Rows for one entry after the head, which makes it line 4.
struct row {
    const char *line;
    bool        is_entry;
};

static void check_entries(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[512];
        (void)snprintf(text, sizeof text, "%s%s\n", HEAD, rows[i].line);
        cr_expect(eq(int, read(text), rows[i].is_entry), "when '%s': %s", rows[i].line,
                  fault.reason);
        if (rows[i].is_entry) continue;
        cr_expect(eq(u32, fault.line, 4), "when '%s'", rows[i].line);
        cr_expect(fault.reason != NULL);
    }
}

Test(license, T05_any_other_kind_refuses_the_file)
{
    static const struct row rows[] = {
        {"x 1 per-channel",   true },
        {"x 1 per-server",    true },
        {"x 1 per-device",    true },
        {"x feature",         true },
        {"x 1 per-user",      false},
        {"x 1 per-channels",  false},
        {"x 1 per-channe",    false},
        {"x 1 Per-Channel",   false},
        {"x 1 per_channel",   false},
        {"x 1 perpetual",     false},
        {"x 1 none",          false},
        {"x 1",               false},
        {"x 1 ",              false},
        {"x 1 feature",       false},
        {"x per-channel",     false},
        {"x per-channel 1",   false},
        {"x features",        false},
        {"x Feature",         false},
        {"x feature feature", false},
        {"x",                 false},
    };
    check_entries(rows, ROWS(rows));
}

Test(license, T03_an_entry_has_one_form)
{
    static const struct row rows[] = {
        {"x 0 per-server",                                                            true },
        {"x 2147483647 per-server",                                                   true },
        {"x 2147483648 per-server",                                                   false},
        {"x 01 per-server",                                                           false},
        {"x -1 per-server",                                                           false},
        {"x +1 per-server",                                                           false},
        {"x 1.5 per-server",                                                          false},
        {"x many per-server",                                                         false},
        {"",                                                                          false},
        {" x 1 per-server",                                                           false},
        {"x  1 per-server",                                                           false},
        {"x 1  per-server",                                                           false},
        {"x 1 per-server ",                                                           false},
        {"x 1 per-server  ",                                                          false},
        {"x feature ",                                                                false},
        {"x\t1\tper-server",                                                          false},
        {"x 1 per-server\r",                                                          false},
        {"x/y 1 per-server",                                                          false},
        {"x\x7f 1 per-server",                                                        false},
        {"x\xff 1 per-server",                                                        false},
        {"caf\xc3\xa9 1 per-server",                                                  true },
        {"# a comment",                                                               false},
        {"x 1 per-server # a comment",                                                false},
        {"x 1 per-server from",                                                       false},
        {"x 1 per-server from now",                                                   false},
        {"x 1 per-server from 2026-01-01T00:00:00Z",                                  true },
        {"x 1 per-server from 2026-01-01",                                            true },
        {"x 1 per-server from 2026-02-29",                                            false},
        {"x 1 per-server from  2026-01-01",                                           false},
        {"x 1 per-server until 2026-01-01T00:00:00Z",                                 true },
        {"x 1 per-server until",                                                      false},
        {"x 1 per-server until never",                                                false},
        {"x 1 per-server until 2026-01-01T00:00:00Z ",                                false},
        {"x 1 per-server from 2026-01-01 until 2026-01-02",                           true },
        {"x 1 per-server from 2026-01-01 until 2026-01-01",                           false},
        {"x 1 per-server from 2026-01-02 until 2026-01-01",                           false},
        {"x 1 per-server until 1970-01-01",                                           false},
        {"x 1 per-server until 2026-01-02 from 2026-01-01",                           false},
        {"x 1 per-server from 2026-01-01 from 2026-01-01",                            false},
        {"x 1 per-server until 2026-01-01 until 2026-01-01",                          false},
        {"x 1 per-server since 2026-01-01",                                           false},
        {"x 1 per-server From 2026-01-01",                                            false},
        {"x 1 per-server needs",                                                      false},
        {"x 1 per-server needs y/z",                                                  false},
        {"x feature until 2026-01-01",                                                true },
        {"x feature needs y",                                                         false},
        {"aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd feature",  true },
        {"aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddde feature", false},
    };
    check_entries(rows, ROWS(rows));
}

Test(license, T03_each_line_that_is_wrong_is_numbered)
{
    static const struct {
        const char *when, *text;
        uint32_t    line; // 0: none is wrong
    } rows[] = {
        {"there is no entry",        HEAD,                                                       0},
        {"the file is empty",        "",                                                         1},
        {"it is a line end",         "\n",                                                       1},
        {"the head is another",      "licet license v2\nserver s\nserial 1\n",                   1},
        {"the head has a space",     "licet license v1 \nserver s\nserial 1\n",                  1},
        {"a byte order mark",        "\xef\xbb\xbflicet license v1\nserver s\nserial 1\n",       1},
        {"lines end as in DOS",      "licet license v1\r\nserver s\r\nserial 1\r\n",             1},
        {"the head has no end",      "licet license v1",                                         1},
        {"it ends after the head",   "licet license v1\n",                                       2},
        {"there is no server",       "licet license v1\nserial 1\nserver s\n",                   2},
        {"the server has no name",   "licet license v1\nserver\nserial 1\n",                     2},
        {"nor behind a space",       "licet license v1\nserver \nserial 1\n",                    2},
        {"two spaces",               "licet license v1\nserver  s\nserial 1\n",                  2},
        {"a space behind the name",  "licet license v1\nserver s \nserial 1\n",                  2},
        {"a tab in the name",        "licet license v1\nserver s\tt\nserial 1\n",                2},
        {"the name is not UTF-8",    "licet license v1\nserver \xff\nserial 1\n",                2},
        {"it ends after the server", "licet license v1\nserver s\n",                             3},
        {"the serial has no end",    "licet license v1\nserver s\nserial 1",                     3},
        {"there is no serial",       "licet license v1\nserver s\nx feature\n",                  3},
        {"the serial is no number",  "licet license v1\nserver s\nserial one\n",                 3},
        {"the serial is empty",      "licet license v1\nserver s\nserial\n",                     3},
        {"the serial is negative",   "licet license v1\nserver s\nserial -1\n",                  3},
        {"the serial is followed",   "licet license v1\nserver s\nserial 1 2\n",                 3},
        {"the serial is zero",       "licet license v1\nserver s\nserial 0\n",                   0},
        {"the serial is greatest",   "licet license v1\nserver s\nserial 9223372036854775807\n", 0},
        {"the serial is greater",    "licet license v1\nserver s\nserial 9223372036854775808\n", 3},
        {"a first entry is wrong",   HEAD "x\ny feature\n",                                      4},
        {"a second entry is wrong",  HEAD "x feature\ny\n",                                      5},
        {"two are wrong",            HEAD "x feature\ny\nz\n",                                   5},
        {"an empty line",            HEAD "\nx feature\n",                                       4},
        {"an empty line at the end", HEAD "x feature\n\n",                                       5},
        {"the last line has no end", HEAD "x feature\ny feature",                                5},
        {"an earlier one is wrong",  HEAD "x\ny feature",                                        4},
    };
    for (size_t i = 0; i < ROWS(rows); i++) {
        const bool is_read = read(rows[i].text);
        cr_expect(eq(int, is_read, rows[i].line == 0), "when %s", rows[i].when);
        cr_expect(eq(int, fault.reason == NULL, is_read), "when %s", rows[i].when);
        if (!is_read) cr_expect(eq(u32, fault.line, rows[i].line), "when %s", rows[i].when);
    }
}

#define Y         "y 9 per-server\n"
#define X_NEEDS_Y "x 1 per-server needs y\n"

// Rows for what stands below the head.
struct file_row {
    const char *when, *text;
    uint32_t    line; // 0: none is wrong
};

static void check_files(const struct file_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char text[512];
        (void)snprintf(text, sizeof text, "%s%s", HEAD, rows[i].text);
        const bool is_read = read(text);
        cr_expect(eq(int, is_read, rows[i].line == 0), "when %s: %s", rows[i].when, fault.reason);
        if (!is_read) cr_expect(eq(u32, fault.line, rows[i].line), "when %s", rows[i].when);
    }
}

Test(license, B08_lines_of_one_name_are_entries_that_agree)
{
    static const struct file_row rows[] = {
        {"one has an end",     "x 1 per-server until 2026-06-01\nx 2 per-server\n",       0},
        {"they overlap",       "x 1 per-server\nx 2 per-server from 2026-06-01\n",        0},
        {"they are the same",  "x 1 per-server\nx 1 per-server\n",                        0},
        {"others between",     "x 1 per-server\ny feature\nx 1 per-server\n",             0},
        {"a feature twice",    "x feature until 2026-06-01\nx feature from 2026-07-01\n", 0},
        {"the kind differs",   "x 1 per-server\nx 1 per-device\n",                        5},
        {"one is a feature",   "x 1 per-server\nx feature\n",                             5},
        {"the kind, below",    "x 1 per-server\ny feature\nx 1 per-channel\n",            6},
        {"needs the same",     Y X_NEEDS_Y X_NEEDS_Y,                                     0},
        {"one has no need",    Y X_NEEDS_Y "x 1 per-server\n",                            6},
        {"the first has none", Y "x 1 per-server\n" X_NEEDS_Y,                            6},
        {"needs another",      Y X_NEEDS_Y "z 9 per-server\nx 1 per-server needs z\n",    7},
    };
    check_files(rows, ROWS(rows));
}

Test(license, B10_what_is_needed_is_a_resource_of_the_file_that_needs_nothing)
{
    static const struct file_row rows[] = {
        {"it stands before",      Y X_NEEDS_Y,                                                   0},
        {"it stands behind",      "x 1 per-server needs y\ny 9 per-server\n",                    0},
        {"two need the same",     Y X_NEEDS_Y "z 1 per-device needs y\n",                        0},
        {"with a window as well", Y "x 1 per-server from 2026-01-01 until 2027-01-01 needs y\n", 0},
        {"it is not there",       X_NEEDS_Y,                                                     4},
        {"it is a feature",       "y feature\n" X_NEEDS_Y,                                       5},
        {"it is itself",          "x 1 per-server needs x\n",                                    4},
        {"it needs something",    "z 9 per-server\ny 9 per-server needs z\n" X_NEEDS_Y,          6},
        {"they need each other",  "x 1 per-server needs y\ny 1 per-server needs x\n",            4},
        {"needs stands before",   Y "x 1 per-server needs y until 2027-01-01\n",                 5},
        {"needs stands twice",    Y "x 1 per-server needs y needs y\n",                          5},
        {"needs two",             Y "x 1 per-server needs y y\n",                                5},
    };
    check_files(rows, ROWS(rows));
}

Test(license, a_file_has_at_most_so_many_entries)
{
    static char   memory[64 * 1024];
    struct buffer text = buffer_over(memory, sizeof memory);
    buffer_add_text(&text, HEAD);
    for (int i = 0; i < LICENSE_ENTRY_MAX; i++)
        buffer_printf(&text, "r%d 1 per-server\n", i);
    cr_expect(license_read(buffer_bytes(&text), &license, &fault));
    cr_expect(eq(u32, license.entry_count, LICENSE_ENTRY_MAX));
    buffer_add_text(&text, "more 1 per-server\n");
    cr_expect(not(license_read(buffer_bytes(&text), &license, &fault)));
    cr_expect(eq(u32, fault.line, 3 + LICENSE_ENTRY_MAX + 1));
}

Test(license, a_server_has_a_name_of_at_most_128_bytes)
{
    for (int size = 128; size <= 129; size++) {
        char text[512];
        (void)snprintf(text, sizeof text, "licet license v1\nserver %0*d\nserial 1\n", size, 0);
        cr_expect(eq(int, read(text), size == 128));
    }
}

// Nothing is read beyond the text: every start of the example is in form, or refused.
Test(license, a_file_cut_short_is_read_as_far_as_whole_lines_go)
{
    static uint8_t memory[sizeof example];
    for (size_t size = 0; size < sizeof example; size++) {
        uint8_t *start = memory + sizeof memory - size; // the sanitizer watches the end
        memcpy(start, example, size);
        const bool is_whole = size > 54 && size < sizeof example && example[size - 1] == '\n';
        cr_expect(eq(int, license_read((struct bytes){start, size}, &license, &fault), is_whole),
                  "%zu", size);
    }
}
