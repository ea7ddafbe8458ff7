#include "api/daemon/ask.h"

#include "api/daemon/survey.h"
#include "core/event/contact.h"
#include "core/proof/crypto.h"
#include "core/proof/note.h"

#include <assert.h>
#include <string.h>

#define AT(member) offsetof(struct arguments, member)

// clang-format off
#define REQUIRED(word, kind, most) \
    {.name = #word, .type = (kind), .offset = AT(word), .max = (most)}
#define OPTIONAL(word, kind, most) \
    {.name = #word, .type = (kind), .offset = AT(word), .max = (most), .is_optional = true, \
     .absent = ARGUMENT_ABSENT}
// Where a survey's page begins.
#define CURSOR \
    {.name = "after", .type = FIELD_BINARY, .offset = AT(cursor), .max = SURVEY_CURSOR_SIZE, \
     .is_optional = true}

// In ascending order of their names, as keys of a map come.
static const struct field access_fields[] = {
    OPTIONAL(action, FIELD_NAME, 0),
    OPTIONAL(group, FIELD_PATH, 0),
    OPTIONAL(resource, FIELD_NAME, 0),
    OPTIONAL(unit, FIELD_NAME, 0),
    OPTIONAL(who, FIELD_NAME, 0),
};
static const struct field page_fields[] = {
    OPTIONAL(after, FIELD_NUMBER, INT64_MAX),
    OPTIONAL(limit, FIELD_NUMBER, PAGE_MAX),
};
static const struct field archive_fields[] = {
    REQUIRED(below, FIELD_NUMBER, INT64_MAX),
};
static const struct field changes_fields[] = {
    REQUIRED(group, FIELD_PATH, 0),
    OPTIONAL(limit, FIELD_NUMBER, PAGE_MAX),
    REQUIRED(since, FIELD_NUMBER, INT64_MAX),
    OPTIONAL(wait, FIELD_NUMBER, WAIT_MS_MAX),
};
static const struct field checkpoint_fields[] = {
    OPTIONAL(size, FIELD_NUMBER, INT64_MAX),
};
static const struct field clock_fields[] = {
    REQUIRED(time, FIELD_TIME, 0),
};
static const struct field connect_fields[] = {
    REQUIRED(version, FIELD_TEXT, NAME_SIZE_MAX),
};
static const struct field consistency_fields[] = {
    REQUIRED(from, FIELD_NUMBER, INT64_MAX),
    REQUIRED(to, FIELD_NUMBER, INT64_MAX),
};
static const struct field contact_fields[] = {
    OPTIONAL(actor, FIELD_NAME, 0),
    {.name = "erase", .type = FIELD_FLAG, .offset = AT(is_erased), .is_optional = true,
     .absent = false},
    OPTIONAL(mail, FIELD_TEXT, CONTACT_MAIL_SIZE_MAX),
    OPTIONAL(name, FIELD_TEXT, CONTACT_NAME_SIZE_MAX),
    OPTIONAL(phone, FIELD_TEXT, CONTACT_PHONE_SIZE_MAX),
    OPTIONAL(user, FIELD_NAME, 0),
};
static const struct field cosign_fields[] = {
    REQUIRED(note, FIELD_FILE, NOTE_SIZE_MAX),
};
static const struct field expiring_fields[] = {
    CURSOR,
    OPTIONAL(group, FIELD_PATH, 0),
    OPTIONAL(limit, FIELD_NUMBER, PAGE_MAX),
    REQUIRED(within, FIELD_DURATION, TIME_MS_MAX),
};
static const struct field forecast_fields[] = {
    OPTIONAL(after, FIELD_NUMBER, TIME_MS_MAX),
    REQUIRED(group, FIELD_PATH, 0),
    OPTIONAL(limit, FIELD_NUMBER, PAGE_MAX),
    OPTIONAL(resource, FIELD_NAME, 0),
};
static const struct field explain_fields[] = {
    REQUIRED(group, FIELD_PATH, 0),
    REQUIRED(resource, FIELD_NAME, 0),
};
static const struct field holdings_fields[] = {
    OPTIONAL(after, FIELD_NUMBER, INT64_MAX),
    OPTIONAL(group, FIELD_PATH, 0),
    OPTIONAL(limit, FIELD_NUMBER, PAGE_MAX),
    OPTIONAL(resource, FIELD_NAME, 0),
    OPTIONAL(user, FIELD_NAME, 0),
};
static const struct field log_fields[] = {
    OPTIONAL(after, FIELD_NUMBER, INT64_MAX),
    OPTIONAL(group, FIELD_PATH, 0),
    OPTIONAL(limit, FIELD_NUMBER, PAGE_MAX),
    OPTIONAL(wait, FIELD_NUMBER, WAIT_MS_MAX),
};
static const struct field login_fields[] = {
    REQUIRED(key, FIELD_KEY, 0),
    REQUIRED(signature, FIELD_BINARY, SIGNATURE_SIZE),
};
static const struct field outcome_fields[] = {
    REQUIRED(id, FIELD_ID, 0),
    REQUIRED(not_after, FIELD_TIME, 0),
};
static const struct field preview_fields[] = {
    OPTIONAL(proposal, FIELD_BINARY, PLAN_SIZE_MAX),
    OPTIONAL(proposals, FIELD_ANY, MESSAGE_SIZE_MAX),
};
static const struct field propose_fields[] = {
    OPTIONAL(proposal, FIELD_BINARY, PLAN_SIZE_MAX),
    OPTIONAL(proposals, FIELD_ANY, MESSAGE_SIZE_MAX),
    OPTIONAL(receipt, FIELD_NAME, 0),
    OPTIONAL(signature, FIELD_BINARY, SIGNATURE_SIZE),
    {.name = "stop", .type = FIELD_FLAG, .offset = AT(stops), .is_optional = true,
     .absent = false},
};
static const struct field receipt_fields[] = {
    REQUIRED(seq, FIELD_NUMBER, INT64_MAX),
    OPTIONAL(size, FIELD_NUMBER, INT64_MAX),
};
static const struct field reminders_fields[] = {
    CURSOR,
    OPTIONAL(group, FIELD_PATH, 0),
    OPTIONAL(limit, FIELD_NUMBER, PAGE_MAX),
    {.name = "undelivered", .type = FIELD_FLAG, .offset = AT(is_undelivered), .is_optional = true,
     .absent = false},
};
static const struct field state_fields[] = {
    REQUIRED(group, FIELD_PATH, 0),
    OPTIONAL(resource, FIELD_NAME, 0),
};
static const struct field status_fields[] = {
    {.name = "digest", .type = FIELD_FLAG, .offset = AT(has_digest), .is_optional = true,
     .absent = false},
};
static const struct field tight_fields[] = {
    CURSOR,
    OPTIONAL(group, FIELD_PATH, 0),
    OPTIONAL(limit, FIELD_NUMBER, PAGE_MAX),
};
static const struct field tree_fields[] = {
    OPTIONAL(after, FIELD_NUMBER, INT64_MAX),
    OPTIONAL(depth, FIELD_NUMBER, DEPTH_MAX),
    REQUIRED(group, FIELD_PATH, 0),
    OPTIONAL(limit, FIELD_NUMBER, PAGE_MAX),
};
static const struct field user_fields[] = {
    REQUIRED(user, FIELD_NAME, 0),
};
static const struct field who_fields[] = {
    REQUIRED(resource, FIELD_NAME, 0),
    REQUIRED(unit, FIELD_NAME, 0),
};
static const struct field why_fields[] = {
    OPTIONAL(after, FIELD_NUMBER, INT32_MAX),
    OPTIONAL(limit, FIELD_NUMBER, PAGE_MAX),
    REQUIRED(seq, FIELD_NUMBER, INT64_MAX - 1),
};

#define ROW(word, fields, is_open) \
    {#word, is_open, {#word, fields, sizeof(fields) / sizeof((fields)[0]), sizeof(struct arguments)}}
#define ROW_WITHOUT(word, is_open) {#word, is_open, {#word, NULL, 0, sizeof(struct arguments)}}

struct verb_row {
    const char   *name;
    bool          is_open;
    struct record arguments;
};

static const struct verb_row rows[] = {
    [VERB_ACCESS]      = ROW(access, access_fields, false),
    [VERB_ACTORS]      = ROW(actors, page_fields, false),
    [VERB_ARCHIVE]     = ROW(archive, archive_fields, false),
    [VERB_CHANGES]     = ROW(changes, changes_fields, false),
    [VERB_CHECKPOINT]  = ROW(checkpoint, checkpoint_fields, true),
    [VERB_CLOCK]       = ROW(clock, clock_fields, false),
    [VERB_CONNECT]     = ROW(connect, connect_fields, false),
    [VERB_CONSISTENCY] = ROW(consistency, consistency_fields, true),
    [VERB_CONTACT]     = ROW(contact, contact_fields, false),
    [VERB_COSIGN]      = ROW(cosign, cosign_fields, false),
    [VERB_EXPIRING]    = ROW(expiring, expiring_fields, false),
    [VERB_FORECAST]    = ROW(forecast, forecast_fields, false),
    [VERB_EXPLAIN]     = ROW(explain, explain_fields, false),
    [VERB_HELLO]       = ROW_WITHOUT(hello, true),
    [VERB_HOLDINGS]    = ROW(holdings, holdings_fields, false),
    [VERB_LICENSE]     = ROW_WITHOUT(license, false),
    [VERB_LOG]         = ROW(log, log_fields, false),
    [VERB_LOGIN]       = ROW(login, login_fields, true),
    [VERB_MODE]        = ROW_WITHOUT(mode, false),
    [VERB_OUTCOME]     = ROW(outcome, outcome_fields, false),
    [VERB_PREVIEW]     = ROW(preview, preview_fields, false),
    [VERB_PROPOSE]     = ROW(propose, propose_fields, false),
    [VERB_RECEIPT]     = ROW(receipt, receipt_fields, false),
    [VERB_REMINDERS]   = ROW(reminders, reminders_fields, false),
    [VERB_STATE]       = ROW(state, state_fields, false),
    [VERB_STATUS]      = ROW(status, status_fields, false),
    [VERB_TIGHT]       = ROW(tight, tight_fields, false),
    [VERB_TREE]        = ROW(tree, tree_fields, false),
    [VERB_USER]        = ROW(user, user_fields, false),
    [VERB_WHO]         = ROW(who, who_fields, false),
    [VERB_WHY]         = ROW(why, why_fields, false),
};
// clang-format on

enum { ROW_COUNT = sizeof rows / sizeof rows[0] };
static_assert((int)ROW_COUNT == (int)VERB_UNKNOWN, "each verb has a row");

const char *verb_name(enum verb verb)
{
    return verb < VERB_UNKNOWN ? rows[verb].name : "unknown";
}

bool verb_is_open(enum verb verb)
{
    return verb < VERB_UNKNOWN && rows[verb].is_open;
}

const struct record *verb_arguments(enum verb verb)
{
    assert(verb < VERB_UNKNOWN);
    return &rows[verb].arguments;
}

static enum verb verb_of(struct bytes name)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (bytes_is_equal(bytes_of_text(rows[i].name), name)) return (enum verb)i;
    }
    return VERB_UNKNOWN;
}

static void set_offence(struct ask *ask, struct bytes name)
{
    const size_t size = name.size > NAME_SIZE_MAX ? NAME_SIZE_MAX : name.size;
    if (size > 0) memcpy(ask->offence_room, name.at, size);
    ask->offence_room[size] = 0;
    ask->offence = ask->offence_room;
}

static void ask_read(struct bytes body, struct ask *ask)
{
    struct pack_reader reader = pack_reader(body);
    const uint32_t     count = pack_read_array(&reader, 2);
    ask->verb = verb_of(pack_read_text(&reader, NAME_SIZE_MAX));
    if (reader.is_bad || count != 2) {
        set_offence(ask, bytes_of_text("request"));
        return;
    }
    if (ask->verb == VERB_UNKNOWN) return;
    const struct bytes offence =
        record_read_map(&rows[ask->verb].arguments, &reader, &ask->arguments);
    if (reader.is_bad) {
        set_offence(ask, offence);
    } else if (!pack_read_end(&reader)) {
        set_offence(ask, bytes_of_text("request"));
    } else if (ask->arguments.signature.at != NULL &&
               ask->arguments.signature.size != SIGNATURE_SIZE) {
        set_offence(ask, bytes_of_text("signature"));
    }
}

struct pack_reader ask_proposals(const struct ask *ask, uint32_t *count)
{
    struct pack_reader reader = pack_reader(ask->arguments.proposals);
    *count = pack_read_array(&reader, MESSAGE_PROPOSAL_MAX);
    return reader;
}

struct bytes ask_next_proposal(struct pack_reader *reader, struct bytes *signature)
{
    const uint32_t count = pack_read_array(reader, 2);
    *signature = (struct bytes){NULL, 0};
    if (count != 2) reader->is_bad = true;
    const struct bytes proposal = pack_read_binary(reader, PLAN_SIZE_MAX);
    if (pack_read_nil(reader)) return proposal;
    *signature = pack_read_binary(reader, SIGNATURE_SIZE);
    if (signature->size != SIGNATURE_SIZE) reader->is_bad = true;
    return proposal;
}

bool ask_verify(struct bytes origin, const uint8_t key[static CREDENTIAL_SIZE],
                struct bytes proposal, struct bytes signature)
{
    uint8_t       room[PROPOSAL_MESSAGE_SIZE(PLAN_SIZE_MAX)];
    struct buffer message = buffer_over(room, sizeof room);
    if (signature.size != SIGNATURE_SIZE) return false;
    proposal_message(origin, proposal, &message);
    return !message.is_full && crypto_verify(key, buffer_bytes(&message), signature.at);
}

// Without a session there is nothing to verify with; the loop does it, should there be one by then.
static enum signature_state verify(struct bytes origin, const struct ask *ask,
                                   struct bytes proposal, struct bytes signature)
{
    if (signature.size == 0) return SIGNATURE_NONE;
    if (!ask->credential.is_set) return SIGNATURE_BAD;
    return ask_verify(origin, ask->credential.key, proposal, signature) ? SIGNATURE_GOOD
                                                                        : SIGNATURE_BAD;
}

static void verify_all(struct bytes origin, struct ask *ask)
{
    uint32_t           count = 0;
    struct pack_reader reader = ask_proposals(ask, &count);
    for (uint32_t i = 0; i < count && !reader.is_bad; i++) {
        struct bytes       signature;
        const struct bytes proposal = ask_next_proposal(&reader, &signature);
        if (reader.is_bad) break;
        ask->signatures[i] = (uint8_t)verify(origin, ask, proposal, signature);
    }
    if (!pack_read_end(&reader) || count == 0) set_offence(ask, bytes_of_text("proposals"));
}

bool ask_wants_receipt(const struct ask *ask)
{
    return ask->verb == VERB_PROPOSE &&
           bytes_is_equal(ask->arguments.receipt, bytes_of_text("full"));
}

// One proposal or many, never both.
static void prepare_propose(struct bytes origin, struct ask *ask)
{
    const struct arguments *arguments = &ask->arguments;
    const bool              is_many = arguments->proposals.at != NULL;
    if (is_many == (arguments->proposal.at != NULL)) {
        set_offence(ask, bytes_of_text("proposal"));
    } else if (is_many && arguments->signature.at != NULL) {
        set_offence(ask, bytes_of_text("signature"));
    } else if (arguments->receipt.at != NULL && (is_many || !ask_wants_receipt(ask))) {
        set_offence(ask, bytes_of_text("receipt"));
    } else if (!is_many && arguments->stops) {
        set_offence(ask, bytes_of_text("stop"));
    } else if (is_many) {
        verify_all(origin, ask);
    } else {
        ask->signatures[0] =
            (uint8_t)verify(origin, ask, arguments->proposal, arguments->signature);
    }
}

void ask_prepare(void *context, const struct connection_credential *credential,
                 struct request *request)
{
    const struct bytes *origin = context;
    struct ask         *ask = request->prepared;
    ask->credential = *credential;
    ask_read(request->body, ask);
    if (ask->offence != NULL) return;
    if (ask->verb == VERB_PROPOSE || ask->verb == VERB_PREVIEW) prepare_propose(*origin, ask);
}
