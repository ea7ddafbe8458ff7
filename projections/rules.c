#include "projections/rules.h"

#include "core/base/name.h"
#include "projections/actors.h"
#include "projections/archives.h"
#include "projections/consumption.h"
#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/leases.h"
#include "projections/ledger_keys.h"
#include "projections/license.h"
#include "projections/mode.h"
#include "projections/moves.h"
#include "projections/packages.h"
#include "projections/quota.h"
#include "projections/refusals.h"
#include "projections/release.h"
#include "projections/reminders.h"
#include "projections/removals.h"
#include "projections/retries.h"
#include "projections/schedule.h"
#include "projections/server.h"
#include "projections/snapshot.h"
#include "projections/transfer.h"
#include "projections/users.h"
#include "projections/vendors.h"

#include <assert.h>
#include <string.h>

// What the limited mode does to a kind (T13).
enum mode_policy {
    MODE_IGNORED, // goes on
    MODE_REFUSES, // a setting
    MODE_JUDGED,  // depends: the judge looks
};

struct rule {
    void (*judge)(struct question *question, const struct event *event);
    void (*apply)(struct change_context *context, const struct event *event);
    enum mode_policy mode;
    enum reach       site_admin, agent; // with the path at group_offset
    size_t           group_offset;
    // Where reach alone does not say it; asked for everybody but a server_admin.
    bool (*is_allowed)(const struct question *question, const struct event *event);
};

#define GROUP_AT(kind) offsetof(struct event, of.kind.group)

// Everyone may try; the judge hides what lies outside of the asker's reach.
static bool release_is_allowed(const struct question *question, const struct event *event)
{
    const uint32_t role = actor_at(question->state, question->actor)->role;
    (void)event;
    return role == AGENT || role == SITE_ADMIN;
}

// What runs at the server reports what happens there.
static bool server_agent_is_allowed(const struct question *question, const struct event *event)
{
    const struct actor *actor = actor_at(question->state, question->actor);
    (void)event;
    return actor->role == AGENT && actor->group == SERVER_GROUP;
}

static void no_objection(struct question *question, const struct event *event)
{
    (void)question;
    (void)event;
}

// A confirmed clock matters to the daemon that reads it, not to what is licensed.
static void no_change(struct change_context *context, const struct event *event)
{
    (void)context;
    (void)event;
}

static const struct rule rules[KIND_MAX + 1] = {
    [OPENING] = {opening_judge,          opening_apply,          MODE_IGNORED, NEVER,  NEVER,  0, NULL                 },
    [LICENSE_UPLOAD] = {license_upload_judge,   license_upload_apply,   MODE_IGNORED, NEVER,  NEVER,  0,
                 NULL                                                                                                  },
    [EULA_ACCEPTANCE] = {eula_acceptance_judge,  eula_acceptance_apply,  MODE_IGNORED, NEVER,  NEVER,
                 0,                                                                               NULL                 },
    [PASSWORD_CHANGE] = {no_objection,           password_change_apply,  MODE_IGNORED, NEVER,  NEVER,  0,
                 server_agent_is_allowed                                                                               },
    [SOFTWARE_UPDATE] = {no_objection,           software_update_apply,  MODE_IGNORED, NEVER,  NEVER,  0,
                 server_agent_is_allowed                                                                               },
    [ACTOR_ENROLMENT] = {actor_enrolment_judge,  actor_enrolment_apply,  MODE_JUDGED,  NEVER,  NEVER,  0,
                 actor_enrolment_is_allowed                                                                            },
    [ACTOR_REMOVAL] = {actor_removal_judge,    actor_removal_apply,    MODE_IGNORED, NEVER,  NEVER,  0,
                 actor_removal_is_allowed                                                                              },
    [GROUP_CREATION] = {group_creation_judge,   group_creation_apply,   MODE_REFUSES, BELOW,  NEVER,
                 GROUP_AT(group_creation),                                                        NULL                 },
    [GROUP_UPDATE] = {group_update_judge,     group_update_apply,     MODE_REFUSES, BELOW,  NEVER,
                 GROUP_AT(group_update),                                                          NULL                 },
    [GROUP_MOVE] = {group_move_judge,       group_move_apply,       MODE_REFUSES, NEVER,  NEVER,
                 GROUP_AT(group_move),                                                            group_move_is_allowed},
    [GROUP_REMOVAL] = {group_removal_judge,    group_removal_apply,    MODE_REFUSES, BELOW,  NEVER,
                 GROUP_AT(group_removal),                                                         NULL                 },
    [GROUP_BLOCK] = {group_block_judge,      group_block_apply,      MODE_REFUSES, BELOW,  NEVER,
                 GROUP_AT(group_block),                                                           NULL                 },
    [ALLOCATION] = {allocation_judge,       allocation_apply,       MODE_REFUSES, BELOW,  NEVER,
                 GROUP_AT(allocation),                                                            NULL                 },
    [REMINDER_POLICY] = {reminder_policy_judge,  reminder_policy_apply,  MODE_REFUSES, BELOW,  NEVER,
                 GROUP_AT(reminder_policy),                                                       NULL                 },
    [USER_CREATION] = {user_creation_judge,    user_creation_apply,    MODE_REFUSES, WITHIN, NEVER,
                 GROUP_AT(user_creation),                                                         NULL                 },
    [USER_REMOVAL] = {user_removal_judge,     user_removal_apply,     MODE_REFUSES, NEVER,  NEVER,  0,
                 user_event_is_allowed                                                                                 },
    [MEMBERSHIP] = {membership_judge,       membership_apply,       MODE_REFUSES, NEVER,  NEVER,  0,
                 user_event_is_allowed                                                                                 },
    [USER_ASSIGNMENT] = {user_assignment_judge,  user_assignment_apply,  MODE_REFUSES, NEVER,  NEVER,
                 GROUP_AT(user_assignment),                                                       user_event_is_allowed},
    [CONSUMPTION] = {consumption_judge,      consumption_apply,      MODE_JUDGED,  NEVER,  WITHIN,
                 GROUP_AT(consumption),                                                           NULL                 },
    [RENEWAL] = {renewal_judge,          renewal_apply,          MODE_IGNORED, NEVER,  NEVER,  0, renewal_is_allowed   },
    [RELEASE] = {release_judge,          release_apply,          MODE_IGNORED, NEVER,  NEVER,  0, release_is_allowed   },
    [TRANSFER] = {transfer_judge,         transfer_apply,         MODE_REFUSES, NEVER,  NEVER,  0,
                 transfer_is_allowed                                                                                   },
    [VENDOR_ENROLMENT] = {vendor_enrolment_judge, vendor_enrolment_apply, MODE_JUDGED,  NEVER,  NEVER,
                 0,                                                                               NULL                 },
    [POLICY] = {no_objection,           policy_apply,           MODE_REFUSES, NEVER,  NEVER,  0, NULL                 },
    [BOUNDARY] = {boundary_judge,         boundary_apply,         MODE_IGNORED, NEVER,  NEVER,  0, NULL                 },
    [REMINDER] = {reminder_judge,         reminder_apply,         MODE_IGNORED, NEVER,  NEVER,  0, NULL                 },
    [REMINDER_DELIVERY] = {delivery_judge,         delivery_apply,         MODE_IGNORED, NEVER,  NEVER,  0,
                 delivery_is_allowed                                                                                   },
    [SNAPSHOT] = {snapshot_judge,         snapshot_apply,         MODE_IGNORED, NEVER,  NEVER,  0, NULL                 },
    [ARCHIVE] = {archive_judge,          archive_apply,          MODE_IGNORED, NEVER,  NEVER,  0, NULL                 },
    [RESUMPTION] = {resumption_judge,       resumption_apply,       MODE_IGNORED, NEVER,  NEVER,  0, NULL                 },
    [CLOCK_STEP] = {no_objection,           no_change,              MODE_IGNORED, NEVER,  NEVER,  0, NULL                 },
    [KEY_ROTATION] = {key_rotation_judge,     key_rotation_apply,     MODE_IGNORED, NEVER,  NEVER,  0, NULL                 },
    [REFUSALS_COUNTED] = {refusals_counted_judge, no_change,              MODE_IGNORED, NEVER,  NEVER,  0, NULL                 },
};

static enum reach reach_of(const struct rule *rule, uint32_t role)
{
    if (role == SITE_ADMIN) return rule->site_admin;
    return role == AGENT ? rule->agent : NEVER;
}

// R: deny by default.
static bool is_allowed(const struct question *question, const struct event *event)
{
    const struct rule     *rule = &rules[event->kind];
    const struct kind_row *row = kind_row((uint64_t)event->kind);
    if (row->is_of_ledger || question->actor == 0) return row->is_of_ledger && question->actor == 0;
    const uint32_t role = actor_at(question->state, question->actor)->role;
    if (role == SERVER_ADMIN) return true;
    if (rule->is_allowed != NULL) return rule->is_allowed(question, event);
    const enum reach reach = reach_of(rule, role);
    struct bytes     path;
    if (reach == NEVER) return false;
    memcpy(&path, (const uint8_t *)event + rule->group_offset, sizeof path);
    return actor_reaches(question->state, question->actor, path, reach);
}

// Enrolling is a setting, but for the recovery key: it is needed most when all is locked (X19).
static bool is_refused_by_mode(const struct question *question, const struct event *event)
{
    if (server_at(question->state)->limited_reason == NOT_LIMITED) return false;
    // To trust a vendor is a setting, to revoke one is the removal of a key.
    if (event->kind == VENDOR_ENROLMENT) return event->of.vendor_enrolment.is_trusted;
    if (event->kind != ACTOR_ENROLMENT) return rules[event->kind].mode == MODE_REFUSES;
    // The first server_admin is enrolled by the ledger itself, with its opening.
    if (question->actor == 0) return false;
    return actor_at(question->state, question->actor)->role != RECOVERY;
}

static bool is_first_admin(const struct question *question, const struct event *event)
{
    return question->actor == 0 && event->kind == ACTOR_ENROLMENT &&
           event->of.actor_enrolment.role == SERVER_ADMIN && server_at(question->state)->size == 1;
}

static bool is_stale(const struct question *question, uint64_t not_after_ms)
{
    if (question->actor == 0) return false;
    if (not_after_ms < question->now_ms) return true;
    return not_after_ms - question->now_ms > NOT_AFTER_MS_MAX;
}

// Kinds that may suspend somebody, and where each says that it shall be done all the same (X01).
static const size_t force_offsets[KIND_MAX + 1] = {
    [GROUP_MOVE] = offsetof(struct event, of.group_move.is_forced),
    [ALLOCATION] = offsetof(struct event, of.allocation.is_forced),
    [USER_ASSIGNMENT] = offsetof(struct event, of.user_assignment.is_forced),
};

static bool is_to_be_harmless(const struct event *event)
{
    const size_t offset = force_offsets[event->kind];
    bool         is_forced = false;
    if (offset == 0) return false;
    memcpy(&is_forced, (const uint8_t *)event + offset, sizeof is_forced);
    return !is_forced;
}

static uint32_t group_of(const struct state *state, const struct event *event)
{
    struct bytes path;
    memcpy(&path, (const uint8_t *)event + rules[event->kind].group_offset, sizeof path);
    return group_find(state, path);
}

// What has ended by now, though no boundary has come to it yet, is not the event's doing.
static void settle(struct change_context *context, uint32_t group)
{
    uint32_t at = group_at(context->state, group)->first_account;
    server_edit(context->state)->time_ms = context->now_ms;
    for (; at != 0; at = account_at(context->state, at)->next_of_group) {
        quota_refresh(context->state, at);
    }
}

// X01: whoever would be suspended is asked for, wherever in the tree. Where the judge has found
// already that the limit falls below the use, only their names are still missing.
static void judge_losses(struct question *question, const struct event *event,
                         struct change_context *context)
{
    struct state           *state = context->state;
    const struct state_mark start = state_mark(state);
    const uint32_t          group = group_of(state, event);
    settle(context, group);
    const struct state_mark mark = state_mark(state);
    rules[event->kind].apply(context, event);
    losses_note(state, mark, context->now_ms, question->losses);
    state_rollback(state, mark);
    losses_count(state, context->now_ms, question->actor, question->losses);
    struct constraint decisive = {.code = ACCEPTED};
    if (!is_refused(question) && losses_any(question->losses)) {
        rules[event->kind].apply(context, event);
        decisive = losses_decisive(state, context->now_ms, group, question->losses);
    }
    state_rollback(state, start);
    if (decisive.code != ACCEPTED) refuse(question, decisive);
}

static void judge_event(struct question *question, const struct event *event, uint64_t not_after_ms,
                        struct change_context *context)
{
    const struct bytes nothing = {NULL, 0};
    if (rules[event->kind].judge == NULL) {
        refuse_malformed(question, "kind");
        return;
    }
    if (!is_first_admin(question, event) && !is_allowed(question, event)) {
        refuse_name(question, FORBIDDEN, nothing);
    } else if (is_stale(question, not_after_ms)) {
        refuse_name(question, STALE_PROPOSAL, nothing);
    } else {
        if (is_refused_by_mode(question, event)) refuse_at(question, LIMITED_MODE, SERVER_GROUP);
        rules[event->kind].judge(question, event);
        const struct why *why = question->why;
        const bool        is_about_use =
            !is_refused(question) || why->decisive.constraint.code == LIMIT_BELOW_USED;
        if (is_about_use && !question->is_no_news && is_to_be_harmless(event)) {
            judge_losses(question, event, context);
        }
    }
}

// Whether the event takes a unit of the reason's resource, at or below its node, that nobody holds.
static bool is_further(const struct state *state, const struct event *event,
                       const struct reason *reason)
{
    const struct consumption *consumption = &event->of.consumption;
    if (event->kind != CONSUMPTION) return false;
    if (!bytes_is_equal(consumption->resource, reason->constraint.name)) return false;
    if (!path_is_within(consumption->group, reason->path)) return false;
    return unit_find(state, consumption->resource, consumption->unit) == 0;
}

// A plan ends at the first event that is refused; what would let it pass is room for those behind
// as well.
static void count_further(const struct question *question, struct list_reader rest)
{
    const char *offence = NULL;
    for (struct bytes packed; list_next_packed(&rest, &packed);) {
        struct event event;
        (void)event_read_packed(packed, &event, &offence);
        for (uint32_t i = 0; i < question->why->count; i++) {
            struct reason *reason = &question->why->reasons[i];
            reason->further += is_further(question->state, &event, reason);
        }
    }
}

// Each event is judged on the state after the former; then all is put back.
static uint32_t judge_plan(struct question *question, struct state *state,
                           const struct proposal *proposal)
{
    const struct state_mark mark = state_mark(state);
    const uint64_t          seq = server_at(state)->size;
    struct list_reader      events = list_start(proposal->event.of.plan.events);
    bool                    is_news = false;
    uint32_t                index = 0;
    server_edit(state)->time_ms = question->now_ms;
    for (struct bytes packed; list_next_packed(&events, &packed); index++) {
        struct change_context context = {state, question->now_ms, entity_id_of(seq, index), seq};
        struct event          event;
        question->is_no_news = false;
        (void)event_read_packed(packed, &event, &question->offence);
        judge_event(question, &event, proposal->not_after_ms, &context);
        if (is_refused(question)) break;
        is_news = is_news || !question->is_no_news;
        if (!question->is_no_news) rules[event.kind].apply(&context, &event);
    }
    if (is_refused(question)) count_further(question, events);
    state_rollback(state, mark);
    question->is_no_news = !is_news;
    return index;
}

static uint64_t or_zero(uint64_t number)
{
    return number == LIMIT_NONE ? 0 : number;
}

void rules_explain(struct state *state, const struct inquiry *inquiry, struct decision *decision)
{
    const struct proposal *proposal = inquiry->proposal;
    struct question        question = {.state = state,
                                       .now_ms = inquiry->now_ms,
                                       .actor = inquiry->actor,
                                       .reader = inquiry->reader,
                                       .why = &decision->why,
                                       .losses = &decision->losses,
                                       .warnings = &decision->warnings};
    uint32_t               index = 0;
    why_init(&decision->why, inquiry->from);
    why_init(&decision->warnings, 0);
    decision->losses.total = 0;
    decision->losses.count = 0;
    if (proposal->event.kind == PLAN) {
        index = judge_plan(&question, state, proposal);
    } else {
        const uint64_t        seq = server_at(state)->size;
        struct change_context context = {state, inquiry->now_ms, entity_id_of(seq, 0), seq};
        judge_event(&question, &proposal->event, proposal->not_after_ms, &context);
    }
    decision->offence = question.offence;
    decision->verdict = (struct verdict){.code = ACCEPTED, .node = NODE_NONE};
    decision->is_logged = !question.is_no_news;
    if (question.charged != 0 && proposal->event.kind != PLAN) {
        decision->verdict.node = group_at(state, question.charged)->id;
    }
    if (!is_refused(&question)) return;
    const struct reason *reason = &decision->why.decisive;
    decision->verdict = (struct verdict){.code = reason->constraint.code,
                                         .node = reason->node,
                                         .limit = or_zero(reason->constraint.limit),
                                         .used = or_zero(reason->constraint.used),
                                         .index = index};
    decision->is_logged = refusal_row((uint64_t)reason->constraint.code)->is_logged;
}

void rules_decide(struct state *state, const struct proposal *proposal, uint32_t actor,
                  uint64_t now_ms, struct decision *decision)
{
    const struct inquiry inquiry = {.proposal = proposal,
                                    .actor = actor,
                                    .now_ms = now_ms,
                                    .reader = actor == 0 ? (uint32_t)READS_ALL
                                                         : actor_at(state, actor)->group};
    rules_explain(state, &inquiry, decision);
}

static void apply_plan(struct change_context *context, const struct plan *plan)
{
    struct list_reader events = list_start(plan->events);
    uint32_t           index = 0;
    const char        *offence = NULL;
    for (struct bytes packed; list_next_packed(&events, &packed); index++) {
        struct event event;
        (void)event_read_packed(packed, &event, &offence);
        context->id = entity_id_of(context->seq, index);
        rules[event.kind].apply(context, &event);
    }
}

void rules_record(struct state *state, const struct leaf *leaf, const struct proposal *proposal)
{
    struct change_context context = {state, leaf->time_ms, entity_id_of(leaf->seq, 0), leaf->seq};
    assert(leaf->seq == server_at(state)->size);
    server_edit(state)->time_ms = leaf->time_ms;
    if (leaf->verdict.code == ACCEPTED) {
        if (proposal->event.kind == PLAN) {
            apply_plan(&context, &proposal->event.of.plan);
        } else {
            rules[proposal->event.kind].apply(&context, &proposal->event);
        }
    }
    removals_go_on(state);
    if (leaf->author != AUTHOR_LEDGER) retry_remember(state, leaf->author, proposal, leaf->seq);
    server_edit(state)->size = leaf->seq + 1;
}
