// The order in which the rules are asked (X08); the parts that matter.h names do the asking.
#include "tests/oracle/matter.h"

#include <assert.h>
#include <stdlib.h>

struct oracle {
    struct facts facts;
    uint64_t     time_ms;
};

static struct oracle_answer decide_event(struct matter *matter, const struct event *event)
{
    static decide *const rows[KIND_MAX + 1] = {
        [LICENSE_UPLOAD] = decide_license,
        [EULA_ACCEPTANCE] = decide_eula,
        [PASSWORD_CHANGE] = decide_password,
        [SOFTWARE_UPDATE] = decide_software,
        [ACTOR_ENROLMENT] = decide_enrolment,
        [ACTOR_REMOVAL] = decide_actor_removal,
        [GROUP_CREATION] = decide_group,
        [GROUP_UPDATE] = decide_update,
        [GROUP_MOVE] = decide_move,
        [GROUP_REMOVAL] = decide_group_removal,
        [GROUP_BLOCK] = decide_block,
        [ALLOCATION] = decide_allocation,
        [REMINDER_POLICY] = decide_reminder_policy,
        [USER_CREATION] = decide_user,
        [USER_REMOVAL] = decide_user_removal,
        [MEMBERSHIP] = decide_membership,
        [USER_ASSIGNMENT] = decide_assignment,
        [CONSUMPTION] = decide_consumption,
        [RENEWAL] = decide_renewal,
        [RELEASE] = decide_release,
        [TRANSFER] = decide_transfer,
        [VENDOR_ENROLMENT] = decide_vendor,
        [POLICY] = decide_policy,
        [REMINDER] = decide_reminder,
        [REMINDER_DELIVERY] = decide_delivery,
        [REFUSALS_COUNTED] = decide_counted,
        [SNAPSHOT] = decide_snapshot,
        [KEY_ROTATION] = decide_rotation,
        [ARCHIVE] = decide_archive,
    };
    // The others say what every question brings along, the time (D5, X07), or what was done before
    // it passed (X11).
    if (rows[event->kind] == NULL) return answer_accepted();
    const struct oracle_answer answer = rows[event->kind](matter, event);
    if (answer.verdict.code == ACCEPTED) oracle_update_notices(matter->facts, matter->now_ms);
    return answer;
}

// X05.
static bool is_stale(uint64_t not_after_ms, uint64_t now_ms)
{
    return not_after_ms < now_ms || not_after_ms > now_ms + NOT_AFTER_MS_MAX;
}

// The ledger's own events have no not_after.
static struct oracle_answer judge_event(struct matter *matter, const struct event *event,
                                        const uint64_t *not_after_ms)
{
    const char *offence = oracle_offence(matter->facts, event);
    if (offence != NULL) return answer_malformed(offence);
    if (!oracle_may(matter, event)) return answer_refused(FORBIDDEN);
    if (not_after_ms != NULL && is_stale(*not_after_ms, matter->now_ms)) {
        return answer_refused(STALE_PROPOSAL);
    }
    if (event->kind == CONSUMPTION) {
        struct oracle_answer answer;
        if (oracle_ask_again(matter, &event->of.consumption, &answer)) return answer;
    }
    if (matter->facts->is_limited && oracle_is_setting(matter, event))
        return answer_refused(LIMITED_MODE);
    return decide_event(matter, event);
}

// X14: in order, each on the state after the former, all or nothing; a plan may what its events
// may.
static struct oracle_answer judge_plan(struct matter *matter, const struct proposal *proposal)
{
    struct list_reader   events = list_start(proposal->event.of.plan.events);
    struct oracle_answer all = answer_unchanged();
    const uint64_t       seq = entity_seq(matter->id);
    uint32_t             index = 0;
    for (struct bytes packed; list_next_packed(&events, &packed); index++) {
        struct event event;
        const char  *offence = NULL;
        if (!event_read_packed(packed, &event, &offence)) abort(); // proposal_read() did
        matter->id = entity_id_of(seq, index);
        struct oracle_answer answer = judge_event(matter, &event, &proposal->not_after_ms);
        answer.verdict.index = index;
        if (answer.verdict.code != ACCEPTED) return answer;
        if (answer.is_appended) all.is_appended = true;
    }
    return all;
}

static bool find_author(const struct facts *facts, entity_id author, struct actor_row *row)
{
    *row = (struct actor_row){.id = author, .role = ROLE_NONE};
    if (author == AUTHOR_LEDGER) return true;
    row->role = RECOVERY;
    if (author == AUTHOR_RECOVERY) return true;
    const struct actor_row *actor = facts_actor_of_id(facts, author);
    if (actor == NULL) return false;
    *row = *actor;
    return true;
}

// Whether a session may not vouch for it.
static bool must_sign(const struct facts *facts, const struct actor_row *author,
                      const struct event *event)
{
    if (kind_row((uint64_t)event->kind)->is_administrative) return true;
    return author->role != ROLE_NONE && (facts->must_sign || author->must_sign);
}

static struct oracle_answer judge(struct facts *draft, const struct oracle_question *question)
{
    struct proposal proposal;
    const char     *offence = NULL;
    struct matter   matter = {
          .facts = draft,
          .id = entity_id_of(question->seq, 0),
          .now_ms = question->time_ms,
    };
    if (!proposal_read(question->packed, &proposal, &offence)) return answer_malformed(offence);
    const bool  is_known = find_author(draft, question->author, &matter.author);
    const char *field = oracle_offence(draft, &proposal.event);
    if (field != NULL) return answer_malformed(field);
    if (!is_known) return answer_refused(UNAUTHENTICATED);
    if (question->is_vouched && must_sign(draft, &matter.author, &proposal.event)) {
        return answer_refused(UNAUTHENTICATED);
    }
    matter.reach = facts_group_of_id(draft, matter.author.group)->path;
    if (proposal.event.kind == PLAN) return judge_plan(&matter, &proposal);
    const bool is_of_ledger = question->author == AUTHOR_LEDGER;
    return judge_event(&matter, &proposal.event, is_of_ledger ? NULL : &proposal.not_after_ms);
}

// X11. After a start leases run anew before it is asked which are over.
static bool is_start(const struct oracle_question *question)
{
    struct proposal proposal;
    const char     *offence = NULL;
    if (question->author != AUTHOR_LEDGER) return false;
    if (!proposal_read(question->packed, &proposal, &offence)) return false;
    return proposal.event.kind == RESUMPTION;
}

static void pass_to(struct facts *facts, uint64_t from_ms, const struct oracle_question *question)
{
    if (is_start(question)) facts->leases_from_ms = question->time_ms;
    oracle_pass_time(facts, from_ms, question->time_ms);
}

struct oracle_answer oracle_preview(struct oracle *oracle, const struct oracle_question *question)
{
    struct facts draft = facts_copy(&oracle->facts);
    pass_to(&draft, oracle->time_ms, question);
    const struct oracle_answer answer = judge(&draft, question);
    facts_drop(&draft);
    return answer;
}

void oracle_pass(struct oracle *oracle, uint64_t time_ms)
{
    assert(time_ms >= oracle->time_ms);
    oracle_pass_time(&oracle->facts, oracle->time_ms, time_ms);
    oracle->time_ms = time_ms;
}

struct oracle_answer oracle_propose(struct oracle *oracle, const struct oracle_question *question)
{
    assert(question->time_ms >= oracle->time_ms);
    pass_to(&oracle->facts, oracle->time_ms, question);
    oracle->time_ms = question->time_ms;
    struct facts               draft = facts_copy(&oracle->facts);
    const struct oracle_answer answer = judge(&draft, question);
    if (answer.verdict.code == ACCEPTED) {
        facts_drop(&oracle->facts);
        oracle->facts = draft;
    } else {
        facts_drop(&draft);
    }
    return answer;
}

struct oracle *oracle_open(struct bytes packed_opening)
{
    struct oracle  *oracle = calloc(1, sizeof *oracle);
    struct proposal proposal;
    const char     *offence = NULL;
    if (oracle == NULL || !proposal_read(packed_opening, &proposal, &offence)) abort();
    assert(proposal.event.kind == OPENING);
    const struct opening *opening = &proposal.event.of.opening;
    struct facts          facts = facts_open();
    facts.origin = facts_keep(&facts, opening->origin);
    facts.server = facts_keep(&facts, opening->server);
    facts.ledger_key = facts_keep(&facts, opening->ledger_key);
    facts.recovery_key = facts_keep(&facts, opening->recovery_key);
    facts.software_version = facts_keep(&facts, opening->software_version);
    facts.refusal_rate = REFUSAL_RATE_DEFAULT;
    facts.eula_version = facts_keep(&facts, opening->eula_version);
    facts_add(&facts, FACT_GROUP, &(struct group_row){.path = bytes_of_text("/")});
    struct list_reader vendors = list_start(opening->vendors);
    for (struct vendor_key vendor; list_next(&vendors, &vendor_key_record, &vendor);) {
        facts_add(&facts, FACT_VENDOR,
                  &(struct vendor_row){facts_keep(&facts, vendor.name),
                                       facts_keep(&facts, vendor.key), true});
    }
    oracle_trigger(&facts, REASON_EULA, 0); // T23
    oracle->facts = facts;
    return oracle;
}

void oracle_close(struct oracle *oracle)
{
    if (oracle == NULL) return;
    facts_close(&oracle->facts);
    free(oracle);
}

const struct facts *oracle_facts(const struct oracle *oracle)
{
    return &oracle->facts;
}
