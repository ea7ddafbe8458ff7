#include "tests/oracle/history.h"

#include "core/base/name.h"
#include "tests/oracle/history_draw.h"

#include <stdlib.h>
#include <string.h>

static const char *const first_groups[] = {"acme", "acme/north", "acme/south", "beta",
                                           "beta/north"};

enum { FIRST_USERS = 5 };

struct weight {
    uint32_t  weight;
    enum kind kind;
};

// What the theme of the history asks for out of turn; OPENING: nothing.
static enum kind draw_theme(struct history *history)
{
    static const enum kind favourites[THEME_COUNT][4] = {
        [THEME_CROWD] = {MEMBERSHIP,      MEMBERSHIP,      GROUP_CREATION, VENDOR_ENROLMENT},
        [THEME_DEPTH] = {GROUP_CREATION,  GROUP_CREATION,  GROUP_MOVE,     CONSUMPTION     },
        [THEME_LEASES] = {CONSUMPTION,     RENEWAL,         TRANSFER,       RELEASE         },
        [THEME_MODE] = {PASSWORD_CHANGE, SOFTWARE_UPDATE, LICENSE_UPLOAD, RENEWAL         },
    };
    const uint32_t percent = history->theme == THEME_CROWD ? 45 : 20; // crowds take their time
    if (history->theme == THEME_NONE || !chance(history, percent)) return OPENING;
    return favourites[history->theme][below(history, 4)];
}

enum kind history_kind(struct history *history)
{
    static const struct weight weights[] = {
        {330, CONSUMPTION      },
        {70,  RENEWAL          },
        {100, RELEASE          },
        {40,  TRANSFER         },
        {160, ALLOCATION       },
        {80,  GROUP_CREATION   },
        {15,  GROUP_UPDATE     },
        {35,  GROUP_MOVE       },
        {15,  GROUP_REMOVAL    },
        {25,  GROUP_BLOCK      },
        {25,  REMINDER_POLICY  },
        {15,  REMINDER_DELIVERY},
        {40,  USER_CREATION    },
        {10,  USER_REMOVAL     },
        {70,  MEMBERSHIP       },
        {70,  USER_ASSIGNMENT  },
        {40,  ACTOR_ENROLMENT  },
        {6,   ACTOR_REMOVAL    },
        {12,  LICENSE_UPLOAD   },
        {8,   EULA_ACCEPTANCE  },
        {5,   PASSWORD_CHANGE  },
        {5,   SOFTWARE_UPDATE  },
        {4,   VENDOR_ENROLMENT },
        {2,   POLICY           },
        {40,  PLAN             },
        {1,   BOUNDARY         },
        {1,   CLOCK_STEP       },
        {1,   REFUSALS_COUNTED },
        {4,   KEY_ROTATION     },
    };
    uint32_t total = 0;
    for (uint32_t i = 0; i < COUNT(weights); i++) {
        total += weights[i].weight;
    }
    const enum kind theme = draw_theme(history);
    if (theme != OPENING) return theme;
    if (history->is_last_instant && chance(history, 30)) return RENEWAL;
    if (history->is_limited && chance(history, 12)) return EULA_ACCEPTANCE;
    uint32_t dice = below(history, total);
    uint32_t at = 0;
    for (; dice >= weights[at].weight; at++) {
        dice -= weights[at].weight;
    }
    return weights[at].kind;
}

static bool is_for_agents(enum kind kind)
{
    return kind == CONSUMPTION || kind == RELEASE || kind == RENEWAL || kind == TRANSFER ||
           kind == PLAN;
}

// An agent of the whole server may.
static bool is_for_the_servers(enum kind kind)
{
    return kind == PASSWORD_CHANGE || kind == SOFTWARE_UPDATE || kind == REMINDER_DELIVERY;
}

// Mostly somebody whose role has to do with it.
static struct known_actor draw_author(struct history *history, enum kind kind)
{
    struct known_actor author = {.role = ROLE_NONE, .group = "/"};
    if (kind == REFUSALS_COUNTED) return author; // the ledger's own
    if (chance(history, 1)) author.id = AUTHOR_RECOVERY;
    if (chance(history, 1)) author.id = entity_id_of(history->step, 0);
    if (author.id != 0 || history->actor_count == 0) return author;
    for (int i = 0; i < 6; i++) {
        author = history->actors[below(history, history->actor_count)];
        if (author.role == SERVER_ADMIN) break;
        if (author.role == AGENT && is_for_agents(kind)) break;
        if (author.role == AGENT && is_for_the_servers(kind)) break;
        if (author.role == SITE_ADMIN && !is_for_agents(kind) && chance(history, 50)) break;
        if (i == 5 && chance(history, 80)) author = history->actors[0];
    }
    return author;
}

// The first steps make a company out of nothing.
static bool draw_beginning(struct history *history, struct known_actor *author, struct event *event)
{
    if (history->step == 1) {
        compose_key(++history->key_number, history->key);
        *author = (struct known_actor){.id = AUTHOR_RECOVERY, .group = "/"};
        *event = (struct event){
            .kind = ACTOR_ENROLMENT,
            .of.actor_enrolment =
                {
                                     .name = bytes_of_text("root"),
                                     .key = {history->key, sizeof history->key},
                                     .role = SERVER_ADMIN,
                                     .group = bytes_of_text("/"),
                                     },
        };
        return true;
    }
    const uint32_t after = (uint32_t)history->step - 1;
    *author = history->actors[0];
    if (after <= VENDORS) {
        *event = make_upload(history, after % VENDORS);
    } else if (after == VENDORS + 1) {
        *event = make_event(history, EULA_ACCEPTANCE, author);
    } else if (after <= VENDORS + 1 + COUNT(first_groups)) {
        const char *path = first_groups[after - VENDORS - 2];
        *event =
            (struct event){.kind = GROUP_CREATION, .of.group_creation.group = bytes_of_text(path)};
    } else if (after <= VENDORS + 1 + COUNT(first_groups) + FIRST_USERS) {
        *event = make_event(history, USER_CREATION, author);
    } else {
        return false;
    }
    return true;
}

struct history_step history_next(struct history *history)
{
    struct known_actor author;
    struct event       event;
    history->step++;
    history->packed = buffer_over(history->packed_room, sizeof history->packed_room);
    history->lists = buffer_over(history->list_room, sizeof history->list_room);
    move_time(history);
    const bool is_beginning = draw_beginning(history, &author, &event);
    if (!is_beginning) {
        const enum kind kind = history_kind(history);
        author = draw_author(history, kind);
        event = make_event(history, kind, &author);
    }
    uint64_t not_after_ms = history->time_ms + below(history, NOT_AFTER_MS_MAX + 1);
    if (!is_beginning && chance(history, 2)) {
        not_after_ms = history->time_ms - 1 + below(history, 2) * (NOT_AFTER_MS_MAX + 2);
    }
    compose_proposal(&history->packed, history->step, not_after_ms, &event);
    if (!is_beginning && chance(history, 1)) {
        history->packed.at[below(history, (uint32_t)history->packed.size)] ^=
            (uint8_t)(1U << below(history, 8));
    }
    return (struct history_step){
        .time_ms = history->time_ms,
        .author = author.id,
        .packed = buffer_bytes(&history->packed),
        .is_restart = !is_beginning && below(history, 400) == 0,
    };
}

void history_learn(struct history *history, bool is_accepted, uint64_t seq)
{
    struct proposal proposal;
    const char     *offence = NULL;
    if (!is_accepted) return;
    if (!proposal_read(buffer_bytes(&history->packed), &proposal, &offence)) abort();
    if (proposal.event.kind != PLAN) {
        learn_event(history, &proposal.event, entity_id_of(seq, 0));
        return;
    }
    struct list_reader events = list_start(proposal.event.of.plan.events);
    struct event       event;
    uint32_t           index = 0;
    for (struct bytes packed; list_next_packed(&events, &packed); index++) {
        if (!event_read_packed(packed, &event, &offence)) abort();
        learn_event(history, &event, entity_id_of(seq, index));
    }
}

void history_learn_reminder(struct history *history, uint64_t seq)
{
    if (history->reminder_count == REMINDER_KNOWN_MAX) history->reminder_count = 0;
    history->reminders[history->reminder_count++] = seq;
}

struct history *history_open(uint64_t seed)
{
    struct history *history = calloc(1, sizeof *history);
    if (history == NULL) abort();
    history->random = seed;
    history->key_number = KEY_ACTOR;
    history->theme = (enum theme)(seed % (3 * THEME_COUNT)); // most have none
    if (history->theme >= THEME_COUNT) history->theme = THEME_NONE;
    history->eula = 1;
    history->ledger_keyid = compose_ledger_keyid(KEY_LEDGER);
    for (uint32_t i = 0; i < VENDORS; i++) {
        history->vendor_key[i] = KEY_VENDOR + i;
    }
    const uint64_t start_ms = 1767225600000; // 2026-01-01
    history->time_ms = start_ms + below(history, 24) * HOUR_MS;
    keep_text(history->groups[history->group_count++].path, PATH_ROOM, bytes_of_text("/"));
    history->file = buffer_over(history->file_room, sizeof history->file_room);
    return history;
}

void history_close(struct history *history)
{
    free(history);
}

struct bytes history_opening(struct history *history)
{
    history->packed = buffer_over(history->packed_room, sizeof history->packed_room);
    compose_opening(&history->packed);
    return buffer_bytes(&history->packed);
}
