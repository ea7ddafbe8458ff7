#include "projections/snapshot_rows.h"

#include "core/base/pack.h"
#include "projections/actors.h"
#include "projections/groups.h"
#include "projections/holdings.h"
#include "projections/leases.h"
#include "projections/notices.h"
#include "projections/packages.h"
#include "projections/quota.h"
#include "projections/reminders.h"
#include "projections/retries.h"
#include "projections/users.h"

#define PLACE(record, member)   offsetof(struct record, member)
#define SIZE_OF(record, member) sizeof(((struct record *)0)->member)
#define COLUMN(record, member, type, pool, max)                                  \
    {                                                                            \
#member, type, pool, PLACE(record, member), SIZE_OF(record, member), max \
    }

#define NUMBER(record, member)        COLUMN(record, member, COLUMN_NUMBER, POOL_SERVER, 0)
#define AT_MOST(record, member, most) COLUMN(record, member, COLUMN_NUMBER, POOL_SERVER, most)
#define FLAG(record, member)          COLUMN(record, member, COLUMN_FLAG, POOL_SERVER, 0)
#define RECORD(record, member, pool)  COLUMN(record, member, COLUMN_RECORD, pool, 0)
#define CUT(record, member)           COLUMN(record, member, COLUMN_CUT, POOL_HOLDING, 0)
#define SUBJECT(record, member)       COLUMN(record, member, COLUMN_SUBJECT, POOL_SERVER, 0)
#define TEXT(record, member)          COLUMN(record, member, COLUMN_TEXT, POOL_SERVER, 0)
#define BYTES(record, member)         COLUMN(record, member, COLUMN_BYTES, POOL_SERVER, 0)

// clang-format off

static const struct column server_columns[] = {
    NUMBER(server, size),
    NUMBER(server, time_ms),
    TEXT(server, origin),
    TEXT(server, name),
    TEXT(server, software_version),
    TEXT(server, eula_version),
    BYTES(server, ledger_key),
    BYTES(server, recovery_key),
    NUMBER(server, limited_since_ms),
    NUMBER(server, edge_ms),
    NUMBER(server, lease_base_ms),
    NUMBER(server, snapshot_size),
    NUMBER(server, snapshot_seq),
    NUMBER(server, archived_below),
    NUMBER(server, archived_seq),
    AT_MOST(server, limited_reason, EULA_CHANGED),
    RECORD(server, first_vendor, POOL_VENDOR),
    RECORD(server, newest_actor, POOL_ACTOR),
    RECORD(server, newest_resource, POOL_RESOURCE),
    RECORD(server, earliest_edge[HEAP_LEASES], POOL_EDGE),
    RECORD(server, earliest_edge[HEAP_OTHERS], POOL_EDGE),
    RECORD(server, first_user, POOL_USER),
    RECORD(server, last_user, POOL_USER),
    RECORD(server, first_due, POOL_REMINDING),
    RECORD(server, last_due, POOL_REMINDING),
    RECORD(server, first_reminder, POOL_REMINDER),
    RECORD(server, last_reminder, POOL_REMINDER),
    NUMBER(server, server_admin_count),
    NUMBER(server, refusal_rate),
    RECORD(server, first_cut, POOL_GROUP),
    NUMBER(server, cut_group_count),
    RECORD(server, newest_epoch, POOL_EPOCH),
    FLAG(server, has_test_clock),
    FLAG(server, must_sign),
};

static const struct column group_columns[] = {
    NUMBER(group, id),
    NUMBER(group, placed_seq),
    TEXT(group, name),
    TEXT(group, label),
    RECORD(group, parent, POOL_GROUP),
    RECORD(group, first_child, POOL_GROUP),
    RECORD(group, last_child, POOL_GROUP),
    RECORD(group, next, POOL_GROUP),
    RECORD(group, previous, POOL_GROUP),
    RECORD(group, first_package, POOL_PACKAGE),
    RECORD(group, last_package, POOL_PACKAGE),
    RECORD(group, first_account, POOL_ACCOUNT),
    RECORD(group, first_member, POOL_MEMBER),
    RECORD(group, first_actor, POOL_ACTOR),
    RECORD(group, last_actor, POOL_ACTOR),
    RECORD(group, first_place, POOL_PLACE),
    NUMBER(group, place_count),
    NUMBER(group, child_count),
    NUMBER(group, member_count),
    NUMBER(group, version),
    RECORD(group, reminder_policy, POOL_REMINDER_POLICY),
    FLAG(group, is_restricted),
    FLAG(group, is_oversubscribed),
    FLAG(group, is_blocked),
};

static const struct column place_record_columns[] = {
    NUMBER(place_record, since_seq),
    NUMBER(place_record, until_seq),
    NUMBER(place_record, parent),
    TEXT(place_record, name),
    RECORD(place_record, next, POOL_PLACE),
};

static const struct column package_record_columns[] = {
    NUMBER(package_record, window.from_ms),
    NUMBER(package_record, window.until_ms),
    TEXT(package_record, name),
    RECORD(package_record, group, POOL_GROUP),
    RECORD(package_record, next, POOL_PACKAGE),
    RECORD(package_record, first_entry, POOL_ENTRY),
    RECORD(package_record, edge, POOL_EDGE),
    RECORD(package_record, reminding, POOL_REMINDING),
};

static const struct column entry_record_columns[] = {
    NUMBER(entry_record, count),
    RECORD(entry_record, resource, POOL_RESOURCE),
    RECORD(entry_record, next, POOL_ENTRY),
};

static const struct column resource_columns[] = {
    NUMBER(resource, id),
    TEXT(resource, name),
    AT_MOST(resource, kind, FEATURE),
    RECORD(resource, vendor, POOL_VENDOR),
    RECORD(resource, needs, POOL_RESOURCE),
    RECORD(resource, first_line, POOL_LINE),
    RECORD(resource, first_holding, POOL_HOLDING),
    RECORD(resource, last_holding, POOL_HOLDING),
    NUMBER(resource, holding_count),
    NUMBER(resource, most_of_user),
    RECORD(resource, next, POOL_RESOURCE),
    FLAG(resource, has_kind),
};

static const struct column line_columns[] = {
    NUMBER(line, window.from_ms),
    NUMBER(line, window.until_ms),
    NUMBER(line, count),
    RECORD(line, resource, POOL_RESOURCE),
    RECORD(line, vendor, POOL_VENDOR),
    RECORD(line, next, POOL_LINE),
    RECORD(line, next_of_vendor, POOL_LINE),
    RECORD(line, edge, POOL_EDGE),
    FLAG(line, is_current),
    FLAG(line, is_before),
};

static const struct column vendor_columns[] = {
    NUMBER(vendor, id),
    NUMBER(vendor, serial),
    NUMBER(vendor, file_seq),
    TEXT(vendor, name),
    BYTES(vendor, key),
    BYTES(vendor, file_hash),
    RECORD(vendor, next, POOL_VENDOR),
    RECORD(vendor, first_line, POOL_LINE),
    FLAG(vendor, is_trusted),
    FLAG(vendor, has_file),
};

static const struct column account_columns[] = {
    NUMBER(account, limit),
    NUMBER(account, next_ms),
    NUMBER(account, changed_seq),
    NUMBER(account, notice_seq),
    AT_MOST(account, notice, NOTICE_COUNT - 1),
    RECORD(account, parent, POOL_ACCOUNT),
    RECORD(account, first_child, POOL_ACCOUNT),
    RECORD(account, next, POOL_ACCOUNT),
    RECORD(account, previous, POOL_ACCOUNT),
    RECORD(account, group, POOL_GROUP),
    RECORD(account, resource, POOL_RESOURCE),
    RECORD(account, next_of_group, POOL_ACCOUNT),
    NUMBER(account, used),
    NUMBER(account, below),
    NUMBER(account, kept),
    CUT(account, last_kept),
    RECORD(account, first_holding, POOL_HOLDING),
    RECORD(account, last_holding, POOL_HOLDING),
    RECORD(account, first_step, POOL_STEP),
    NUMBER(account, step_count),
    NUMBER(account, tied),
};

static const struct column step_columns[] = {
    NUMBER(step, ms),
    NUMBER(step, delta),
    RECORD(step, next, POOL_STEP),
};

static const struct column holding_columns[] = {
    NUMBER(holding, id),
    TEXT(holding, unit),
    RECORD(holding, account, POOL_ACCOUNT),
    RECORD(holding, user, POOL_USER),
    RECORD(holding, next, POOL_HOLDING),
    RECORD(holding, previous, POOL_HOLDING),
    RECORD(holding, next_of_account, POOL_HOLDING),
    RECORD(holding, previous_of_account, POOL_HOLDING),
    RECORD(holding, next_of_user, POOL_HOLDING),
    RECORD(holding, previous_of_user, POOL_HOLDING),
    RECORD(holding, leasehold, POOL_LEASEHOLD),
    RECORD(holding, bound, POOL_HOLDING),
    AT_MOST(holding, directions, 3),
    FLAG(holding, is_service),
    FLAG(holding, is_needed),
};

static const struct column lease_columns[] = {
    NUMBER(lease, id),
    NUMBER(lease, renewed_ms),
    NUMBER(lease, length_ms),
    TEXT(lease, set),
    RECORD(lease, first_leasehold, POOL_LEASEHOLD),
    RECORD(lease, last_leasehold, POOL_LEASEHOLD),
    RECORD(lease, edge, POOL_EDGE),
};

static const struct column leasehold_columns[] = {
    RECORD(leasehold, lease, POOL_LEASE),
    RECORD(leasehold, holding, POOL_HOLDING),
    RECORD(leasehold, next, POOL_LEASEHOLD),
    RECORD(leasehold, previous, POOL_LEASEHOLD),
};

static const struct column user_columns[] = {
    NUMBER(user, id),
    TEXT(user, name),
    RECORD(user, first_member, POOL_MEMBER),
    NUMBER(user, member_count),
    RECORD(user, first_holding, POOL_HOLDING),
    NUMBER(user, holding_count),
    RECORD(user, next, POOL_USER),
    RECORD(user, previous, POOL_USER),
};

static const struct column member_columns[] = {
    NUMBER(member, id),
    NUMBER(member, window.from_ms),
    NUMBER(member, window.until_ms),
    RECORD(member, user, POOL_USER),
    RECORD(member, group, POOL_GROUP),
    RECORD(member, next_of_user, POOL_MEMBER),
    RECORD(member, next_of_group, POOL_MEMBER),
    RECORD(member, previous_of_group, POOL_MEMBER),
    RECORD(member, first_entry, POOL_ENTRY),
    RECORD(member, edge, POOL_EDGE),
    FLAG(member, has_assignment),
};

static const struct column actor_columns[] = {
    NUMBER(actor, id),
    TEXT(actor, name),
    BYTES(actor, key),
    AT_MOST(actor, role, RECOVERY),
    RECORD(actor, group, POOL_GROUP),
    RECORD(actor, next, POOL_ACTOR),
    RECORD(actor, next_of_group, POOL_ACTOR),
    RECORD(actor, previous_of_group, POOL_ACTOR),
    FLAG(actor, is_removed),
    FLAG(actor, must_sign),
};

static const struct column reminder_policy_record_columns[] = {
    NUMBER(reminder_policy_record, days),
    NUMBER(reminder_policy_record, date_ms),
    RECORD(reminder_policy_record, group, POOL_GROUP),
    AT_MOST(reminder_policy_record, frequency, FREQUENCY_EVERY_30_DAYS),
    RECORD(reminder_policy_record, first_reminder, POOL_REMINDER),
    RECORD(reminder_policy_record, last_reminder, POOL_REMINDER),
    FLAG(reminder_policy_record, is_enabled),
    FLAG(reminder_policy_record, is_copied),
};

static const struct column reminding_columns[] = {
    NUMBER(reminding, due_ms),
    NUMBER(reminding, last_ms),
    NUMBER(reminding, last_seq),
    RECORD(reminding, package, POOL_PACKAGE),
    RECORD(reminding, edge, POOL_EDGE),
    RECORD(reminding, next_due, POOL_REMINDING),
    RECORD(reminding, previous_due, POOL_REMINDING),
    FLAG(reminding, is_delivered),
};

static const struct column reminder_record_columns[] = {
    NUMBER(reminder_record, seq),
    NUMBER(reminder_record, until_ms),
    NUMBER(reminder_record, due_ms),
    TEXT(reminder_record, package),
    RECORD(reminder_record, group, POOL_GROUP),
    NUMBER(reminder_record, failure_count),
    RECORD(reminder_record, next, POOL_REMINDER),
    RECORD(reminder_record, previous, POOL_REMINDER),
    RECORD(reminder_record, next_of_group, POOL_REMINDER),
    RECORD(reminder_record, previous_of_group, POOL_REMINDER),
};

static const struct column edge_columns[] = {
    NUMBER(edge, ms),
    NUMBER(edge, id),
    NUMBER(edge, ordinal),
    AT_MOST(edge, kind, EDGE_KIND_COUNT - 1),
    SUBJECT(edge, subject),
    RECORD(edge, parent, POOL_EDGE),
    RECORD(edge, left, POOL_EDGE),
    RECORD(edge, right, POOL_EDGE),
    NUMBER(edge, rank),
};

static const struct column epoch_record_columns[] = {
    NUMBER(epoch_record, seq),
    NUMBER(epoch_record, number),
    NUMBER(epoch_record, keyid),
    RECORD(epoch_record, next, POOL_EPOCH),
    BYTES(epoch_record, key),
};

static const struct column retry_columns[] = {
    NUMBER(retry, author),
    NUMBER(retry, seq),
    NUMBER(retry, not_after_ms),
    BYTES(retry, id),
};

#define ROW(record, index)                                                       \
    {#record, record##_columns, sizeof record##_columns / sizeof record##_columns[0], \
     sizeof(struct record), index}

static const struct snapshot_row rows[SNAPSHOT_POOL_COUNT] = {
    [POOL_SERVER] = ROW(server, NULL),
    [POOL_GROUP] = ROW(group, group_index),
    [POOL_PLACE] = ROW(place_record, NULL),
    [POOL_PACKAGE] = ROW(package_record, NULL),
    [POOL_ENTRY] = ROW(entry_record, NULL),
    [POOL_RESOURCE] = ROW(resource, resource_index),
    [POOL_LINE] = ROW(line, NULL),
    [POOL_VENDOR] = ROW(vendor, NULL),
    [POOL_ACCOUNT] = ROW(account, account_index),
    [POOL_STEP] = ROW(step, NULL),
    [POOL_HOLDING] = ROW(holding, holding_index),
    [POOL_LEASE] = ROW(lease, lease_index),
    [POOL_LEASEHOLD] = ROW(leasehold, NULL),
    [POOL_USER] = ROW(user, user_index),
    [POOL_MEMBER] = ROW(member, member_index),
    [POOL_ACTOR] = ROW(actor, actor_index),
    [POOL_REMINDER_POLICY] = ROW(reminder_policy_record, NULL),
    [POOL_REMINDING] = ROW(reminding, NULL),
    [POOL_REMINDER] = ROW(reminder_record, reminder_index),
    [POOL_EDGE] = ROW(edge, NULL),
    [POOL_EPOCH] = ROW(epoch_record, NULL),
};

static const struct snapshot_row retry_row = ROW(retry, NULL);

static const enum pool_name subject_pools[EDGE_KIND_COUNT] = {
    [EDGE_LEASE] = POOL_LEASE,         [EDGE_PACKAGE] = POOL_PACKAGE, [EDGE_LINE] = POOL_LINE,
    [EDGE_MEMBER] = POOL_MEMBER,       [EDGE_REMINDER] = POOL_REMINDING,
};

// clang-format on

const struct snapshot_row *snapshot_row(enum pool_name pool)
{
    assert((uint32_t)pool < SNAPSHOT_POOL_COUNT);
    return &rows[pool];
}

const struct snapshot_row *snapshot_retry_row(void)
{
    return &retry_row;
}

enum pool_name snapshot_subject_pool(enum edge_kind kind)
{
    assert((uint32_t)kind < EDGE_KIND_COUNT);
    return subject_pools[kind];
}

// --- The layout -------------------------------------------------------------

static void add_row(struct hash_stream *stream, const struct snapshot_row *row)
{
    uint8_t       room[64];
    struct buffer packed = buffer_over(room, sizeof room);
    pack_key(&packed, row->name);
    pack_number(&packed, row->column_count);
    hash_stream_add(stream, buffer_bytes(&packed));
    for (uint32_t i = 0; i < row->column_count; i++) {
        const struct column *column = &row->columns[i];
        packed.size = 0;
        pack_key(&packed, column->name);
        pack_number(&packed, column->type);
        pack_number(&packed, column->pool);
        pack_number(&packed, column->size);
        assert(!packed.is_full);
        hash_stream_add(stream, buffer_bytes(&packed));
    }
}

enum status snapshot_layout(struct hash *layout)
{
    struct hash_stream stream;
    const enum status  status = hash_stream_init(&stream);
    if (status != OK) return status;
    for (uint32_t i = 0; i < SNAPSHOT_POOL_COUNT; i++) {
        add_row(&stream, &rows[i]);
    }
    add_row(&stream, &retry_row);
    *layout = hash_stream_finish(&stream);
    hash_stream_release(&stream);
    return OK;
}
