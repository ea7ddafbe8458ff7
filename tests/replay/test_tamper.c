// Every kind of damage and of fraud that an auditor must find, with the event that it must name.
//
// The first table goes behind the ledger's back, without its key. The second is a fraud by whoever
// has the key: the log is changed and everything sealed again, tiles and heads and all.

#include "ledger/big_endian.h"
#include "projections/catch_up.h"
#include "tests/replay/play.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <lmdb.h>

static struct play play;

static void setup(void)
{
    play_open(&play);
    play_all(&play);
}

static void teardown(void)
{
    play_close(&play);
}

TestSuite(tamper, .init = setup, .fini = teardown, .timeout = 240);

// Both ways of asking tell the same: exit code, and the first event or range in the report.
static void expect_verdict(const char *when, int want, uint64_t from, uint64_t to, const char *why)
{
    char place[96];
    int  code = play_run(&play, "verify %s --key %s", play.directory, play.key_file);
    cr_expect(eq(int, code, want), "when %s: %s", when, play.output);
    if (from == to)
        snprintf(place, sizeof place, "first bad: event %" PRIu64 " (", from);
    else
        snprintf(place, sizeof place, "first bad: events %" PRIu64 " to %" PRIu64 " (", from, to);
    cr_expect(play_said(&play, place), "when %s: no '%s' in %s", when, place, play.output);
    cr_expect(play_said(&play, why), "when %s: no '%s' in %s", when, why, play.output);

    code = play_run(&play, "verify %s --key %s --json", play.directory, play.key_file);
    cr_expect(eq(int, code, want), "when %s: %s", when, play.output);
    snprintf(place, sizeof place, "\"from\": %" PRIu64 ",\n      \"to\": %" PRIu64, from, to);
    const char *first = strstr(play.output, "\"from\"");
    cr_assert(not(zero(ptr, (void *)(uintptr_t)first)), "when %s: %s", when, play.output);
    cr_expect(zero(int, strncmp(first, place, strlen(place))), "when %s: no '%s' in %s", when,
              place, play.output);
    snprintf(place, sizeof place, "\"code\": %d", want);
    cr_expect(play_said(&play, place), "when %s: no '%s' in %s", when, place, play.output);
    cr_expect(play_said(&play, why), "when %s: no '%s' in %s", when, why, play.output);
}

// The other auditor names the same events.
static void expect_agreement(const char *when, uint64_t from, uint64_t to)
{
    char      place[96];
    const int code = play_check(&play, play.directory);
    cr_expect(eq(int, code, 2), "when %s: %s", when, play.output);
    if (from == to)
        snprintf(place, sizeof place, "first bad: event %" PRIu64 ":", from);
    else
        snprintf(place, sizeof place, "first bad: events %" PRIu64 " to %" PRIu64 ":", from, to);
    cr_expect(play_said(&play, place), "when %s: no '%s' in %s", when, place, play.output);
}

Test(tamper, of_nothing_is_clean_to_both_auditors)
{
    play_seal(&play);
    cr_expect(eq(int, play_run(&play, "verify %s --key %s", play.directory, play.key_file), 0));
    cr_expect(eq(int, play_check(&play, play.directory), 0), "%s", play.output);
}

// --- Without the key --------------------------------------------------------

struct store {
    MDB_env *env;
    MDB_txn *txn;
};

static struct store open_store(void)
{
    struct store store;
    cr_assert(eq(int, mdb_env_create(&store.env), 0));
    cr_assert(eq(int, mdb_env_set_maxdbs(store.env, 16), 0));
    cr_assert(eq(int, mdb_env_set_mapsize(store.env, (size_t)1 << 28), 0));
    cr_assert(eq(int, mdb_env_open(store.env, play.directory, MDB_NOTLS, 0600), 0));
    cr_assert(eq(int, mdb_txn_begin(store.env, NULL, 0, &store.txn), 0));
    return store;
}

static void close_store(const struct store *store)
{
    cr_assert(eq(int, mdb_txn_commit(store->txn), 0));
    mdb_env_close(store->env);
}

static MDB_dbi table(const struct store *store, const char *name)
{
    MDB_dbi dbi;
    cr_assert(eq(int, mdb_dbi_open(store->txn, name, 0, &dbi), 0));
    return dbi;
}

struct value {
    size_t  size;
    uint8_t at[65536];
};

struct key {
    size_t  size;
    uint8_t at[16];
};

static struct key key_of(uint64_t number)
{
    struct key key = {.size = BIG_ENDIAN_SIZE};
    big_endian_put(number, key.at);
    return key;
}

static struct key key_of_tile(uint8_t level, uint64_t number)
{
    struct key key = {.size = 1 + BIG_ENDIAN_SIZE, .at = {level}};
    big_endian_put(number, key.at + 1);
    return key;
}

static void get(const struct store *store, const char *name, struct key key, struct value *value)
{
    MDB_val found, at = {key.size, key.at};
    cr_assert(eq(int, mdb_get(store->txn, table(store, name), &at, &found), 0), "%s", name);
    value->size = found.mv_size;
    memcpy(value->at, found.mv_data, found.mv_size);
}

static void put(const struct store *store, const char *name, struct key key, struct value *value)
{
    MDB_val new = {value->size, value->at}, at = {key.size, key.at};
    cr_assert(eq(int, mdb_put(store->txn, table(store, name), &at, &new, 0), 0), "%s", name);
}

static void delete (const struct store *store, const char *name, struct key key)
{
    MDB_val at = {key.size, key.at};
    cr_assert(eq(int, mdb_del(store->txn, table(store, name), &at, NULL), 0), "%s", name);
}

static struct value value, other;

static void flip(const struct store *store, const char *name, struct key key, int at)
{
    get(store, name, key, &value);
    value.at[at < 0 ? (int)value.size + at : at] ^= 1;
    put(store, name, key, &value);
}

static void flip_first(const struct store *store)
{
    flip(store, "leaf", key_of(0), 40);
}

static void flip_middle(const struct store *store)
{
    flip(store, "leaf", key_of(300), -3);
}

static void flip_second_last(const struct store *store)
{
    flip(store, "leaf", key_of(play.leaf_count - 2), 4);
}

static void flip_last(const struct store *store)
{
    flip(store, "leaf", key_of(play.leaf_count - 1), -1);
}

static void swap(const struct store *store)
{
    get(store, "leaf", key_of(100), &value);
    get(store, "leaf", key_of(200), &other);
    put(store, "leaf", key_of(100), &other);
    put(store, "leaf", key_of(200), &value);
}

static void delete_tail(const struct store *store)
{
    for (uint64_t seq = play.leaf_count - 5; seq < play.leaf_count; seq++)
        delete (store, "leaf", key_of(seq));
}

static void delete_middle(const struct store *store)
{
    delete (store, "leaf", key_of(250));
}

static void delete_first(const struct store *store)
{
    delete (store, "leaf", key_of(0));
}

static void duplicate_over(const struct store *store)
{
    get(store, "leaf", key_of(120), &value);
    put(store, "leaf", key_of(121), &value);
}

static void duplicate_behind(const struct store *store)
{
    get(store, "leaf", key_of(play.leaf_count - 1), &value);
    put(store, "leaf", key_of(play.leaf_count), &value);
}

static void edit_tile(const struct store *store)
{
    flip(store, "tile", key_of_tile(0, 1), 32 * 7);
}

static void edit_last_tile(const struct store *store)
{
    flip(store, "tile", key_of_tile(0, play.leaf_count / 256), 0);
}

static void cut_tile(const struct store *store)
{
    get(store, "tile", key_of_tile(0, 0), &value);
    value.size -= 32;
    put(store, "tile", key_of_tile(0, 0), &value);
}

static void edit_tile_above(const struct store *store)
{
    flip(store, "tile", key_of_tile(1, 0), 32);
}

// The lowest tile is made to fit the changed leaf; what stands above it, and the root, cannot be.
static void edit_leaf_and_tile(const struct store *store)
{
    flip(store, "leaf", key_of(300), -3);
    const struct hash hash = hash_leaf((struct bytes){value.at, value.size});
    get(store, "tile", key_of_tile(0, 1), &other);
    memcpy(other.at + (300 % 256) * 32, hash.at, 32);
    put(store, "tile", key_of_tile(0, 1), &other);
}

static void edit_head(const struct store *store)
{
    get(store, "checkpoint", key_of(play.leaf_count), &value);
    char *line = strchr((char *)value.at + 1, '\n') + 1; // the size
    line[0] = (char)(line[0] + 1);
    put(store, "checkpoint", key_of(play.leaf_count), &value);
}

static void edit_old_head(const struct store *store)
{
    flip(store, "checkpoint", key_of(100), -9);
}

static void delete_heads(const struct store *store)
{
    delete (store, "checkpoint", key_of(play.leaf_count));
}

static void edit_book(const struct store *store)
{
    const struct key head = {
        .size = 4, .at = {'h', 'e', 'a', 'd'}
    };
    flip(store, "head", head, -1);
}

struct damage {
    const char *when;
    void (*act)(const struct store *store);
    uint64_t    from, to;
    const char *why;
};

// Counted from the end: 1 is the last event.
static uint64_t back(uint64_t number)
{
    return play.leaf_count - number;
}

Test(tamper, without_the_key_is_an_integrity_failure)
{
    const struct damage rows[] = {
        {"the first leaf is flipped",        flip_first,         0,       0,       "so it is the leaf"          },
        {"a leaf in the middle is flipped",  flip_middle,        300,     300,     "so it is the leaf"          },
        {"the second last leaf is flipped",  flip_second_last,   back(2), back(2),
         "so it is the leaf"                                                                                    },
        {"the last leaf is flipped",         flip_last,          back(1), back(1), "so it is the leaf"          },
        {"two leaves are swapped",           swap,               100,     100,     "so it is the leaf"          },
        {"the last five are gone",           delete_tail,        back(5), back(1), "it is not there"            },
        {"one in the middle is gone",        delete_middle,      250,     250,     "it is not there"            },
        {"the first is gone",                delete_first,       0,       0,       "no event tells"             },
        {"a leaf stands over the next one",  duplicate_over,     121,     121,     "so it is the leaf"          },
        {"the last leaf stands there twice", duplicate_behind,   back(0), back(0),
         "no signed head covers it"                                                                             },
        {"a tile is edited",                 edit_tile,          263,     263,     "so it is the tile"          },
        {"the last tile is edited",          edit_last_tile,     512,     512,     "so it is the tile"          },
        {"a tile is cut",                    cut_tile,           0,       255,     "too short"                  },
        {"the tile above is edited",         edit_tile_above,    256,     511,     "hash 1 of tile 0 of level 1"},
        {"a leaf and its tile are edited",   edit_leaf_and_tile, 256,     511,     "changed together"           },
        {"the newest head is edited",        edit_head,          100,     back(1), "does not verify"            },
        {"an old head is edited",            edit_old_head,      0,       99,      "the head of size 100"       },
        {"the newest head is gone",          delete_heads,       100,     back(1), "no signed head covers it"   },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        play_seal(&play);
        const struct store store = open_store();
        rows[i].act(&store);
        close_store(&store);
        expect_verdict(rows[i].when, 2, rows[i].from, rows[i].to, rows[i].why);
        expect_agreement(rows[i].when, rows[i].from, rows[i].to);
    }
}

// Opening looks at the last leaves only; a daemon that starts reads all of them.
Test(tamper, of_an_old_leaf_stops_a_daemon_that_starts)
{
    const struct ledger_options options = {
        .origin = bytes_of_text(PLAY_ORIGIN), .keys = {&play.ledger.verifier, 1}
    };
    struct ledger_complaint complaint;
    struct catch_up_fault   fault;
    struct ledger          *ledger = NULL;
    struct state           *state = NULL;
    play_seal(&play);
    const struct store store = open_store();
    flip(&store, "leaf", key_of(30), -3); // the verdict's node
    close_store(&store);
    cr_assert(eq(int, ledger_open(play.directory, &options, &ledger, &complaint), OK));
    cr_assert(eq(int, state_open(&state), OK));
    cr_expect(eq(int, catch_up(state, ledger, 0, &fault), STATUS_CORRUPT));
    cr_expect(eq(u64, fault.seq, 30));
    cr_expect(eq(u64, server_at(state)->size, 30));
    state_close(state);
    ledger_close(ledger);
}

// What the writer keeps to go on with is neither proof nor event, but it must fit as well.
Test(tamper, of_the_books_is_named)
{
    play_seal(&play);
    const struct store store = open_store();
    edit_book(&store);
    close_store(&store);
    const int code = play_run(&play, "verify %s --key %s", play.directory, play.key_file);
    cr_expect(eq(int, code, 2), "%s", play.output);
    cr_expect(play_said(&play, "first bad: the ledger (integrity failure): head:"), "%s",
              play.output);
}

Test(tamper, of_the_books_is_named_when_they_are_gone)
{
    const struct key head = {
        .size = 4, .at = {'h', 'e', 'a', 'd'}
    };
    play_seal(&play);
    const struct store store = open_store();
    delete (&store, "head", head);
    close_store(&store);
    const int code = play_run(&play, "verify %s --key %s", play.directory, play.key_file);
    cr_expect(eq(int, code, 2), "%s", play.output);
    cr_expect(play_said(&play, "head: not there"), "%s", play.output);
}

// Pages that LMDB itself cannot read must not take the auditor along.
Test(tamper, of_the_file_itself_is_survived)
{
    for (int block = 2; block < 40; block += 3) {
        char path[128];
        play_seal(&play);
        snprintf(path, sizeof path, "%s/data.mdb", play.directory);
        FILE *file = fopen(path, "r+");
        cr_assert(not(zero(ptr, file)));
        for (int at = 0; at < 512; at++) {
            fseek(file, block * 4096L + at, SEEK_SET);
            fputc(0xff, file);
        }
        fclose(file);
        const int code =
            play_run(&play, "verify %s --key %s --json", play.directory, play.key_file);
        const bool is_free = code == 0; // a page that nothing stands in
        cr_expect(is_free || code == 2, "page %d: %d: %s", block, code, play.output);
    }
}

Test(tamper, of_the_files_length_is_survived)
{
    char path[128];
    play_seal(&play);
    snprintf(path, sizeof path, "%s/data.mdb", play.directory);
    for (long size = 90000; size >= 0; size -= 15000) {
        cr_assert(eq(int, truncate(path, size), 0));
        const int code = play_run(&play, "verify %s --key %s", play.directory, play.key_file);
        // Of the shortest nothing is left that is a ledger: there is nothing to look at.
        cr_expect(code == 2 || (size <= 15000 && code == 5), "%ld bytes: %d: %s", size, code,
                  play.output);
    }
}

Test(tamper, that_leaves_nothing_is_found)
{
    const uint32_t count = play.leaf_count;
    play.leaf_count = 0;
    play_seal(&play);
    expect_verdict("nothing is there", 2, 0, 0, "without its opening");
    play.leaf_count = count;
}

Test(tamper, another_key_is_no_key)
{
    struct signer other_ledger;
    char          path[100];
    play_seal(&play);
    play_key(&other_ledger, PLAY_ORIGIN "/other");
    snprintf(path, sizeof path, "%s/other", play.root);
    play_write_key(&play, path, &other_ledger);
    const int code = play_run(&play, "verify %s --key %s", play.directory, path);
    unlink(path);
    signer_release(&other_ledger);
    cr_expect(eq(int, code, 2), "%s", play.output);
}

// --- With the key -----------------------------------------------------------

static struct leaf     leaf;
static struct proposal proposal;
static uint8_t         signature[SIGNATURE_SIZE];

static void read_leaf(uint64_t seq)
{
    const char *offence = NULL;
    cr_assert(leaf_read(play_view(&play, seq), &leaf));
    cr_assert(proposal_read(leaf.proposal, &proposal, &offence));
}

static uint64_t limit_of_refusal(void)
{
    read_leaf(play.refusal);
    leaf.verdict.limit = 19;
    play_put(&play, play.refusal, &leaf);
    return play.refusal;
}

static uint64_t accept_refusal(void)
{
    read_leaf(play.refusal);
    leaf.verdict = (struct verdict){.code = ACCEPTED, .node = NODE_NONE};
    play_put(&play, play.refusal, &leaf);
    return play.refusal;
}

static uint64_t refuse_accepted(void)
{
    read_leaf(play.first_consumption);
    leaf.verdict = (struct verdict){.code = LIMIT_REACHED, .node = 0, .limit = 1, .used = 1};
    play_put(&play, play.first_consumption, &leaf);
    return play.first_consumption;
}

static uint64_t move_node(void)
{
    read_leaf(play.refusal);
    leaf.verdict.node = 0;
    play_put(&play, play.refusal, &leaf);
    return play.refusal;
}

static uint64_t refuse_unkept(void)
{
    read_leaf(play.refusal);
    leaf.verdict.code = FORBIDDEN;
    play_put(&play, play.refusal, &leaf);
    return play.refusal;
}

static uint64_t strip_signature(void)
{
    read_leaf(play.plan);
    leaf.signature = (struct bytes){NULL, 0};
    play_put(&play, play.plan, &leaf);
    return play.plan;
}

static uint64_t sign_by_another(void)
{
    read_leaf(play.plan);
    play_sign(leaf.proposal, &play.stranger, signature);
    leaf.signature = (struct bytes){signature, sizeof signature};
    play_put(&play, play.plan, &leaf);
    return play.plan;
}

static uint64_t sign_badly_what_is_vouched(void)
{
    read_leaf(play.first_consumption + 3);
    leaf.signature = (struct bytes){signature, sizeof signature};
    play_put(&play, play.first_consumption + 3, &leaf);
    return play.first_consumption + 3;
}

static uint64_t change_author(void)
{
    read_leaf(play.first_consumption);
    leaf.author = entity_id_of(play.first_consumption - 1, 3);
    play_put(&play, play.first_consumption, &leaf);
    return play.first_consumption;
}

static uint64_t blame_ledger(void)
{
    read_leaf(play.plan);
    leaf.author = AUTHOR_LEDGER;
    leaf.signature = (struct bytes){NULL, 0};
    play_put(&play, play.plan, &leaf);
    return play.plan;
}

static uint64_t turn_time_back(void)
{
    read_leaf(200);
    leaf.time_ms -= 3600000;
    play_put(&play, 200, &leaf);
    return 200;
}

// All that come after are moved up by one.
static void remove_leaf(uint64_t seq)
{
    free(play.leaves[seq].at);
    play.leaf_count--;
    for (uint64_t i = seq; i < play.leaf_count; i++) {
        play.leaves[i] = play.leaves[i + 1];
        play.leaves[i + 1].at = NULL;
        read_leaf(i);
        leaf.seq = i;
        const struct play_leaf old = play.leaves[i];
        play.leaves[i].at = NULL;
        play_put(&play, i, &leaf);
        free(old.at);
    }
    play.leaves[play.leaf_count].at = NULL;
}

static uint64_t drop_boundary(void)
{
    remove_leaf(play.boundary);
    return play.boundary;
}

static uint64_t drop_boundary_only(void)
{
    const struct play_leaf old = play.leaves[play.boundary];
    for (uint64_t i = play.boundary; i + 1 < play.leaf_count; i++)
        play.leaves[i] = play.leaves[i + 1];
    free(old.at);
    play.leaves[--play.leaf_count].at = NULL;
    return play.boundary; // which now tells another seq than its place
}

static uint64_t repeat(uint64_t seq)
{
    read_leaf(seq);
    leaf.seq = play.leaf_count;
    leaf.time_ms = play.now_ms;
    play_put(&play, play.leaf_count, &leaf);
    return play.leaf_count++;
}

static uint64_t repeat_last(void)
{
    return repeat(play.leaf_count - 1);
}

static uint64_t repeat_old(void)
{
    return repeat(play.first_consumption);
}

static uint64_t speak_after_removal(void)
{
    const struct event removal = {.kind = ACTOR_REMOVAL,
                                  .of.actor_removal = {.name = bytes_of_text("dealer")}};
    const struct event group = {.kind = GROUP_CREATION,
                                .of.group_creation = {.group = bytes_of_text("SmartHome/B")}};
    play_admin(&play, &removal);
    const uint64_t seq = play_event(&play, &group, "admin", &play.admin);
    read_leaf(seq);
    leaf.author = entity_id_of(play.plan - 2, 0); // the dealer's
    play_sign(leaf.proposal, &play.dealer, signature);
    leaf.signature = (struct bytes){signature, sizeof signature};
    play_put(&play, seq, &leaf);
    return seq;
}

static uint64_t garble_proposal(void)
{
    static const uint8_t garbage[] = {0x92, 0xff, 0x01};
    read_leaf(50);
    leaf.proposal = (struct bytes){garbage, sizeof garbage};
    play_put(&play, 50, &leaf);
    return 50;
}

static uint64_t invent_kind(void)
{
    static uint8_t room[64];
    struct buffer  packed = buffer_over(room, sizeof room);
    read_leaf(50);
    pack_array(&packed, 3);
    pack_binary(&packed, (struct bytes){proposal.id, PROPOSAL_ID_SIZE});
    pack_number(&packed, proposal.not_after_ms);
    pack_number(&packed, 39);
    leaf.proposal = buffer_bytes(&packed);
    play_put(&play, 50, &leaf);
    return 50;
}

static uint64_t judge_by_later_rules(void)
{
    read_leaf(60);
    leaf.version = RULES_VERSION + 1;
    play_put(&play, 60, &leaf);
    return 60;
}

// The shortest form is the only one: here the array's head takes three bytes instead of one.
static uint64_t write_longer(void)
{
    struct play_leaf *stored = &play.leaves[70];
    uint8_t          *at = malloc(stored->size + 2);
    at[0] = 0xdc;
    at[1] = 0;
    at[2] = 7;
    memcpy(at + 3, stored->at + 1, stored->size - 1);
    free(stored->at);
    *stored = (struct play_leaf){at, stored->size + 2};
    return 70;
}

struct fraud {
    const char *when;
    uint64_t (*act)(void); // the event that must be named
    int         code;
    const char *why;
};

static const struct fraud frauds[] = {
    {"the limit of a refusal is changed",    limit_of_refusal,           4, "the log says LIMIT_REACHED"     },
    {"a refused event is accepted",          accept_refusal,             4, "the rules say LIMIT_REACHED"    },
    {"an accepted event is refused",         refuse_accepted,            4, "the rules say ACCEPTED"         },
    {"another group decided",                move_node,                  4, "the log says LIMIT_REACHED"     },
    {"a refusal is one that is never kept",  refuse_unkept,              2, "never kept"                     },
    {"the author's signature is stripped",   strip_signature,            2, "has none"                       },
    {"another signed",                       sign_by_another,            2, "does not verify"                },
    {"a vouched event is signed with zeros", sign_badly_what_is_vouched, 2, "does not verify"                },
    {"the author was never enrolled",        change_author,              2, "never enrolled"                 },
    {"the ledger is made the author",        blame_ledger,               2, "said to be its author"          },
    {"time goes back",                       turn_time_back,             2, "before that of the event before"},
    {"the boundary is missing",              drop_boundary,              2, "no boundary says so"            },
    {"an event is cut out as it stands",     drop_boundary_only,         2, "not its place in the log"       },
    {"an event comes twice",                 repeat_last,                2, "stands in the log already"      },
    {"an event comes again after its time",  repeat_old,                 4, "the rules say STALE"            },
    {"somebody speaks who was removed",      speak_after_removal,        2, "removed before"                 },
    {"a proposal is no proposal",            garble_proposal,            2, "not in the canonical form"      },
    {"a kind is not known",                  invent_kind,                2, "does not know"                  },
    {"a later version of the rules judged",  judge_by_later_rules,       2, "a later version"                },
    {"a leaf is not in its shortest form",   write_longer,               2, "not in the canonical form"      },
};

// The other auditor knows neither rules nor kinds.
static bool is_of_rules(const struct fraud *fraud)
{
    return fraud->code == 4 || fraud->act == refuse_unkept || fraud->act == drop_boundary ||
           fraud->act == invent_kind;
}

Test(tamper, with_the_key_is_found_by_what_it_says)
{
    for (size_t i = 0; i < sizeof frauds / sizeof frauds[0]; i++) {
        if (i > 0) setup();
        const uint64_t seq = frauds[i].act();
        play_seal(&play);
        expect_verdict(frauds[i].when, frauds[i].code, seq, seq, frauds[i].why);
        if (!is_of_rules(&frauds[i])) expect_agreement(frauds[i].when, seq, seq);
        if (i + 1 < sizeof frauds / sizeof frauds[0]) teardown();
    }
}

static uint64_t play_policy(bool must_sign)
{
    const struct event event = {
        .kind = POLICY, .of.policy = {.must_sign = must_sign, .refusal_rate = 600}
    };
    return play_admin(&play, &event);
}

// Where no session may vouch, a leaf that nobody signed is a fraud.
Test(tamper, of_a_policy_that_wants_signatures_is_found)
{
    play_policy(true);
    const uint64_t seq = play_consume(&play, "SmartHome/A", "LICENSE_HIKVISION", 7000);
    play_policy(false);
    play_seal(&play);
    expect_verdict("the session vouched", 2, seq, seq,
                   "it must carry its author's signature and has none");
}

Test(tamper, of_a_policy_is_not_found_before_and_after_it_holds)
{
    play_consume(&play, "SmartHome/A", "LICENSE_HIKVISION", 7000);
    play_policy(true);
    play_policy(false);
    play_consume(&play, "SmartHome/A", "LICENSE_HIKVISION", 7001);
    play_seal(&play);
    cr_expect(zero(int, play_run(&play, "verify %s --key %s", play.directory, play.key_file)), "%s",
              play.output);
}

Test(tamper, of_an_actor_that_must_sign_is_found)
{
    const struct event enrolment = {
        .kind = ACTOR_ENROLMENT,
        .of.actor_enrolment = {.name = bytes_of_text("door"),
                               .key = play_public(&play.stranger),
                               .role = AGENT,
                               .group = bytes_of_text("SmartHome"),
                               .must_sign = true}
    };
    const struct event consumption = {
        .kind = CONSUMPTION,
        .of.consumption = {.group = bytes_of_text("SmartHome/A"),
                           .resource = bytes_of_text("LICENSE_HIKVISION"),
                           .unit = bytes_of_text("7000"),
                           .direction = DIRECTION_ABSENT}
    };
    play_admin(&play, &enrolment);
    play_event(&play, &consumption, "door", &play.stranger);
    play_consume(&play, "SmartHome/A", "LICENSE_HIKVISION", 7001);
    const uint64_t seq = play_event(&play, &consumption, "door", NULL);
    play_seal(&play);
    expect_verdict("the session vouched", 2, seq, seq,
                   "it must carry its author's signature and has none");
}

static uint64_t play_snapshot(uint64_t size, struct hash digest)
{
    const struct hash  file = hash_bytes(bytes_of_text("file"));
    const struct event event = {
        .kind = SNAPSHOT, .of.snapshot = {size, hash_view(&digest), hash_view(&file)}
    };
    return play_event(&play, &event, NULL, NULL);
}

static struct hash digest_now(void)
{
    struct hash digest;
    cr_assert(eq(int, digest_of(play.state, &digest), OK));
    return digest;
}

// A start goes on from it, and would not look again.
Test(tamper, of_the_digest_of_a_snapshot_is_found)
{
    const struct hash right = digest_now();
    const uint64_t    size = play.leaf_count;
    play_consume(&play, "SmartHome/A", "LICENSE_HIKVISION", 7000);
    play_snapshot(size, right);
    const struct hash second = digest_now();
    play_snapshot(play.leaf_count, second);
    play_seal(&play);
    cr_expect(
        zero(int, play_run(&play, "verify %s --key %s --json", play.directory, play.key_file)),
        "%s", play.output);
    cr_expect(play_said(&play, "\"snapshots\": 2"), "%s", play.output);
    cr_expect(eq(int, play_check(&play, play.directory), 0), "%s", play.output);

    struct hash wrong = digest_now();
    wrong.at[31] ^= 1;
    const uint64_t seq = play_snapshot(play.leaf_count, wrong);
    play_consume(&play, "SmartHome/A", "LICENSE_HIKVISION", 7001);
    play_seal(&play);
    expect_verdict("its last bit is another", 4, seq, seq, "not that of the state");
}

Test(tamper, of_the_size_of_a_snapshot_is_found)
{
    const uint64_t seq = play_snapshot(play.leaf_count, digest_now());
    read_leaf(seq);
    proposal.event.of.snapshot.size--;
    static uint8_t room[1024];
    struct buffer  packed = buffer_over(room, sizeof room);
    proposal_write(&proposal, &packed);
    leaf.proposal = buffer_bytes(&packed);
    play_put(&play, seq, &leaf);
    play_seal(&play);
    expect_verdict("it is one less", 4, seq, seq, "not that of the state");

    read_leaf(seq);
    proposal.event.of.snapshot.size = seq + 1;
    packed.size = 0;
    proposal_write(&proposal, &packed);
    leaf.proposal = buffer_bytes(&packed);
    play_put(&play, seq, &leaf);
    play_seal(&play);
    expect_verdict("it covers itself", 4, seq, seq, "the rules say MALFORMED");
}

// Everything sealed anew by a key of one's own, and the opening made to name it.
Test(tamper, with_a_key_of_ones_own_is_no_ledger)
{
    struct signer forger;
    struct hash   seed = hash_bytes(bytes_of_text("forger"));
    cr_assert(eq(int, signer_init(&forger, bytes_of_text(PLAY_ORIGIN), KEY_ED25519, seed.at), OK));
    play_seal_by(&play, &forger);
    expect_verdict("the heads are another key's", 2, 0, 99, "head of size 100");

    read_leaf(0);
    proposal.event.of.opening.ledger_key = play_public(&forger);
    static uint8_t room[1024];
    struct buffer  packed = buffer_over(room, sizeof room);
    proposal_write(&proposal, &packed);
    leaf.proposal = buffer_bytes(&packed);
    play_put(&play, 0, &leaf);
    play_seal(&play);
    expect_verdict("the opening names another key", 2, 0, 0, "another ledger key");
    signer_release(&forger);
}

// Forensics: what does not replay is still printed.
Test(tamper, does_not_keep_print_from_printing)
{
    const uint64_t seq = accept_refusal();
    play_seal(&play);
    const int code = play_run(&play, "print %s --key %s", play.directory, play.key_file);
    char      want[64];
    cr_expect(eq(int, code, 4), "%.2000s", play.output);
    snprintf(want, sizeof want, "\n%" PRIu64 " 2026-11-01T", seq);
    cr_expect(play_said(&play, want));
    snprintf(want, sizeof want, "\n%" PRIu32 " 2026-12-01T", play.leaf_count - 1);
    cr_expect(play_said(&play, want));
    cr_expect(eq(int, play_run(&play, "rebuild %s --key %s", play.directory, play.key_file), 4));
}
