#include "core/proof/trust_policy.h"

#include <assert.h>
#include <string.h>

static_assert((int)TRUST_LOG_MAX + (int)TRUST_WITNESS_MAX <= (int)KEY_SET_MAX,
              "all keys fit one set");
static_assert(TRUST_NAME_MAX <= 64, "a group has a bit for each name");

enum { WORD_MAX = 3 + TRUST_NAME_MAX };

struct words {
    struct bytes at[WORD_MAX];
    uint32_t     count;
};

static bool is_space(uint8_t byte)
{
    return byte == ' ' || byte == '\t';
}

static bool is_allowed(struct bytes line)
{
    for (size_t i = 0; i < line.size; i++) {
        if (line.at[i] != '\t' && (line.at[i] < 0x20 || line.at[i] == 0x7f)) return false;
    }
    return true;
}

// False when there are more than any line can have.
static bool split(struct bytes line, struct words *words)
{
    words->count = 0;
    for (size_t i = 0; i < line.size;) {
        const size_t start = i;
        while (i < line.size && !is_space(line.at[i])) {
            i++;
        }
        if (i > start) {
            if (words->count == WORD_MAX) return false;
            words->at[words->count++] = (struct bytes){line.at + start, i - start};
        }
        while (i < line.size && is_space(line.at[i])) {
            i++;
        }
    }
    return true;
}

static uint32_t find_name(const struct trust_policy *policy, struct bytes name)
{
    uint32_t at = 0;
    while (at < policy->name_count && !bytes_is_equal(policy->names[at].name, name)) {
        at++;
    }
    return at;
}

static enum status add_key(struct trust_policy *policy, struct bytes text, enum key_type type)
{
    struct verifier  *verifier = &policy->verifiers[policy->verifier_count];
    const enum status status = verifier_parse(verifier, text);
    if (status != OK) return status;
    if (verifier->type != type) return STATUS_UNSUPPORTED;
    for (uint32_t i = 0; i < policy->verifier_count; i++) {
        const struct verifier *other = &policy->verifiers[i];
        const bool             is_log = (policy->logs >> i & 1) != 0;
        if (is_log != (type == KEY_ED25519)) continue;
        if (memcmp(other->key, verifier->key, sizeof other->key) == 0) return STATUS_MALFORMED;
    }
    policy->verifier_count++;
    return OK;
}

static enum status add_name(struct trust_policy *policy, const struct trust_name *name)
{
    if (bytes_is_equal(name->name, bytes_of_text("none"))) return STATUS_MALFORMED;
    if (find_name(policy, name->name) < policy->name_count) return STATUS_MALFORMED;
    if (policy->name_count == TRUST_NAME_MAX) return STATUS_TOO_LARGE;
    policy->names[policy->name_count++] = *name;
    return OK;
}

// --- The lines --------------------------------------------------------------

// log VKEY [URL]
static enum status read_log(struct trust_policy *policy, const struct words *words)
{
    if (words->count < 2 || words->count > 3) return STATUS_MALFORMED;
    if (policy->log_count == TRUST_LOG_MAX) return STATUS_TOO_LARGE;
    const enum status status = add_key(policy, words->at[1], KEY_ED25519);
    if (status != OK) return status;
    policy->logs |= (uint64_t)1 << (policy->verifier_count - 1);
    policy->log_count++;
    return OK;
}

// witness NAME VKEY [URL]
static enum status read_witness(struct trust_policy *policy, const struct words *words)
{
    if (words->count < 3 || words->count > 4) return STATUS_MALFORMED;
    if (policy->witness_count == TRUST_WITNESS_MAX) return STATUS_TOO_LARGE;
    const enum status status = add_key(policy, words->at[2], KEY_COSIGNATURE);
    if (status != OK) return status;
    policy->witness_count++;
    const struct trust_name name = {.name = words->at[1], .key = policy->verifier_count - 1};
    return add_name(policy, &name);
}

static bool read_threshold(struct bytes word, uint32_t member_count, uint32_t *threshold)
{
    uint64_t number = 0;
    if (bytes_is_equal(word, bytes_of_text("any"))) {
        number = 1;
    } else if (bytes_is_equal(word, bytes_of_text("all"))) {
        number = member_count;
    } else if (!bytes_to_decimal(word, member_count, &number)) {
        return false;
    }
    *threshold = (uint32_t)number;
    return number > 0;
}

// group NAME all|any|K NAME…
static enum status read_group(struct trust_policy *policy, const struct words *words)
{
    if (words->count < 4) return STATUS_MALFORMED;
    struct trust_name group = {.name = words->at[1]};
    if (!read_threshold(words->at[2], words->count - 3, &group.threshold)) return STATUS_MALFORMED;
    for (uint32_t i = 3; i < words->count; i++) {
        const uint32_t at = find_name(policy, words->at[i]);
        if (at == policy->name_count || policy->names[at].is_member) return STATUS_MALFORMED;
        policy->names[at].is_member = true;
        group.members |= (uint64_t)1 << at;
    }
    return add_name(policy, &group);
}

static const uint32_t no_quorum_yet = UINT32_MAX;

// quorum NAME|none
static enum status read_quorum(struct trust_policy *policy, const struct words *words)
{
    if (words->count != 2 || policy->quorum != no_quorum_yet) return STATUS_MALFORMED;
    const uint32_t at = find_name(policy, words->at[1]);
    const bool     is_none = bytes_is_equal(words->at[1], bytes_of_text("none"));
    if (!is_none && at == policy->name_count) return STATUS_MALFORMED;
    policy->quorum = is_none ? TRUST_NAME_MAX : at;
    return OK;
}

static enum status read_line(struct trust_policy *policy, struct bytes line)
{
    static const struct {
        const char *word;
        enum status (*read)(struct trust_policy *policy, const struct words *words);
    } rows[] = {
        {"log",     read_log    },
        {"witness", read_witness},
        {"group",   read_group  },
        {"quorum",  read_quorum },
    };
    struct words words;
    if (!is_allowed(line)) return STATUS_MALFORMED;
    if (!split(line, &words)) return STATUS_TOO_LARGE;
    if (words.count == 0 || words.at[0].at[0] == '#') return OK;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!bytes_is_equal(words.at[0], bytes_of_text(rows[i].word))) continue;
        return rows[i].read(policy, &words);
    }
    return STATUS_MALFORMED;
}

enum status trust_policy_parse(struct bytes text, struct trust_policy *policy, uint32_t *line)
{
    enum status status = OK;
    *policy = (struct trust_policy){.quorum = no_quorum_yet};
    *line = 1;
    if (text.size > TRUST_SIZE_MAX) return STATUS_TOO_LARGE;
    while (text.size > 0) {
        const bool is_ended = memchr(text.at, '\n', text.size) != NULL;
        status = read_line(policy, bytes_cut(&text, '\n'));
        if (status == OK && !is_ended) status = STATUS_MALFORMED;
        if (status != OK) return status;
        (*line)++;
    }
    if (policy->quorum == no_quorum_yet) return STATUS_MALFORMED;
    if (policy->quorum == TRUST_NAME_MAX) policy->quorum = policy->name_count;
    return OK;
}

// --- What it says -----------------------------------------------------------

struct key_set trust_policy_keys(const struct trust_policy *policy)
{
    return (struct key_set){policy->verifiers, policy->verifier_count};
}

bool trust_policy_is_met(const struct trust_policy *policy, uint64_t signed_by)
{
    uint64_t met = 0; // by place among the names; members stand before their group
    if ((signed_by & policy->logs) == 0) return false;
    for (uint32_t i = 0; i < policy->name_count; i++) {
        const struct trust_name *name = &policy->names[i];
        const bool               is_met =
            name->threshold == 0
                              ? (signed_by >> name->key & 1) != 0
                              : (uint32_t)__builtin_popcountll(name->members & met) >= name->threshold;
        if (is_met) met |= (uint64_t)1 << i;
    }
    return policy->quorum == policy->name_count || (met >> policy->quorum & 1) != 0;
}

uint32_t trust_policy_witness_count(const struct trust_policy *policy, uint64_t signed_by)
{
    return (uint32_t)__builtin_popcountll(signed_by & ~policy->logs);
}
