// Commands that work on files alone: a ledger's birth, keys, licence files.
#include "api/wire/file.h"
#include "core/event/license.h"
#include "core/event/proposal.h"
#include "core/proof/checkpoint.h"
#include "core/proof/hash.h"
#include "ledger/log.h"
#include "tests/api/program.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <sys/stat.h>

static struct program program;
static char           directory[32];

static void begin(void)
{
    cr_assert(eq(int, crypto_start(), OK));
    cr_assert(eq(int, hash_start(), OK));
    (void)snprintf(directory, sizeof directory, "/tmp/licet-XXXXXX");
    cr_assert(ne(ptr, mkdtemp(directory), NULL));
    cr_assert(zero(int, chdir(directory)));
}

static void end(void)
{
    char command[64];
    (void)snprintf(command, sizeof command, "rm -r %s", directory);
    cr_assert(zero(int, system(command)));
}

#define RUN(...) program_run(&program, directory, __VA_ARGS__, NULL)
#define HAS(text, part) \
    cr_expect(ne(ptr, strstr(text, part), NULL), "'%s' is not in: %s", part, text)

static void put_file(const char *name, const char *text)
{
    const int file = program_file(directory, name);
    cr_assert(eq(int, (int)write(file, text, strlen(text)), (int)strlen(text)));
    close(file);
}

static void make_vendor(void)
{
    RUN("key", "new", "vendor.example", "vendor.key");
    cr_assert(zero(int, program.code), "%s", program.err);
    put_file("vendor.vkey", program.out);
}

static void expect_text(struct bytes got, const char *wanted)
{
    cr_expect(bytes_is_equal(got, bytes_of_text(wanted)), "%.*s is not %s", (int)got.size,
              (const char *)got.at, wanted);
}

static struct proposal read_leaf(struct ledger *ledger, uint64_t seq, struct leaf *leaf)
{
    static uint8_t  memory[2][LEAF_SIZE_MAX]; // views of the ledger do not last
    struct bytes    packed;
    struct proposal proposal;
    const char     *offence = "";
    cr_assert(eq(int, ledger_read(ledger, seq, &packed), OK));
    memcpy(memory[seq], packed.at, packed.size);
    cr_assert(leaf_read((struct bytes){memory[seq], packed.size}, leaf));
    cr_assert(proposal_read(leaf->proposal, &proposal, &offence), "%s", offence);
    return proposal;
}

static void expect_private(const char *file)
{
    struct stat about;
    cr_assert(zero(int, stat(file, &about)), "%s", file);
    cr_expect(eq(u32, about.st_mode & 0777, 0600), "%s", file);
}

Test(cli_init, a_new_ledger_opens_under_its_public_key_with_two_events)
{
    struct verifier         verifier;
    struct ledger          *ledger = NULL;
    struct ledger_complaint complaint;
    struct leaf             leaf;
    begin();
    make_vendor();
    RUN("init", "--data", "data", "--keys", "keys", "--origin", "ledger.example/hq", "--server",
        "cam-hq.example", "--software", "4.6", "--eula", "3", "--vendor",
        "vendor.example=vendor.vkey", "--test-clock", "--time", "2026-11-25");
    cr_assert(zero(int, program.code), "%s", program.err);
    HAS(program.out, "not for production");
    expect_private("keys/ledger.key");
    expect_private("keys/admin.key");
    expect_private("keys/recovery.key");

    cr_assert(eq(int, file_read_verifier("keys/ledger.vkey", &verifier), OK));
    const struct ledger_options options = {
        .origin = bytes_of_text("ledger.example/hq"), .keys = {&verifier, 1}
    };
    cr_assert(eq(int, ledger_open("data", &options, &ledger, &complaint), OK));
    cr_expect(eq(u64, ledger_size(ledger), 2));

    const struct opening opening = read_leaf(ledger, 0, &leaf).event.of.opening;
    cr_expect(eq(u64, leaf.time_ms, 1795564800000));
    cr_expect(eq(u64, leaf.author, AUTHOR_LEDGER));
    cr_expect(zero(sz, leaf.signature.size));
    expect_text(opening.origin, "ledger.example/hq");
    expect_text(opening.server, "cam-hq.example");
    expect_text(opening.software_version, "4.6");
    expect_text(opening.eula_version, "3");
    cr_expect(opening.has_test_clock);
    cr_expect(eq(u32, opening.vendors.count, 1));
    cr_expect(zero(int, memcmp(opening.ledger_key.at, verifier.key, 32)));

    struct signer                admin = {.secret = {NULL}};
    const struct actor_enrolment first = read_leaf(ledger, 1, &leaf).event.of.actor_enrolment;
    cr_assert(eq(int, file_read_signer("keys/admin.key", &admin), OK));
    expect_text(first.name, "admin");
    expect_text(first.group, "/");
    cr_expect(eq(u64, first.role, SERVER_ADMIN));
    cr_expect(zero(int, memcmp(first.key.at, admin.verifier.key, 32)));
    cr_expect(eq(u64, leaf.author, AUTHOR_LEDGER));
    signer_release(&admin);
    ledger_close(ledger);
    end();
}

Test(cli_init, keys_never_lie_below_the_data)
{
    static const char *const places[] = {"data", "data/keys", "data/keys/", "./x/../data/keys",
                                         "link/keys"};
    begin();
    cr_assert(zero(int, mkdir("data", 0700)));
    cr_assert(zero(int, mkdir("x", 0700)));
    cr_assert(zero(int, symlink("data", "link")));
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        RUN("init", "--data", "data", "--keys", places[i], "--origin", "o.example");
        cr_expect(eq(int, program.code, 2), "%s", places[i]);
        HAS(program.err, "keys never lie beside the ledger");
    }
    cr_expect(not(zero(int, access("data/keys", F_OK))));
    cr_expect(not(zero(int, access("data/data.mdb", F_OK))));
    RUN("init", "--data", "data", "--keys", "data-keys/", "--origin", "o.example");
    cr_expect(zero(int, program.code), "only the name begins alike: %s", program.err);
    end();
}

Test(cli_init, what_is_there_already_stays)
{
    begin();
    RUN("init", "--data", "data", "--keys", "keys", "--origin", "o.example");
    cr_assert(zero(int, program.code), "%s", program.err);
    RUN("init", "--data", "data", "--keys", "other", "--origin", "o.example");
    cr_expect(eq(int, program.code, 2));
    cr_expect(not(zero(int, access("other", F_OK))), "no keys without their ledger");
    RUN("init", "--data", "second", "--keys", "keys", "--origin", "o.example");
    cr_expect(eq(int, program.code, 2));
    expect_private("keys/admin.key");
    cr_expect(not(zero(int, access("second", F_OK))));
    end();
}

Test(cli_init, wrong_options_make_nothing)
{
    begin();
    make_vendor();
    RUN("init", "--data", "data", "--keys", "keys");
    cr_expect(eq(int, program.code, 2));
    RUN("init", "--data", "data", "--keys", "keys", "--origin", "with space");
    cr_expect(eq(int, program.code, 2));
    RUN("init", "--data", "data", "--keys", "keys", "--origin", "o", "--time", "2026-11-25");
    cr_expect(eq(int, program.code, 2));
    RUN("init", "--data", "data", "--keys", "keys", "--origin", "o", "--vendor", "v=vendor.vkey");
    cr_expect(eq(int, program.code, 2));
    HAS(program.err, "is named vendor.example");
    cr_expect(not(zero(int, access("data", F_OK))));
    cr_expect(not(zero(int, access("keys", F_OK))));
    end();
}

// --- Keys and licence files -------------------------------------------------

Test(cli_init, a_key_is_shown_but_never_its_secret)
{
    char text[256] = "";
    begin();
    make_vendor();
    char made[256];
    (void)snprintf(made, sizeof made, "%.200s", program.out);
    RUN("key", "show", "vendor.key");
    expect_text(bytes_of_text(program.out), made);
    RUN("key", "new", "vendor.example", "vendor.key");
    cr_expect(eq(int, program.code, 2), "a key is not written over");
    FILE *file = fopen("vendor.key", "r");
    cr_assert(ne(ptr, fgets(text, sizeof text, file), NULL));
    (void)fclose(file);
    cr_expect(zero(int, strncmp(text, "PRIVATE+KEY+vendor.example+", 27)));
    end();
}

Test(cli_init, what_works_on_files_prints_json_too)
{
    begin();
    make_vendor();
    RUN("key", "show", "vendor.key", "--json");
    HAS(program.out, "\"name\": \"vendor.example\"");
    HAS(program.out, "\"key\": \"vendor.example+");
    RUN("key", "new", "other", "other.key", "--json");
    HAS(program.out, "\"name\": \"other\"");
    put_file("license.txt", "licet license v1\nserver s\nserial 1\nsip_number 5 per-server\n");
    RUN("vendor", "sign", "license.txt", "--key", "vendor.key", "--json");
    HAS(program.out, "\"note\": \"licet license v1\\nserver s\\n");
    RUN("vendor", "sign", "license.txt", "--key", "vendor.key", "--output", "license.note",
        "--json");
    HAS(program.out, "\"note\": \"licet license v1\\nserver s\\n");
    cr_expect(zero(int, access("license.note", F_OK)));
    RUN("init", "--data", "data", "--keys", "keys", "--origin", "o.example", "--json");
    cr_expect(zero(int, program.code), "%s", program.err);
    HAS(program.out, "\"origin\": \"o.example\"");
    HAS(program.out, "\"test_clock\": false");
    end();
}

Test(cli_init, a_licence_is_checked_and_signed)
{
    static const char license[] = "licet license v1\n"
                                  "server cam-hq.example\n"
                                  "serial 1\n"
                                  "sip_number 500 per-server\n";
    struct note       note;
    struct verifier   verifier;
    uint64_t          signed_by = 0;
    begin();
    make_vendor();
    put_file("license.txt", license);
    RUN("vendor", "sign", "license.txt", "--key", "vendor.key");
    cr_assert(zero(int, program.code), "%s", program.err);
    cr_assert(eq(int, note_parse(bytes_of_text(program.out), &note), OK));
    expect_text(note.text, license);
    cr_assert(eq(int, file_read_verifier("vendor.vkey", &verifier), OK));
    const struct key_set keys = {&verifier, 1};
    cr_expect(eq(int, note_verify(&note, &keys, &signed_by), OK));

    put_file("license.txt", "licet license v1\nserver s\nserial 1\nsip_number 5 per-hour\n");
    RUN("vendor", "sign", "license.txt", "--key", "vendor.key", "--output", "license.note");
    cr_expect(eq(int, program.code, 2));
    HAS(program.err, "license.txt:4: ");
    cr_expect(not(zero(int, access("license.note", F_OK))));
    end();
}
