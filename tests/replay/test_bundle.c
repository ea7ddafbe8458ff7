// A ledger as files: exported, read back by every command, and whatever is changed in it is found.
#include "ledger/tile_path.h"
#include "tests/replay/play.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/stat.h>

static struct play play;
static char        bundle[96];

static int shell(const char *act)
{
    char line[1024];
    snprintf(line, sizeof line, "d=%s; %s", bundle, act);
    return system(line);
}

static void export_to(const char *directory)
{
    const int code =
        play_run(&play, "export %s --data %s --key %s", directory, play.directory, play.key_file);
    cr_assert(eq(int, code, 0), "%s", play.output);
}

static void setup(void)
{
    play_open(&play);
    play_all(&play);
    play_seal(&play);
    snprintf(bundle, sizeof bundle, "%s/bundle", play.root);
    export_to(bundle);
}

static void teardown(void)
{
    cr_expect(eq(int, shell("rm -rf $d $d-2"), 0));
    play_close(&play);
}

TestSuite(bundle, .init = setup, .fini = teardown, .timeout = 240);

static void expect_said(const char *text)
{
    cr_expect(play_said(&play, text), "'%s' is not in:\n%.4000s", text, play.output);
}

Test(bundle, paths_are_those_of_the_format)
{
    static const struct {
        uint32_t    level;
        uint64_t    number;
        uint32_t    width;
        const char *path;
    } rows[] = {
        {0,                  0,        256, "tile/0/000"                    },
        {0,                  999,      256, "tile/0/999"                    },
        {0,                  1000,     256, "tile/0/x001/000"               },
        {1,                  1234067,  256, "tile/1/x001/x234/067"          },
        {2,                  273,      112, "tile/2/273.p/112"              },
        {TILE_LEVEL_ENTRIES, 0,        8,   "tile/entries/000.p/8"          },
        {TILE_LEVEL_ENTRIES, 12345678, 1,   "tile/entries/x012/x345/678.p/1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char          room[TILE_PATH_SIZE_MAX];
        struct buffer path = buffer_over(room, sizeof room);
        tile_path_add(&path, rows[i].level, rows[i].number, rows[i].width);
        cr_expect(zero(int, strcmp(room, rows[i].path)), "%s is not %s", room, rows[i].path);
    }
    char          room[TILE_PATH_SIZE_MAX];
    struct buffer path = buffer_over(room, sizeof room);
    tile_path_add(&path, TILE_LEVEL_ENTRIES, UINT64_MAX, 255);
    cr_expect(not(path.is_full));
}

Test(bundle, is_read_by_every_command_like_the_ledger)
{
    char          digest[2 * HASH_SIZE + 1];
    struct buffer text = buffer_over(digest, sizeof digest);
    crypto_hex_add(&text, hash_view(&play.digest));
    (void)buffer_text(&text);
    cr_expect(eq(int, play_run(&play, "verify %s --policy %s/policy", bundle, bundle), 0), "%s",
              play.output);
    expect_said(digest);
    cr_expect(eq(int, play_run(&play, "rebuild %s --key %s", bundle, play.key_file), 0));
    expect_said(digest);
    cr_expect(eq(int, play_run(&play, "print %s --key %s/keys/ledger.vkey", bundle, bundle), 0));
    expect_said("consumption group=SmartHome");
    cr_expect(eq(int, play_check(&play, bundle), 0), "%s", play.output);
    cr_expect(eq(int,
                 play_run(&play, "at 50 state SmartHome --data %s --key %s", bundle, play.key_file),
                 0));
}

Test(bundle, is_the_same_when_made_twice)
{
    char second[128];
    snprintf(second, sizeof second, "%s-2", bundle);
    export_to(second);
    cr_expect(eq(int, shell("diff -r $d $d-2"), 0));
    cr_expect(eq(
        int, play_run(&play, "export %s --data %s --key %s", second, play.directory, play.key_file),
        1));
    expect_said("not empty");
    cr_expect(eq(int, shell("rm -rf $d-2"), 0));
    // From a bundle as from the ledger.
    const int code =
        play_run(&play, "export %s --data %s --policy %s/policy", second, bundle, bundle);
    cr_expect(eq(int, code, 0), "%s", play.output);
    cr_expect(eq(int, shell("diff -r $d $d-2"), 0));
}

Test(bundle, of_a_part_has_all_hashes_and_says_where_it_begins)
{
    char part[128];
    snprintf(part, sizeof part, "%s-2", bundle);
    const int code = play_run(&play, "export %s --data %s --key %s --from 300", part,
                              play.directory, play.key_file);
    cr_expect(eq(int, code, 0), "%s", play.output);
    cr_expect(eq(int,
                 shell("test $(cat $d-2/minimum) = 256 && ! test -e $d-2/tile/entries/000 && "
                       "diff -r $d/tile/0 $d-2/tile/0"),
                 0));
    cr_expect(eq(int, play_run(&play, "verify %s --key %s", part, play.key_file), 6));
    expect_said("leaves                297");
    expect_said("NOT here              256");
    expect_said("NOT decided           553");
    expect_said("clean as far as it is here");
    cr_expect(eq(int, play_run(&play, "verify %s --key %s --partial", part, play.key_file), 0));
    expect_said("clean as far as it is here");
    cr_expect(eq(int, play_run(&play, "rebuild %s --key %s", part, play.key_file), 5));
    expect_said("events before 256 are archived");
}

// What is done to the files, with which code it is found, and what is said.
Test(bundle, whatever_is_changed_in_it_is_found)
{
    static const struct {
        const char *when, *act;
        int         code;
        const char *said;
    } rows[] = {
        {"a leaf is another",                     "printf X | dd of=$d/tile/entries/000 bs=1 seek=9000 conv=notrunc", 2,
         "it is the leaf"                                                                                                                      },
        {"a hash is another",                     "printf X | dd of=$d/tile/0/000 bs=1 seek=330 conv=notrunc",        2,
         "first bad: event 10 ("                                                                                                               },
        {"a hash above is another",               "printf X | dd of=$d/tile/1/000.p/2 bs=1 seek=40 conv=notrunc",
         2,                                                                                                              "events 256 to 511"   },
        {"the last leaves are another",           "cp $d/tile/entries/000 $(echo $d/tile/entries/002.p/*)",           2,
         "first bad: event 512"                                                                                                                },
        {"leaves are gone",                       "rm $d/tile/entries/001",                                           2, "first bad: event 256"},
        {"the first leaves are gone",             "rm $d/tile/entries/000",                                           2, "event 0"             },
        {"leaves are cut",                        "truncate -s -1 $d/tile/entries/001",                               2, "first bad: event 256"},
        {"hashes are cut",                        "truncate -s -1 $d/tile/0/001",                                     2, "events 256 to 511"   },
        {"hashes are gone",                       "rm $d/tile/0/000",                                                 2, "events 0 to 255"     },
        {"a file is empty",                       "truncate -s 0 $d/tile/entries/000",                                2, "event 0"             },
        {"two files are swapped",
         "mv $d/tile/entries/000 $d/x; mv $d/tile/entries/001 $d/tile/entries/000; mv $d/x "
         "$d/tile/entries/001",                                                                                       2, "first bad: event"    },
        {"the checkpoint is an older one",        "cp $d/heads/100 $d/checkpoint",                                    0, "clean"               },
        {"the checkpoint is none",                "echo nonsense > $d/checkpoint",                                    2, "contradict"          },
        {"the checkpoint is gone",                "rm $d/checkpoint",                                                 5, "not there"           },
        {"the checkpoint's signature is another",
         "sed -i '5s/....=$/AAA=/; 5s/..==$/AA==/' $d/checkpoint",                                                    2, "signature"           },
        {"the size is another",                   "sed -i '2s/.*/7/' $d/checkpoint",                                  2, "signature"           },
        {"an old head is another",                "sed -i '3s/^./+/' $d/heads/100",                                   2, "size 100"            },
        {"the minimum is nonsense",               "echo -1 > $d/minimum",                                             2, "contradict"          },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_expect(eq(int, shell("rm -rf $d-2; cp -r $d $d-2"), 0));
        char act[512];
        snprintf(act, sizeof act, "d=$d-2; { %s; } 2>/dev/null", rows[i].act);
        cr_expect(eq(int, shell(act), 0), "%s", rows[i].when);
        const int code = play_run(&play, "verify %s-2 --key %s", bundle, play.key_file);
        cr_expect(eq(int, code, rows[i].code), "when %s: %.3000s", rows[i].when, play.output);
        cr_expect(play_said(&play, rows[i].said), "when %s: no '%s' in %.3000s", rows[i].when,
                  rows[i].said, play.output);
    }
}

// The files are as the format has them: two bytes of length before each leaf.
Test(bundle, entries_are_lengths_and_leaves)
{
    char path[160];
    snprintf(path, sizeof path, "%s/tile/entries/000", bundle);
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL);
    for (uint32_t i = 0; i < 256; i++) {
        static uint8_t     at[LEAF_SIZE_MAX];
        const struct bytes leaf = play_view(&play, i);
        cr_assert(eq(int, fgetc(file), (int)(leaf.size >> 8)));
        cr_assert(eq(int, fgetc(file), (int)(leaf.size & 255)));
        cr_assert(eq(sz, fread(at, 1, leaf.size, file), leaf.size));
        cr_assert(zero(int, memcmp(at, leaf.at, leaf.size)));
    }
    cr_expect(eq(int, fgetc(file), EOF));
    (void)fclose(file);
}
