// play.h - a small company on disk: a ledger as its daemon would have written it, with real keys,
// and licet-replay run on it.
//
//   struct play play;
//   play_open(&play);
//   play_all(&play);                      some 600 events of every kind, a refusal and a boundary
//   play_seal(&play, play.directory);     writes them, or what was made of them, under the ledger's
//   key play_run(&play, "verify %s", …)       its output is then in play.output
#ifndef TESTS_REPLAY_PLAY_H
#define TESTS_REPLAY_PLAY_H

#include "core/base/limits.h"
#include "core/event/proposal.h"
#include "core/proof/hash.h"
#include "core/proof/key.h"
#include "core/proof/note.h"
#include "ledger/log.h"
#include "projections/actors.h"
#include "projections/digest.h"
#include "projections/rules.h"
#include "projections/schedule.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PLAY_ORIGIN "ledger.example/play"

enum { PLAY_EVENT_MAX = 1024, PLAY_OUTPUT_MAX = 1 << 20 };

struct play_leaf {
    uint8_t *at; // malloc
    size_t   size;
};

struct play {
    char             root[64], directory[80], key_file[80];
    struct signer    ledger, admin, dealer, stranger;
    struct state    *state;
    uint64_t         now_ms;
    uint32_t         id_count;
    struct decision  decision;
    uint32_t         leaf_count;
    struct play_leaf leaves[PLAY_EVENT_MAX];
    // Where things stand.
    uint64_t         refusal, boundary, plan, first_consumption, after_boundary, dealers_group;
    char            *output; // of the last run, ends with a zero
    struct hash      digest;
};

static inline void play_key(struct signer *signer, const char *name)
{
    const struct hash seed = hash_bytes(bytes_of_text(name));
    const enum status status = signer_init(signer, bytes_of_text(name), KEY_ED25519, seed.at);
    assert(status == OK);
}

static inline struct bytes play_public(const struct signer *signer)
{
    return (struct bytes){signer->verifier.key, 32};
}

static inline void play_write_key(const struct play *play, const char *path,
                                  const struct signer *signer)
{
    char          room[KEY_TEXT_SIZE_MAX + 1];
    struct buffer text = buffer_over(room, sizeof room);
    FILE         *file = fopen(path, "w");
    (void)play;
    assert(file != NULL);
    verifier_print(&signer->verifier, &text);
    fprintf(file, "# the ledger's key\n%s\n", buffer_text(&text));
    fclose(file);
}

static inline void play_open(struct play *play)
{
    *play = (struct play){.root = "/tmp/licet-replay-XXXXXX"};
    enum status status = crypto_start();
    if (status == OK) status = hash_start();
    if (status == OK) status = state_open(&play->state);
    assert(status == OK);
    const char *made = mkdtemp(play->root);
    assert(made != NULL);
    snprintf(play->directory, sizeof play->directory, "%s/ledger", play->root);
    snprintf(play->key_file, sizeof play->key_file, "%s/vkey", play->root);
    play_key(&play->ledger, PLAY_ORIGIN);
    play_key(&play->admin, "admin");
    play_key(&play->dealer, "dealer");
    play_key(&play->stranger, "stranger");
    play_write_key(play, play->key_file, &play->ledger);
    (void)time_from_text(bytes_of_text("2026-11-01"), &play->now_ms);
    play->output = calloc(1, PLAY_OUTPUT_MAX);
}

static inline void play_remove(const char *directory)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "writer.lock"};
    char                     path[128];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(path, sizeof path, "%s/%s", directory, names[i]);
        unlink(path);
    }
    rmdir(directory);
}

static inline void play_close(struct play *play)
{
    play_remove(play->directory);
    unlink(play->key_file);
    rmdir(play->root);
    for (uint32_t i = 0; i < play->leaf_count; i++)
        free(play->leaves[i].at);
    signer_release(&play->ledger);
    signer_release(&play->admin);
    signer_release(&play->dealer);
    signer_release(&play->stranger);
    state_close(play->state);
    free(play->output);
}

// --- Leaves -----------------------------------------------------------------

static inline struct bytes play_view(const struct play *play, uint64_t seq)
{
    return (struct bytes){play->leaves[seq].at, play->leaves[seq].size};
}

static inline void play_put(struct play *play, uint64_t seq, const struct leaf *leaf)
{
    static uint8_t room[LEAF_SIZE_MAX];
    struct buffer  packed = buffer_over(room, sizeof room);
    leaf_write(leaf, &packed);
    assert(!packed.is_full);
    uint8_t *at = malloc(packed.size);
    memcpy(at, room, packed.size);
    free(play->leaves[seq].at);
    play->leaves[seq] = (struct play_leaf){at, packed.size};
}

static inline void play_sign(struct bytes proposal, const struct signer *signer,
                             uint8_t signature[static SIGNATURE_SIZE])
{
    static uint8_t room[PROPOSAL_MESSAGE_SIZE(PLAN_SIZE_MAX)];
    struct buffer  message = buffer_over(room, sizeof room);
    proposal_message(bytes_of_text(PLAY_ORIGIN), proposal, &message);
    crypto_secret_sign(&signer->secret, buffer_bytes(&message), signature);
}

// The next event: decided, recorded, kept. signer NULL: vouched.
static inline uint64_t play_event(struct play *play, const struct event *event, const char *actor,
                                  const struct signer *signer)
{
    static uint8_t  room[PLAN_SIZE_MAX];
    uint8_t         signature[SIGNATURE_SIZE];
    struct proposal proposal = {.not_after_ms = play->now_ms + 60000, .event = *event};
    struct buffer   packed = buffer_over(room, sizeof room);
    const char     *offence = NULL;
    const uint64_t  seq = play->leaf_count;
    play->id_count++;
    memcpy(proposal.id, &play->id_count, sizeof play->id_count);
    proposal_write(&proposal, &packed);
    const bool is_read = proposal_read(buffer_bytes(&packed), &proposal, &offence);
    assert(is_read);
    const uint32_t at = actor == NULL ? 0 : actor_by_name(play->state, bytes_of_text(actor));
    rules_decide(play->state, &proposal, at, play->now_ms, &play->decision);
    if (!play->decision.is_logged)
        fprintf(stderr, "not logged: %s\n", refusal_word(play->decision.verdict.code));
    assert(play->decision.is_logged);
    struct leaf leaf = {.version = RULES_VERSION,
                        .seq = seq,
                        .time_ms = play->now_ms,
                        .author = at == 0 ? AUTHOR_LEDGER : actor_at(play->state, at)->id,
                        .proposal = buffer_bytes(&packed),
                        .verdict = play->decision.verdict};
    if (signer != NULL) {
        play_sign(leaf.proposal, signer, signature);
        leaf.signature = (struct bytes){signature, sizeof signature};
    }
    rules_record(play->state, &leaf, &proposal);
    state_commit(play->state);
    assert(seq < PLAY_EVENT_MAX);
    play_put(play, seq, &leaf);
    play->leaf_count++;
    play->now_ms += 10;
    return seq;
}

static inline uint64_t play_admin(struct play *play, const struct event *event)
{
    return play_event(play, event, "admin", &play->admin);
}

// --- Events -----------------------------------------------------------------

static inline uint64_t play_group(struct play *play, const char *path)
{
    const struct event event = {.kind = GROUP_CREATION,
                                .of.group_creation = {.group = bytes_of_text(path)}};
    return play_admin(play, &event);
}

static inline uint64_t play_enrol(struct play *play, const char *name, enum role role,
                                  const char *group, const struct signer *key)
{
    const struct event event = {
        .kind = ACTOR_ENROLMENT,
        .of.actor_enrolment = {.name = bytes_of_text(name),
                               .key = play_public(key),
                               .role = role,
                               .group = bytes_of_text(group)}
    };
    return play_event(play, &event, play->leaf_count == 1 ? NULL : "admin",
                      play->leaf_count == 1 ? NULL : &play->admin);
}

static inline uint64_t play_consume(struct play *play, const char *group, const char *resource,
                                    unsigned unit)
{
    char         name[16];
    struct event event = {
        .kind = CONSUMPTION,
        .of.consumption = {.group = bytes_of_text(group),
                           .resource = bytes_of_text(resource),
                           .direction = DIRECTION_ABSENT}
    };
    snprintf(name, sizeof name, "%u", unit);
    event.of.consumption.unit = bytes_of_text(name);
    return play_event(play, &event, "pbx", NULL);
}

static inline uint64_t play_release(struct play *play, const char *resource, unsigned unit)
{
    char         name[16];
    struct event event = {
        .kind = RELEASE,
        .of.release = {.resource = bytes_of_text(resource), .direction = DIRECTION_ABSENT}
    };
    snprintf(name, sizeof name, "%u", unit);
    event.of.release.unit = bytes_of_text(name);
    return play_event(play, &event, "pbx", NULL);
}

static inline void play_opening(struct play *play)
{
    static uint8_t room[256];
    struct signer  vendor, recovery;
    struct buffer  vendors = buffer_over(room, sizeof room);
    play_key(&vendor, "vendor.example");
    play_key(&recovery, "recovery");
    const struct vendor_key trusted = {bytes_of_text("vendor.example"), play_public(&vendor)};
    pack_array(&vendors, vendor_key_record.field_count);
    record_write(&vendor_key_record, &trusted, &vendors);
    const struct event opening = {
        .kind = OPENING,
        .of.opening = {.origin = bytes_of_text(PLAY_ORIGIN),
                       .server = bytes_of_text("cam-hq.example"),
                       .ledger_key = play_public(&play->ledger),
                       .recovery_key = play_public(&recovery),
                       .software_version = bytes_of_text("4.6"),
                       .eula_version = bytes_of_text("1"),
                       .vendors = {buffer_bytes(&vendors), 1},
                       .has_test_clock = true}
    };
    play_event(play, &opening, NULL, NULL);
    signer_release(&vendor);
    signer_release(&recovery);
}

static inline void play_license(struct play *play)
{
    uint8_t       room[LICENSE_FILE_SIZE_MAX];
    struct buffer note = buffer_over(room, sizeof room);
    struct signer vendor;
    play_key(&vendor, "vendor.example");
    const struct bytes text = bytes_of_text("licet license v1\nserver cam-hq.example\nserial 1\n"
                                            "LICENSE_HIKVISION 20 per-channel\n"
                                            "sip_number 500 per-server\nweb_dialer feature\n");
    note_begin(text, &note);
    note_sign(text, &vendor, 0, &note);
    signer_release(&vendor);
    const struct event upload = {.kind = LICENSE_UPLOAD,
                                 .of.license_upload = {.file = buffer_bytes(&note)}};
    const struct event eula = {
        .kind = EULA_ACCEPTANCE,
        .of.eula_acceptance = {.version = bytes_of_text("1"),
                               .reason = bytes_of_text("read; \"all\" of it")}
    };
    play_admin(play, &upload);
    play_admin(play, &eula);
}

static inline void play_allocate(struct play *play)
{
    uint8_t            entry_room[256], package_room[512];
    struct buffer      entries = buffer_over(entry_room, sizeof entry_room);
    struct buffer      packages = buffer_over(package_room, sizeof package_room);
    const struct entry all[] = {
        {bytes_of_text("sip_number"),        50           },
        {bytes_of_text("web_dialer"),        ENTRY_FEATURE},
        {bytes_of_text("LICENSE_HIKVISION"), 20           },
    };
    for (size_t i = 0; i < 3; i++) {
        pack_array(&entries, entry_record.field_count);
        record_write(&entry_record, &all[i], &entries);
    }
    struct package package = {
        .name = bytes_of_text("base"), .entries = {buffer_bytes(&entries), 3}
    };
    (void)time_from_text(bytes_of_text("2026-12-01"), &package.until_ms);
    pack_array(&packages, package_record.field_count);
    record_write(&package_record, &package, &packages);
    const struct event event = {
        .kind = ALLOCATION,
        .of.allocation = {.group = bytes_of_text("SmartHome"),
                          .is_restricted = true,
                          .packages = {buffer_bytes(&packages), 1}}
    };
    play_admin(play, &event);
}

static inline void play_plan(struct play *play)
{
    uint8_t            room[1024];
    struct buffer      events = buffer_over(room, sizeof room);
    const struct event all[] = {
        {.kind = GROUP_CREATION,
         .of.group_creation = {.group = bytes_of_text("SmartHome/A/apt-11")}                   },
        {.kind = GROUP_CREATION,
         .of.group_creation = {.group = bytes_of_text("SmartHome/A/apt-12")}                   },
        {.kind = USER_CREATION,
         .of.user_creation = {bytes_of_text("maria"), bytes_of_text("SmartHome/A/apt-11"), {0}}},
    };
    for (size_t i = 0; i < 3; i++) {
        pack_array(&events, 1 + event_field_count(&all[i]));
        event_write(&all[i], &events);
    }
    const struct event plan = {
        .kind = PLAN,
        .of.plan = {.events = {buffer_bytes(&events), 3}, .reason = bytes_of_text("moving in")}
    };
    play->plan = play_event(play, &plan, "dealer", &play->dealer);
}

static inline void play_boundary(struct play *play, const char *time)
{
    (void)time_from_text(bytes_of_text(time), &play->now_ms);
    const struct event event = {.kind = BOUNDARY, .of.boundary = {.edge_ms = play->now_ms}};
    play->boundary = play_event(play, &event, NULL, NULL);
}

static inline void play_all(struct play *play)
{
    struct signer pbx;
    play_key(&pbx, "pbx");
    play_opening(play);
    play_enrol(play, "admin", SERVER_ADMIN, "/", &play->admin);
    play_license(play);
    play_group(play, "SmartHome");
    play_allocate(play);
    play_group(play, "SmartHome/A");
    play_enrol(play, "dealer", SITE_ADMIN, "SmartHome", &play->dealer);
    play_enrol(play, "pbx", AGENT, "SmartHome", &pbx);
    play_plan(play);
    play->first_consumption = play->leaf_count;
    for (unsigned i = 0; i < 20; i++)
        play_consume(play, "SmartHome/A", "LICENSE_HIKVISION", i);
    play->refusal = play_consume(play, "SmartHome/A", "LICENSE_HIKVISION", 20);
    assert(play->decision.verdict.code == LIMIT_REACHED);
    for (unsigned i = 0; i < 260; i++) {
        play_consume(play, "SmartHome/A/apt-12", "sip_number", 1000 + i);
        if (i >= 20) play_release(play, "sip_number", 1000 + i - 20);
    }
    play_boundary(play, "2026-12-01");
    play->after_boundary = play_consume(play, "SmartHome/A", "sip_number", 5000);
    assert(play->decision.verdict.code == EXPIRED);
    for (unsigned i = 0; i < 20; i++)
        play_consume(play, "SmartHome/A", "sip_number", 6000 + i);
    signer_release(&pbx);
    const enum status status = digest_of(play->state, &play->digest);
    assert(status == OK);
}

// --- On disk ----------------------------------------------------------------

// Writes all leaves anew, in batches, each sealed by the signer.
static inline void play_seal_by(struct play *play, const struct signer *signer)
{
    const struct ledger_options options = {
        .origin = verifier_name(&signer->verifier),
        .keys = {&signer->verifier, 1},
        .map_size = (uint64_t)1 << 28
    };
    struct ledger          *ledger = NULL;
    struct ledger_complaint complaint;
    play_remove(play->directory);
    enum status status = ledger_create(play->directory, &options);
    if (status == OK) status = ledger_open(play->directory, &options, &ledger, &complaint);
    for (uint32_t from = 0; status == OK && from < play->leaf_count; from += 100) {
        status = ledger_begin(ledger);
        for (uint32_t i = from; status == OK && i < from + 100 && i < play->leaf_count; i++)
            status = ledger_append(ledger, play_view(play, i));
        if (status == OK) status = ledger_commit(ledger, signer);
    }
    assert(status == OK);
    ledger_close(ledger);
}

static inline void play_seal(struct play *play)
{
    play_seal_by(play, &play->ledger);
}

// --- The program ------------------------------------------------------------

// Beside the tests' own folder.
static inline void play_program(char *path, size_t size)
{
    const ssize_t got = readlink("/proc/self/exe", path, size - 1);
    assert(got > 0);
    path[got] = 0;
    *strrchr(path, '/') = 0;
    *strrchr(path, '/') = 0;
    assert(strlen(path) + sizeof "/bin/licet-replay" <= size);
    strcat(path, "/bin/licet-replay");
}

// The exit code of a shell's line; 128 and the signal when it crashed. stderr comes along.
static inline int play_line(struct play *play, char *line, size_t size_max)
{
    strncat(line, " 2>&1", size_max - strlen(line) - 1);
    FILE *pipe = popen(line, "r");
    assert(pipe != NULL);
    const size_t size = fread(play->output, 1, PLAY_OUTPUT_MAX - 1, pipe);
    play->output[size] = 0;
    const int how = pclose(pipe);
    return WIFEXITED(how) ? WEXITSTATUS(how) : 128 + WTERMSIG(how);
}

__attribute__((format(printf, 2, 3))) static inline int play_run(struct play *play,
                                                                 const char  *format, ...)
{
    char    line[1024], program[512];
    va_list arguments;
    play_program(program, sizeof program);
    const int start = snprintf(line, sizeof line, "%s ", program);
    va_start(arguments, format);
    vsnprintf(line + start, sizeof line - (size_t)start, format, arguments);
    va_end(arguments);
    return play_line(play, line, sizeof line);
}

// The auditor that shares no code with ours; it knows no rule.
static inline int play_check_with(struct play *play, const char *directory, const char *archive)
{
    char line[1024];
    snprintf(line, sizeof line, "/usr/bin/python3 -B %s/tests/checker/check_ledger.py %s %s %s",
             SOURCE_DIR, directory, play->key_file, archive);
    return play_line(play, line, sizeof line);
}

static inline int play_check(struct play *play, const char *directory)
{
    return play_check_with(play, directory, "");
}

static inline bool play_said(const struct play *play, const char *text)
{
    return strstr(play->output, text) != NULL;
}

#endif
