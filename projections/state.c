#include "projections/state.h"

#include "core/base/reserve.h"
#include "core/proof/crypto.h"

#include <assert.h>
#include <string.h>

// Bounds of the pools, and how many records one proposal can take at most: a plan of
// PLAN_PROPOSAL_MAX events within PLAN_SIZE_MAX, or one allocation of 32 x 64 entries over a path.
struct pool_row {
    size_t   record_size;
    uint32_t count_max;
    uint32_t take_max;
};

enum {
    MILLION = 1 << 20,
    TAKE_MAX = 1 << 16,
    TEXT_LONG = TEXT_SIZE_MAX + 1,
};

static const struct pool_row pool_rows[POOL_COUNT] = {
    [POOL_SERVER] = {sizeof(struct server),                 1,                              0                },
    [POOL_GROUP] = {sizeof(struct group),                  2 * MILLION,                    PLAN_PROPOSAL_MAX},
    [POOL_PLACE] = {sizeof(struct place_record),           16 * MILLION,                   PLAN_PROPOSAL_MAX},
    [POOL_PACKAGE] = {sizeof(struct package_record),         4 * MILLION,                    TAKE_MAX         },
    [POOL_ENTRY] = {sizeof(struct entry_record),           16 * MILLION,                   TAKE_MAX         },
    [POOL_RESOURCE] = {sizeof(struct resource),               RESOURCE_MAX + TAKE_MAX,        TAKE_MAX         },
    [POOL_LINE] = {sizeof(struct line),                   2 * TAKE_MAX,                   TAKE_MAX         },
    [POOL_VENDOR] = {sizeof(struct vendor),                 VENDOR_MAX + PLAN_PROPOSAL_MAX, PLAN_PROPOSAL_MAX},
    [POOL_ACCOUNT] = {sizeof(struct account),                8 * MILLION,                    TAKE_MAX         },
    [POOL_STEP] = {sizeof(struct step),                   16 * MILLION,                   TAKE_MAX         },
    [POOL_HOLDING] = {sizeof(struct holding),                16 * MILLION,                   PLAN_PROPOSAL_MAX},
    [POOL_LEASE] = {sizeof(struct lease),                  16 * MILLION,                   PLAN_PROPOSAL_MAX},
    [POOL_LEASEHOLD] = {sizeof(struct leasehold),              16 * MILLION,                   PLAN_PROPOSAL_MAX},
    [POOL_USER] = {sizeof(struct user),                   4 * MILLION,                    PLAN_PROPOSAL_MAX},
    [POOL_MEMBER] = {sizeof(struct member),                 8 * MILLION,                    PLAN_PROPOSAL_MAX},
    [POOL_ACTOR] = {sizeof(struct actor),                  MILLION,                        PLAN_PROPOSAL_MAX},
    [POOL_REMINDER_POLICY] = {sizeof(struct reminder_policy_record), 2 * MILLION,
                     PLAN_PROPOSAL_MAX                                                                       },
    [POOL_REMINDING] = {sizeof(struct reminding),              4 * MILLION,                    TAKE_MAX         },
    [POOL_REMINDER] = {sizeof(struct reminder_record),        REMINDER_WAITING_MAX + 1,       0                },
    [POOL_EDGE] = {sizeof(struct edge),                   28 * MILLION,                   TAKE_MAX         },
    [POOL_EPOCH] = {sizeof(struct epoch_record),           EPOCH_MAX,                      0                },
    [POOL_TEXT] = {16,                                    32 * MILLION,                   TAKE_MAX         },
    [POOL_TEXT + 1] = {32,                                    16 * MILLION,                   TAKE_MAX         },
    [POOL_TEXT + 2] = {72,                                    16 * MILLION,                   TAKE_MAX         },
    [POOL_TEXT_LAST] = {TEXT_LONG,                             MILLION,                        TAKE_MAX         },
};

// For ten minutes at most.
static const struct pool_row retry_row = {RETRY_SIZE, 16 * MILLION, 1};

static const enum pool_name index_pools[INDEX_RETRY] = {
    [INDEX_GROUP] = POOL_GROUP,       [INDEX_GROUP_ID] = POOL_GROUP,
    [INDEX_RESOURCE] = POOL_RESOURCE, [INDEX_ACCOUNT] = POOL_ACCOUNT,
    [INDEX_UNIT] = POOL_HOLDING,      [INDEX_USER] = POOL_USER,
    [INDEX_MEMBER] = POOL_MEMBER,     [INDEX_ACTOR] = POOL_ACTOR,
    [INDEX_ACTOR_NAME] = POOL_ACTOR,  [INDEX_ACTOR_ID] = POOL_ACTOR,
    [INDEX_REMINDER] = POOL_REMINDER, [INDEX_LEASE_SET] = POOL_LEASE,
};

// What the journal keeps of one change, before the change: of an edit the record's old content, of
// a removal from an index the hash. Entries are read backwards, so the head stands behind the
// content.
enum undo { UNDO_EDIT, UNDO_TAKE, UNDO_GIVE, UNDO_INDEX_ADD, UNDO_INDEX_REMOVE };

struct undo_head {
    uint32_t record;
    uint8_t  undo;
    uint8_t  where; // enum pool_name or index_name
    uint16_t size;  // of the content before the head
};

// Address space only: one boundary may pass very many windows, some kilobytes of journal each.
#define JOURNAL_SIZE_MAX     ((size_t)1 << 35)
#define JOURNAL_PROPOSAL_MAX ((size_t)1 << 28)
enum {
    JOURNAL_KEEP_MAX = 1 << 24, // memory that stays after a commit
    SCRATCH_KEEP_MAX = 1 << 20, // pairs whose memory stays
    // As many as are told, and as many again: what is noted and then rolled back takes the place of
    // changes that are not told any more.
    CHANGE_ROOM = 2 * CHANGE_RING_SIZE,
};

// What comes into an index while the state is loaded waits until so many have come behind it:
// meanwhile its place is fetched from memory.
enum { LOAD_WAITING = 32 };

struct waiting {
    uint64_t hash;
    uint32_t record;
    uint32_t index;
};

struct queue {
    uint64_t       count; // ever
    struct waiting waiting[LOAD_WAITING];
};

struct state {
    struct pool          pools[POOL_COUNT];
    struct index         indexes[INDEX_COUNT];
    struct ahead        *ahead; // touches what they grow into
    uint8_t             *journal;
    size_t               journal_size;
    struct scratch_pair *scratch;
    uint32_t            *found_group; // who only reads notes it, too
    struct change        changes[CHANGE_ROOM];
    uint64_t             change_count;
    uint64_t     change_first; // those before were overwritten by some that were rolled back
    uint8_t      hash_key[CRYPTO_SHORT_HASH_KEY_SIZE];
    uint64_t     number_key;
    bool         is_loaded; // as a whole, at the moment
    struct queue queues[2]; // of records, and of answers to retries
};

#define SCRATCH_SIZE ((size_t)SCRATCH_PAIR_MAX * sizeof(struct scratch_pair))

static const struct pool_row *row_of(uint32_t pool)
{
    return pool >= POOL_RETRY ? &retry_row : &pool_rows[pool];
}

static enum status open_pools(struct state *state)
{
    enum status status = OK;
    for (uint32_t i = 0; i < POOL_COUNT && status == OK; i++) {
        status =
            pool_init(&state->pools[i], row_of(i)->record_size, row_of(i)->count_max, state->ahead);
    }
    for (uint32_t i = 0; i < INDEX_COUNT && status == OK; i++) {
        const uint32_t pool = i >= INDEX_RETRY ? POOL_RETRY : (uint32_t)index_pools[i];
        status = index_init(&state->indexes[i], row_of(pool)->count_max, state->ahead);
    }
    return status;
}

enum status state_open(struct state **state)
{
    struct state *fresh = memory_reserve(sizeof *fresh);
    if (fresh == NULL) return STATUS_OUT_OF_MEMORY;
    enum status status = ahead_open(&fresh->ahead);
    if (status == OK) status = open_pools(fresh);
    if (status == OK) fresh->journal = memory_reserve(JOURNAL_SIZE_MAX);
    if (status == OK) fresh->scratch = memory_reserve(SCRATCH_SIZE);
    if (status == OK) fresh->found_group = memory_reserve(sizeof *fresh->found_group);
    const bool is_short =
        fresh->journal == NULL || fresh->scratch == NULL || fresh->found_group == NULL;
    if (status == OK && is_short) status = STATUS_OUT_OF_MEMORY;
    if (status != OK) {
        state_close(fresh);
        return status;
    }
    crypto_random(fresh->hash_key, sizeof fresh->hash_key);
    crypto_random((uint8_t *)&fresh->number_key, sizeof fresh->number_key);
    (void)pool_take(&fresh->pools[POOL_SERVER]);
    (void)pool_take(&fresh->pools[POOL_GROUP]);
    *state = fresh;
    return OK;
}

void state_close(struct state *state)
{
    if (state == NULL) return;
    ahead_close(state->ahead); // before what it may touch
    for (uint32_t i = 0; i < POOL_COUNT; i++) {
        if (state->pools[i].record_size != 0) pool_release(&state->pools[i]);
    }
    for (uint32_t i = 0; i < INDEX_COUNT; i++) {
        if (state->indexes[i].count_max != 0) index_release(&state->indexes[i]);
    }
    memory_return(state->journal, JOURNAL_SIZE_MAX);
    memory_return(state->scratch, SCRATCH_SIZE);
    memory_return(state->found_group, sizeof *state->found_group);
    memory_return(state, sizeof *state);
}

// --- The journal ------------------------------------------------------------

static void remember(struct state *state, struct undo_head head, const void *content)
{
    if (state->is_loaded) return;
    assert(state->journal_size + head.size + sizeof head <= JOURNAL_SIZE_MAX);
    uint8_t *at = state->journal + state->journal_size;
    if (head.size > 0) memcpy(at, content, head.size);
    memcpy(at + head.size, &head, sizeof head);
    state->journal_size += head.size + sizeof head;
}

struct state_mark state_mark(const struct state *state)
{
    return (struct state_mark){state->journal_size, state->change_count};
}

static uint32_t hash_from(const uint8_t *content)
{
    uint32_t hash = 0;
    memcpy(&hash, content, sizeof hash);
    return hash;
}

static void undo(struct state *state, const struct undo_head *head, const uint8_t *content)
{
    struct pool  *pool = &state->pools[head->where < POOL_COUNT ? head->where : 0];
    struct index *index = &state->indexes[head->where < INDEX_COUNT ? head->where : 0];
    switch ((enum undo)head->undo) {
    case UNDO_EDIT:
        memcpy(pool_at(pool, head->record), content, head->size);
        return;
    case UNDO_TAKE:
        pool_untake(pool, head->record);
        return;
    case UNDO_GIVE:
        pool_ungive(pool, head->record);
        return;
    case UNDO_INDEX_ADD:
        index_remove(index, head->record);
        return;
    case UNDO_INDEX_REMOVE:
        index_add(index, head->record, hash_from(content));
        return;
    }
}

void state_rollback(struct state *state, struct state_mark mark)
{
    assert(mark.journal_size <= state->journal_size);
    while (state->journal_size > mark.journal_size) {
        struct undo_head head;
        state->journal_size -= sizeof head;
        memcpy(&head, state->journal + state->journal_size, sizeof head);
        state->journal_size -= head.size;
        undo(state, &head, state->journal + state->journal_size);
    }
    if (state->change_count > state->change_first + CHANGE_ROOM) {
        state->change_first = state->change_count - CHANGE_ROOM;
    }
    state->change_count = mark.change_count;
}

struct state_edits state_edits(const struct state *state, struct state_mark mark)
{
    return (struct state_edits){state->journal_size, mark.journal_size};
}

bool state_edits_next(const struct state *state, struct state_edits *edits, struct state_edit *edit)
{
    while (edits->at > edits->end) {
        struct undo_head head;
        edits->at -= sizeof head;
        memcpy(&head, state->journal + edits->at, sizeof head);
        edits->at -= head.size;
        if (head.undo != UNDO_EDIT && head.undo != UNDO_TAKE) continue;
        const uint8_t *before = head.undo == UNDO_EDIT ? state->journal + edits->at : NULL;
        *edit = (struct state_edit){(enum pool_name)head.where, head.record, before};
        return true;
    }
    return false;
}

void state_commit(struct state *state)
{
    if (state->journal_size > JOURNAL_KEEP_MAX) {
        memory_zero(state->journal + JOURNAL_KEEP_MAX, state->journal_size - JOURNAL_KEEP_MAX);
    }
    state->journal_size = 0;
}

bool state_has_room(const struct state *state)
{
    for (uint32_t i = 0; i < POOL_RETRY; i++) {
        if (pool_room(&state->pools[i]) < row_of(i)->take_max) return false;
    }
    return state->journal_size + JOURNAL_PROPOSAL_MAX <= JOURNAL_SIZE_MAX;
}

uint32_t state_take(struct state *state, enum pool_name pool)
{
    const uint32_t record = pool_take(&state->pools[pool]);
    remember(state, (struct undo_head){record, UNDO_TAKE, (uint8_t)pool, 0}, NULL);
    return record;
}

void state_give(struct state *state, enum pool_name pool, uint32_t record)
{
    // The content goes into the journal too: taking the record again would wipe it.
    (void)state_edit(state, pool, record);
    remember(state, (struct undo_head){record, UNDO_GIVE, (uint8_t)pool, 0}, NULL);
    pool_give(&state->pools[pool], record);
}

void *state_edit(struct state *state, enum pool_name pool, uint32_t record)
{
    const uint16_t size = (uint16_t)state->pools[pool].record_size;
    void          *at = pool_at(&state->pools[pool], record);
    assert(record != 0);
    remember(state, (struct undo_head){record, UNDO_EDIT, (uint8_t)pool, size}, at);
    return at;
}

static void put_waiting(struct state *state, const struct queue *queue, uint64_t number)
{
    const struct waiting *waiting = &queue->waiting[number % LOAD_WAITING];
    index_add(&state->indexes[waiting->index], waiting->record, waiting->hash);
}

static void add_later(struct state *state, enum index_name index, uint32_t record, uint64_t hash)
{
    struct queue  *queue = &state->queues[index >= INDEX_RETRY];
    const uint64_t number = queue->count++;
    if (number >= LOAD_WAITING) put_waiting(state, queue, number - LOAD_WAITING);
    queue->waiting[number % LOAD_WAITING] = (struct waiting){hash, record, index};
    index_fetch(&state->indexes[index], hash);
}

void state_load_begin(struct state *state)
{
    assert(state->journal_size == 0);
    state->is_loaded = true;
    state->queues[0].count = 0;
    state->queues[1].count = 0;
}

static void empty_queue(struct state *state, const struct queue *queue)
{
    const uint64_t count = queue->count;
    for (uint64_t i = count < LOAD_WAITING ? 0 : count - LOAD_WAITING; i < count; i++) {
        put_waiting(state, queue, i);
    }
}

void state_load_end(struct state *state)
{
    empty_queue(state, &state->queues[0]);
    empty_queue(state, &state->queues[1]);
    state->is_loaded = false;
}

void state_index_add(struct state *state, enum index_name index, uint32_t record, uint64_t hash)
{
    if (state->is_loaded) {
        add_later(state, index, record, hash);
        return;
    }
    remember(state, (struct undo_head){record, UNDO_INDEX_ADD, (uint8_t)index, 0}, NULL);
    index_add(&state->indexes[index], record, hash);
}

void state_index_remove(struct state *state, enum index_name index, uint32_t record)
{
    // The index forgets the hash once another record takes the place of this one.
    const uint32_t hash = state->indexes[index].links[record].hash;
    remember(state, (struct undo_head){record, UNDO_INDEX_REMOVE, (uint8_t)index, sizeof hash},
             &hash);
    index_remove(&state->indexes[index], record);
}

void state_index_expect(struct state *state, enum pool_name pool)
{
    const uint32_t count = state_count(state, pool);
    if (pool >= POOL_RETRY) index_expect(&state->indexes[INDEX_RETRY + (pool - POOL_RETRY)], count);
    for (uint32_t i = 0; i < INDEX_RETRY; i++) {
        if (index_pools[i] == pool) index_expect(&state->indexes[i], count);
    }
}

const void *state_read(const struct state *state, enum pool_name pool, uint32_t record)
{
    return pool_at(&state->pools[pool], record);
}

uint32_t state_count(const struct state *state, enum pool_name pool)
{
    return pool_count(&state->pools[pool]);
}

uint32_t state_room(const struct state *state, enum pool_name pool)
{
    return pool_room(&state->pools[pool]);
}

uint32_t state_first(const struct state *state, enum index_name index, uint64_t hash)
{
    return index_first(&state->indexes[index], hash);
}

uint32_t state_next(const struct state *state, enum index_name index, uint32_t record)
{
    return index_next(&state->indexes[index], record);
}

static enum pool_name pool_of(enum index_name index)
{
    return index >= INDEX_RETRY ? (enum pool_name)(POOL_RETRY + (index - INDEX_RETRY))
                                : index_pools[index];
}

void state_fetch(const struct state *state, enum index_name index, uint64_t hash)
{
    index_fetch(&state->indexes[index], hash);
}

void state_fetch_first(const struct state *state, enum index_name index, uint64_t hash)
{
    const uint32_t record = index_fetch_first(&state->indexes[index], hash);
    state_fetch_record(state, pool_of(index), record);
}

void state_fetch_link(const struct state *state, enum index_name index, uint64_t hash)
{
    (void)index_fetch_first(&state->indexes[index], hash);
}

void state_fetch_splits(const struct state *state, enum index_name index, uint32_t count)
{
    index_fetch_splits(&state->indexes[index], count);
}

// What is read of a record lies in its first two lines.
void state_fetch_record(const struct state *state, enum pool_name pool, uint32_t record)
{
    const uint8_t *at = state_read(state, pool, record);
    __builtin_prefetch(at);
    __builtin_prefetch(at + 64);
}

uint32_t state_found_group(const struct state *state)
{
    return *state->found_group;
}

void state_note_found_group(const struct state *state, uint32_t group)
{
    *state->found_group = group;
}

struct scratch_pair *state_scratch(struct state *state)
{
    return state->scratch;
}

void state_scratch_return(struct state *state, uint32_t pair_count)
{
    if (pair_count <= SCRATCH_KEEP_MAX) return;
    memory_zero(state->scratch + SCRATCH_KEEP_MAX,
                (pair_count - SCRATCH_KEEP_MAX) * sizeof(struct scratch_pair));
}

void state_forget_bucket(struct state *state, uint32_t bucket)
{
    assert(bucket < RETRY_BUCKET_COUNT);
    pool_empty(&state->pools[POOL_RETRY + bucket]);
    index_empty(&state->indexes[INDEX_RETRY + bucket]);
}

uint64_t state_hash(const struct state *state, uint32_t scope, struct bytes name)
{
    const uint64_t hash = crypto_short_hash(state->hash_key, name);
    return hash + scope * 0x9e3779b97f4a7c15ULL;
}

uint64_t state_hash_number(const struct state *state, uint32_t scope, uint64_t number)
{
    uint64_t hash = number + scope * 0x9e3779b97f4a7c15ULL + state->number_key;
    hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93ULL;
    hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93ULL;
    return hash ^ hash >> 32;
}

// --- Texts ------------------------------------------------------------------

enum { TEXT_POOL_COUNT = POOL_TEXT_LAST - POOL_TEXT + 1, TEXT_POOL_SHIFT = 30 };

// In its record a text stands behind one byte of size.
static uint32_t pool_for(size_t size)
{
    uint32_t pool = 0;
    assert(size <= TEXT_SIZE_MAX);
    while (pool_rows[POOL_TEXT + pool].record_size < size + 1) {
        pool++;
    }
    return pool;
}

bool text_has_room(const struct state *state, size_t size)
{
    return pool_room(&state->pools[POOL_TEXT + pool_for(size)]) > 0;
}

struct text_ref text_add(struct state *state, struct bytes text)
{
    if (text.size == 0) return (struct text_ref){0};
    const uint32_t pool = pool_for(text.size);
    const uint32_t record = state_take(state, POOL_TEXT + pool);
    uint8_t       *at = pool_at(&state->pools[POOL_TEXT + pool], record);
    at[0] = (uint8_t)text.size;
    memcpy(at + 1, text.at, text.size);
    return (struct text_ref){record | pool << TEXT_POOL_SHIFT};
}

static enum pool_name text_pool(struct text_ref text)
{
    return POOL_TEXT + (text.at >> TEXT_POOL_SHIFT);
}

static uint32_t text_record(struct text_ref text)
{
    return text.at & ((1U << TEXT_POOL_SHIFT) - 1);
}

void text_drop(struct state *state, struct text_ref text)
{
    if (text.at != 0) state_give(state, text_pool(text), text_record(text));
}

struct bytes text_of(const struct state *state, struct text_ref text)
{
    if (text.at == 0) return (struct bytes){NULL, 0};
    const uint8_t *at = state_read(state, text_pool(text), text_record(text));
    return (struct bytes){at + 1, at[0]};
}

void text_fetch(const struct state *state, struct text_ref text)
{
    if (text.at != 0) __builtin_prefetch(state_read(state, text_pool(text), text_record(text)));
}

bool text_is(const struct state *state, struct text_ref text, struct bytes same)
{
    return bytes_is_equal(text_of(state, text), same);
}

// --- Changes ----------------------------------------------------------------

void state_note_change(struct state *state, uint32_t group, uint32_t resource)
{
    const uint64_t seq = server_at(state)->size;
    state->changes[state->change_count++ % CHANGE_ROOM] = (struct change){seq, group, resource};
}

uint64_t state_change_count(const struct state *state)
{
    return state->change_count;
}

bool state_change_at(const struct state *state, uint64_t number, struct change *change)
{
    assert(number < state->change_count);
    if (number < state->change_first) return false;
    if (state->change_count - number > CHANGE_RING_SIZE) return false;
    *change = state->changes[number % CHANGE_ROOM];
    return true;
}

void state_forget_changes(struct state *state)
{
    const struct change last = {server_at(state)->size - 1, SERVER_GROUP, 0};
    for (uint32_t i = 0; i < CHANGE_ROOM; i++) {
        state->changes[i] = last;
    }
    state->change_count = CHANGE_ROOM;
}
