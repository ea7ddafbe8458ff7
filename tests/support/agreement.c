#include "tests/support/agreement.h"

#include "core/base/name.h"
#include "projections/access.h"
#include "projections/actions.h"
#include "projections/actors.h"
#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/ledger_keys.h"
#include "projections/mode.h"
#include "projections/packages.h"
#include "projections/quota.h"
#include "projections/schedule.h"
#include "projections/users.h"
#include "projections/views.h"
#include "tests/oracle/history.h"

#include <stdio.h>
#include <stdlib.h>

struct place {
    struct bytes path; // or a user
    struct bytes name; // of the resource, the feature, the unit
};

struct agreement agreement_between(const struct state *state, const struct oracle *oracle,
                                   uint64_t time_ms)
{
    return (struct agreement){.state = state, .oracle = oracle, .time_ms = time_ms};
}

// The first difference stays.
static void agree(struct agreement *agreement, struct place place, const char *what, uint64_t got,
                  uint64_t wanted)
{
    if (got == wanted || agreement->is_broken) return;
    agreement->is_broken = true;
    (void)snprintf(agreement->text, sizeof agreement->text, "%s of %.*s in %.*s is %llu, not %llu",
                   what, (int)place.name.size, (const char *)place.name.at, (int)place.path.size,
                   (const char *)place.path.at, (unsigned long long)got,
                   (unsigned long long)wanted);
}

// --- Groups -------------------------------------------------------------------------------------

static enum resource_status status_of(enum availability availability)
{
    static const enum resource_status statuses[] = {
        [IS_ON] = STATUS_ON,
        [IS_OFF] = STATUS_OFF,
        [IS_NOT_YET_VALID] = STATUS_NOT_YET_VALID,
        [IS_EXPIRED] = STATUS_EXPIRED,
        [IS_BLOCKED] = STATUS_BLOCKED,
    };
    return statuses[availability];
}

static void agree_on_resource(struct agreement *agreement, struct bytes path, struct bytes name)
{
    const struct state       *state = agreement->state;
    const struct place        place = {path, name};
    const uint32_t            known = resource_find(state, name);
    const struct oracle_state wanted =
        oracle_state(agreement->oracle, agreement->time_ms, path, name);
    if (known == 0) {
        agree(agreement, place, "maximum", 0, wanted.maximum);
        return;
    }
    const uint32_t             group = group_find(state, path);
    const struct resource_view got = view_resource(state, group, known, agreement->time_ms);
    agree(agreement, place, "maximum", got.maximum, wanted.maximum);
    agree(agreement, place, "used", got.used, wanted.used);
    agree(agreement, place, "available", got.available, wanted.available);
    agree(agreement, place, "own limit", got.own_limit, wanted.own_limit);
    agree(agreement, place, "over", got.over, wanted.over);
    agree(agreement, place, "suspended", got.suspended, wanted.suspended);
    // B16 speaks of what is on; what is not has no end to show.
    if (wanted.maximum > 0) agree(agreement, place, "until", got.until_ms, wanted.until_ms);
    agree(agreement, place, "next change", got.next_ms, wanted.next_ms);
    agree(agreement, place, "status", got.status, status_of(wanted.availability));
    agree(agreement, place, "bottleneck", got.bottleneck, group_find(state, wanted.bottleneck));
    if (wanted.activatable != UNLIMITED)
        agree(agreement, place, "activatable", got.activatable, wanted.activatable);
    agree(agreement, place, "notice", got.notice, oracle_notice(agreement->oracle, path, name));
    if (wanted.next_ms != TIME_NEVER)
        agree(agreement, place, "next maximum", got.next_maximum, wanted.next_maximum);
    if (wanted.own_limit != UNLIMITED) {
        const int64_t unallocated = wanted.unallocated < 0 ? 0 : wanted.unallocated;
        agree(agreement, place, "unallocated", got.unallocated, (uint64_t)unallocated);
    }
}

static void agree_on_feature(struct agreement *agreement, struct bytes path, struct bytes name)
{
    const struct state         *state = agreement->state;
    const struct place          place = {path, name};
    const uint32_t              known = resource_find(state, name);
    const struct oracle_feature wanted =
        oracle_feature(agreement->oracle, agreement->time_ms, path, name);
    if (known == 0) {
        agree(agreement, place, "feature", 0, wanted.is_on);
        return;
    }
    const struct feature_view got =
        view_feature(state, group_find(state, path), known, agreement->time_ms);
    agree(agreement, place, "feature", got.is_on, wanted.is_on);
    if (wanted.is_on) agree(agreement, place, "until", got.until_ms, wanted.until_ms);
}

static void agree_on_group(struct agreement *agreement, const struct group_row *row)
{
    const struct place place = {row->path, bytes_of_text("all")};
    const uint32_t     group = group_find(agreement->state, row->path);
    agree(agreement, place, "being there", group != 0, true);
    if (group == 0) return;
    const struct group *got = group_at(agreement->state, group);
    agree(agreement, place, "id", got->id, row->id);
    agree(agreement, place, "version", got->version, row->version);
    agree(agreement, place, "block", got->is_blocked, row->is_blocked);
    agree(agreement, place, "label", true,
          bytes_is_equal(text_of(agreement->state, got->label), row->label));
    for (uint32_t i = 0; history_resource(i) != NULL; i++) {
        agree_on_resource(agreement, row->path, bytes_of_text(history_resource(i)));
    }
    for (uint32_t i = 0; history_feature(i) != NULL; i++) {
        agree_on_feature(agreement, row->path, bytes_of_text(history_feature(i)));
    }
}

// --- Units --------------------------------------------------------------------------------------

static void agree_on_access(struct agreement *agreement, const struct holding_row *row,
                            struct place place, uint32_t holding)
{
    const struct oracle_access wanted =
        oracle_access(agreement->oracle, agreement->time_ms, row->resource, row->unit);
    const struct constraint got = holding_access(agreement->state, holding, agreement->time_ms);
    agree(agreement, place, "access", got.code == ACCEPTED, wanted.is_granted);
    if (got.code == wanted.code && (got.code == EXPIRED || got.code == NOT_YET_VALID)) {
        agree(agreement, place, "denial's node", got.group,
              group_find(agreement->state, wanted.node));
    }
}

// That there are no others shows in what the server uses.
static void agree_on_holdings(struct agreement *agreement)
{
    const struct facts *facts = oracle_facts(agreement->oracle);
    for (uint32_t i = 0; i < facts_count(facts, FACT_HOLDING); i++) {
        const struct holding_row *row = facts_at(facts, FACT_HOLDING, i);
        const struct place        place = {facts_group_of_id(facts, row->group)->path, row->unit};
        const uint32_t            resource = resource_find(agreement->state, row->resource);
        const uint32_t            holding = holding_find(agreement->state, resource, row->unit);
        agree(agreement, place, "being held", holding != 0, true);
        if (holding == 0) return;
        agree(agreement, place, "seniority", holding_at(agreement->state, holding)->id, row->id);
        agree_on_access(agreement, row, place, holding);
    }
}

// --- Users --------------------------------------------------------------------------------------

static void agree_on_quota(struct agreement *agreement, const struct user_row *row, uint32_t user,
                           struct bytes name)
{
    const uint32_t     resource = resource_find(agreement->state, name);
    const struct place place = {row->name, name};
    if (resource == 0) return;
    const struct oracle_user wanted =
        oracle_user(agreement->oracle, agreement->time_ms, row->name, name);
    const struct user_quota got = user_quota(agreement->state, user, resource, agreement->time_ms);
    agree(agreement, place, "user's maximum", got.maximum, wanted.maximum);
    agree(agreement, place, "user's use", got.used, wanted.used);
    agree(agreement, place, "user's available", got.available, wanted.available);
}

static void agree_on_groups_of(struct agreement *agreement, const struct user_row *row,
                               uint32_t user)
{
    const struct facts *facts = oracle_facts(agreement->oracle);
    const struct place  place = {row->name, bytes_of_text("all")};
    uint32_t            count = 0;
    for (uint32_t i = 0; i < facts_count(facts, FACT_MEMBERSHIP); i++) {
        const struct membership_row *membership = facts_at(facts, FACT_MEMBERSHIP, i);
        if (membership->user != row->id) continue;
        const struct group_row *group = facts_group_of_id(facts, membership->group);
        const uint32_t          found = group_find(agreement->state, group->path);
        agree(agreement, place, "membership", member_find(agreement->state, user, found) != 0, 1);
        count++;
    }
    agree(agreement, place, "number of groups", user_at(agreement->state, user)->member_count,
          count);
}

static void agree_on_users(struct agreement *agreement)
{
    const struct facts *facts = oracle_facts(agreement->oracle);
    const struct place  everywhere = {bytes_of_text("/"), bytes_of_text("all")};
    agree(agreement, everywhere, "number of users", state_count(agreement->state, POOL_USER),
          facts_count(facts, FACT_USER));
    for (uint32_t i = 0; i < facts_count(facts, FACT_USER); i++) {
        const struct user_row *row = facts_at(facts, FACT_USER, i);
        const struct place     place = {row->name, bytes_of_text("all")};
        const uint32_t         user = user_find(agreement->state, row->name);
        agree(agreement, place, "being known", user != 0, true);
        if (user != 0) agree_on_groups_of(agreement, row, user);
        for (uint32_t j = 0; history_resource(j) != NULL && user != 0; j++) {
            agree_on_quota(agreement, row, user, bytes_of_text(history_resource(j)));
        }
    }
}

// --- Actions ------------------------------------------------------------------------------------

static void agree_on_action(struct agreement *agreement, struct bytes name, const char *action,
                            const struct acting *acting, bool wanted)
{
    const struct place      place = {name, bytes_of_text(action)};
    const struct constraint got = action_access(
        agreement->state, action_find(bytes_of_text(action)), acting, agreement->time_ms);
    agree(agreement, place, "permission", got.code == ACCEPTED, wanted);
}

static void agree_on_user_actions(struct agreement *agreement)
{
    const struct facts *facts = oracle_facts(agreement->oracle);
    for (uint32_t i = 0; i < facts_count(facts, FACT_USER); i++) {
        const struct user_row *row = facts_at(facts, FACT_USER, i);
        const struct acting    acting = {.user = user_find(agreement->state, row->name)};
        for (uint32_t j = 0; oracle_user_action(j) != NULL; j++) {
            const char *action = oracle_user_action(j);
            agree_on_action(
                agreement, row->name, action, &acting,
                oracle_user_may(agreement->oracle, agreement->time_ms, row->name, action));
        }
    }
}

static void agree_on_admin_actions(struct agreement *agreement, const struct actor_row *row)
{
    const struct facts *facts = oracle_facts(agreement->oracle);
    struct acting       acting = {.actor = actor_by_name(agreement->state, row->name)};
    for (uint32_t i = 1; i < facts_count(facts, FACT_GROUP); i++) {
        const struct group_row *group = facts_at(facts, FACT_GROUP, i);
        acting.group = group_find(agreement->state, group->path);
        for (uint32_t j = 0; oracle_admin_action(j) != NULL; j++) {
            const char *action = oracle_admin_action(j);
            agree_on_action(agreement, row->name, action, &acting,
                            oracle_admin_may(agreement->oracle, agreement->time_ms, row->name,
                                             group->path, action));
        }
    }
}

static void agree_on_actors(struct agreement *agreement)
{
    static const enum kind   vouched[] = {CONSUMPTION, RENEWAL, RELEASE, TRANSFER};
    static const char *const views[] = {"archive.view",     "video.view",       "operator.ui",
                                        "settings.network", "settings.license", "settings.eula"};
    const struct facts      *facts = oracle_facts(agreement->oracle);
    for (uint32_t i = 0; i < facts_count(facts, FACT_ACTOR); i++) {
        const struct actor_row *row = facts_at(facts, FACT_ACTOR, i);
        const struct place      place = {row->name, bytes_of_text("signing")};
        const struct acting     acting = {.actor = actor_by_name(agreement->state, row->name),
                                          .group = SERVER_GROUP};
        agree(agreement, place, "being enrolled", acting.actor != 0, true);
        if (acting.actor == 0) return;
        for (size_t j = 0; j < sizeof vouched / sizeof vouched[0]; j++) {
            agree(agreement, place, "need",
                  actor_must_sign(agreement->state, acting.actor, vouched[j]),
                  oracle_must_sign(agreement->oracle, row->name, vouched[j]));
        }
        for (size_t j = 0; j < sizeof views / sizeof views[0] && row->role == SERVER_ADMIN; j++) {
            agree_on_action(agreement, row->name, views[j], &acting,
                            oracle_leaves_open(agreement->oracle, views[j]));
        }
        agree_on_admin_actions(agreement, row);
    }
}

static void agree_on_clients(struct agreement *agreement)
{
    static const char *const versions[] = {"4.4", "4.4.9", "4.5.0", "4.5", "5.0", "3.9", "nightly"};
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        const struct bytes version = bytes_of_text(versions[i]);
        const struct place place = {bytes_of_text("/"), version};
        agree(agreement, place, "connection", mode_connect(agreement->state, version),
              oracle_connect(agreement->oracle, version));
    }
}

// --- All ----------------------------------------------------------------------------------------

static enum limited_reason reason_of(struct oracle_mode mode)
{
    static const enum limited_reason reasons[] = {
        [REASON_EULA] = EULA_NOT_ACCEPTED,
        [REASON_LICENSE] = LICENSE_UPDATED,
        [REASON_PASSWORD] = PASSWORD_CHANGED,
        [REASON_EULA_CHANGED] = EULA_CHANGED,
    };
    return mode.is_limited ? reasons[mode.reason] : NOT_LIMITED;
}

static void agree_on_key(struct agreement *agreement, const struct facts *facts)
{
    const struct place place = {bytes_of_text("/"), bytes_of_text("all")};
    const uint32_t     count = facts_count(facts, FACT_EPOCH);
    struct verifier    key;
    uint32_t           epoch = 0;
    ledger_key_load(agreement->state, &key, &epoch);
    agree(agreement, place, "epoch", epoch, count);
    if (count == 0 || agreement->is_broken) return;
    const struct epoch_row *row = facts_at(facts, FACT_EPOCH, count - 1);
    agree(agreement, place, "the ledger's key", true, verifier_is_same(&key, &row->key));
}

void agreement_on_server(struct agreement *agreement)
{
    const struct place       server = {bytes_of_text("/"), bytes_of_text("all")};
    const struct server     *got = server_at(agreement->state);
    const struct facts      *facts = oracle_facts(agreement->oracle);
    const struct oracle_mode mode = oracle_mode(agreement->oracle);
    agree(agreement, server, "mode", got->limited_reason, reason_of(mode));
    if (mode.is_limited) agree(agreement, server, "since", got->limited_since_ms, mode.since_ms);
    agree(agreement, server, "EULA", true,
          bytes_is_equal(text_of(agreement->state, got->eula_version), facts->eula_version));
    agree(
        agreement, server, "software", true,
        bytes_is_equal(text_of(agreement->state, got->software_version), facts->software_version));
    agree_on_key(agreement, facts);
    // An instant at which a lease would have ended may stay when it is renewed; none may be missed.
    const uint64_t edge_ms = schedule_next(agreement->state);
    const uint64_t wanted_ms = oracle_next_edge(agreement->oracle, agreement->time_ms);
    if (edge_ms > wanted_ms) agree(agreement, server, "next edge", edge_ms, wanted_ms);
}

static void agree_on_pending(struct agreement *agreement)
{
    const struct place server = {bytes_of_text("/"), bytes_of_text("all")};
    uint32_t           pending = 0;
    for (uint32_t i = 0; history_resource(i) != NULL; i++) {
        pending += oracle_pending_units(agreement->oracle, agreement->time_ms,
                                        bytes_of_text(history_resource(i)), NULL, 0);
    }
    agree(agreement, server, "pending", pending_count(agreement->state, agreement->time_ms),
          pending);
}

// Those that can be reached: what was cut off is taken apart later (X09).
static uint32_t groups_reached(const struct state *state)
{
    uint32_t count = 0;
    uint32_t at = SERVER_GROUP;
    while (at != 0) {
        count++;
        uint32_t next = group_at(state, at)->first_child;
        for (; next == 0 && at != SERVER_GROUP; at = group_at(state, at)->parent) {
            next = group_at(state, at)->next;
            if (next != 0) break;
        }
        at = next;
    }
    return count;
}

void agreement_on_all(struct agreement *agreement)
{
    const struct facts *facts = oracle_facts(agreement->oracle);
    const struct place  everywhere = {bytes_of_text("/"), bytes_of_text("all")};
    agreement_on_server(agreement);
    agree_on_pending(agreement);
    agree(agreement, everywhere, "number of groups", groups_reached(agreement->state),
          facts_count(facts, FACT_GROUP));
    for (uint32_t i = 0; i < facts_count(facts, FACT_GROUP); i++) {
        agree_on_group(agreement, facts_at(facts, FACT_GROUP, i));
    }
    agree_on_holdings(agreement);
    agree_on_users(agreement);
    agree_on_user_actions(agreement);
    agree_on_actors(agreement);
    agree_on_clients(agreement);
}
