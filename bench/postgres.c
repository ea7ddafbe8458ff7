#include "bench/postgres.h"

#include <errno.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    LANE_MAX = 64,
    NODES_TEXT_MAX = TREE_LEVELS * TREE_PATH_MAX + 16,
    UNIT_TEXT_MAX = 64,
    ANSWER_MS = 20 * 1000,
};

// The groups come last: the top one is everybody's, and its row is held until the transaction has
// reached the disk.
static const char schema[] =
    "CREATE TABLE groups (path text PRIMARY KEY, used bigint NOT NULL DEFAULT 0,"
    "  allowed bigint NOT NULL) WITH (fillfactor = 50);"
    "CREATE TABLE units (resource text, unit text, path text NOT NULL,"
    "  PRIMARY KEY (resource, unit));"
    "CREATE TABLE audit (seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,"
    "  at timestamptz NOT NULL DEFAULT now(), kind text NOT NULL, path text NOT NULL,"
    "  unit text NOT NULL);"
    "CREATE FUNCTION consume(nodes text[], taken text) RETURNS boolean LANGUAGE plpgsql AS $$"
    "DECLARE charged int;"
    "BEGIN"
    "  INSERT INTO units VALUES ('sip_number', taken, nodes[6]);"
    "  INSERT INTO audit (kind, path, unit) VALUES ('consumption', nodes[6], taken);"
    "  UPDATE groups SET used = used + 1 WHERE path = ANY (nodes) AND used < allowed;"
    "  GET DIAGNOSTICS charged = ROW_COUNT;"
    "  IF charged < 6 THEN RAISE EXCEPTION 'limit reached'; END IF;"
    "  RETURN true;"
    "END $$;";
static_assert(TREE_LEVELS == 6, "the function knows it");

struct lane {
    PGconn *connection;
    bool    is_busy;
};

struct client {
    const char *address;
    struct lane lanes[LANE_MAX];
};

static enum status complain(const PGconn *connection, enum status status)
{
    (void)fprintf(stderr, "bench: postgresql: %s", PQerrorMessage(connection));
    return status;
}

static enum status run(PGconn *connection, const char *command, ExecStatusType expected)
{
    PGresult  *result = PQexec(connection, command);
    const bool is_done = PQresultStatus(result) == expected;
    PQclear(result);
    return is_done ? OK : complain(connection, STATUS_UNSUPPORTED);
}

// --- Connections ------------------------------------------------------------

static enum status open_client(const struct load_target *target, void **client)
{
    struct client *opened = calloc(1, sizeof *opened);
    if (opened == NULL) return STATUS_OUT_OF_MEMORY;
    opened->address = target->address;
    *client = opened;
    return OK;
}

static void close_client(void *client)
{
    struct client *closed = client;
    if (closed == NULL) return;
    for (uint32_t i = 0; i < LANE_MAX; i++) {
        PQfinish(closed->lanes[i].connection);
    }
    free(closed);
}

static enum status open_lane(const char *address, struct lane *lane)
{
    lane->connection = PQconnectdb(address);
    if (PQstatus(lane->connection) != CONNECTION_OK) {
        return complain(lane->connection, STATUS_UNREACHABLE);
    }
    PGresult  *result = PQprepare(lane->connection, "consume", "SELECT consume($1, $2)", 2, NULL);
    const bool is_prepared = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    if (is_prepared && PQenterPipelineMode(lane->connection) == 1) return OK;
    return complain(lane->connection, STATUS_UNSUPPORTED);
}

// The first that is idle: no more are ever opened than there are requests in flight.
static enum status find_lane(struct client *client, uint32_t *found)
{
    for (uint32_t i = 0; i < LANE_MAX; i++) {
        if (client->lanes[i].is_busy) continue;
        *found = i;
        return client->lanes[i].connection != NULL ? OK
                                                   : open_lane(client->address, &client->lanes[i]);
    }
    return STATUS_OVERLOADED;
}

// --- Requests ---------------------------------------------------------------

// {"acme","acme/region-1",…}; the names have nothing to escape.
static const char *nodes_text(struct bytes group, struct buffer *text)
{
    buffer_add_text(text, "{");
    for (size_t i = 0; i <= group.size; i++) {
        if (i < group.size && group.at[i] != '/') continue;
        if (text->size > 1) buffer_add_text(text, ",");
        buffer_add(text, (struct bytes){group.at, i});
    }
    buffer_add_text(text, "}");
    return buffer_text(text);
}

static bool send_one(PGconn *connection, const struct load_charge *charge)
{
    char              nodes_room[NODES_TEXT_MAX], unit_room[UNIT_TEXT_MAX];
    struct buffer     nodes = buffer_over(nodes_room, sizeof nodes_room);
    struct buffer     unit = buffer_over(unit_room, sizeof unit_room);
    const char *const values[] = {nodes_text(charge->group, &nodes), unit_room};
    buffer_add(&unit, charge->unit);
    (void)buffer_text(&unit);
    return PQsendQueryPrepared(connection, "consume", 2, values, NULL, NULL, 0) == 1;
}

static enum status submit(void *client, const struct load_shape *shape, struct load_draw *draw,
                          uint64_t *ticket)
{
    struct client *caller = client;
    uint32_t       number = 0;
    enum status    status = find_lane(caller, &number);
    if (status != OK) return status;
    struct lane *lane = &caller->lanes[number];
    for (uint32_t i = 0; i < shape->per_request; i++) {
        const struct load_charge charge = load_draw(draw);
        if (!send_one(lane->connection, &charge)) return complain(lane->connection, STATUS_IO);
    }
    if (PQpipelineSync(lane->connection) != 1 || PQflush(lane->connection) != 0) {
        return complain(lane->connection, STATUS_IO);
    }
    lane->is_busy = true;
    *ticket = number;
    return OK;
}

// --- Answers ----------------------------------------------------------------

// Takes what has come; the request is answered when its transaction is.
static enum status take_results(struct lane *lane)
{
    if (PQconsumeInput(lane->connection) != 1) return complain(lane->connection, STATUS_IO);
    while (lane->is_busy && PQisBusy(lane->connection) == 0) {
        PGresult            *result = PQgetResult(lane->connection);
        const ExecStatusType got = result == NULL ? PGRES_TUPLES_OK : PQresultStatus(result);
        PQclear(result);
        if (got == PGRES_PIPELINE_SYNC) lane->is_busy = false;
        if (got == PGRES_TUPLES_OK || got == PGRES_PIPELINE_SYNC) continue;
        return complain(lane->connection, STATUS_USAGE);
    }
    return OK;
}

static enum status wait(const struct client *client, struct pollfd polled[static LANE_MAX])
{
    for (uint32_t i = 0; i < LANE_MAX; i++) {
        const struct lane *lane = &client->lanes[i];
        polled[i] = (struct pollfd){.fd = lane->is_busy ? PQsocket(lane->connection) : -1,
                                    .events = POLLIN};
    }
    const int count = poll(polled, LANE_MAX, ANSWER_MS);
    if (count == 0) return STATUS_TIMED_OUT;
    return count > 0 || errno == EINTR ? OK : STATUS_IO;
}

static enum status collect(void *client, const struct load_shape *shape, struct load_answer *answer)
{
    struct client *caller = client;
    (void)shape;
    for (;;) {
        struct pollfd polled[LANE_MAX];
        enum status   status = wait(caller, polled);
        for (uint32_t i = 0; i < LANE_MAX && status == OK; i++) {
            struct lane *lane = &caller->lanes[i];
            if (polled[i].fd < 0 || polled[i].revents == 0) continue;
            status = take_results(lane);
            if (status != OK || lane->is_busy) continue;
            *answer = (struct load_answer){.ticket = i};
            return OK;
        }
        if (status != OK) return status;
    }
}

const struct load_system postgres_system = {
    .name = "postgresql",
    .open = open_client,
    .close = close_client,
    .submit = submit,
    .collect = collect,
};

// --- The tree ---------------------------------------------------------------

static bool copy_level(PGconn *connection, const struct tree *tree, uint32_t level)
{
    for (uint32_t number = 0; number < tree_count(tree, level); number++) {
        char          room[TREE_PATH_MAX + 32];
        struct buffer line = buffer_over(room, sizeof room);
        tree_path(tree, level, number, &line);
        buffer_add_text(&line, "\t");
        buffer_add_decimal(&line, tree_limit(tree, level));
        buffer_add_text(&line, "\n");
        if (PQputCopyData(connection, room, (int)line.size) != 1) return false;
    }
    return true;
}

static enum status copy_tree(PGconn *connection, const struct tree *tree)
{
    enum status status = run(connection, "COPY groups (path, allowed) FROM STDIN", PGRES_COPY_IN);
    bool        is_copied = status == OK;
    for (uint32_t level = 0; level < TREE_LEVELS && is_copied; level++) {
        is_copied = copy_level(connection, tree, level);
    }
    if (!is_copied || PQputCopyEnd(connection, NULL) != 1) return complain(connection, STATUS_IO);
    PGresult *result = PQgetResult(connection);
    is_copied = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    PQclear(PQgetResult(connection)); // NULL: the copy is over
    return is_copied ? OK : complain(connection, STATUS_IO);
}

enum status postgres_plant(const char *address, const struct tree *tree)
{
    PGconn     *connection = PQconnectdb(address);
    enum status status = OK;
    if (PQstatus(connection) != CONNECTION_OK) status = complain(connection, STATUS_UNREACHABLE);
    if (status == OK) status = run(connection, schema, PGRES_COMMAND_OK);
    if (status == OK) status = copy_tree(connection, tree);
    if (status == OK) status = run(connection, "VACUUM ANALYZE groups", PGRES_COMMAND_OK);
    PQfinish(connection);
    return status;
}
