#include "bench/redis.h"

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SHA_TEXT_SIZE = 40,
    PLANT_BATCH = 1000,
    ARGUMENT_COUNT = 3 + TREE_LEVELS + 2, // EVALSHA, the script, the number of keys, the keys
};

// Keys: the groups from the top, the unit, the audit stream.
static const char script[] = "for i = 1, 6 do\n"
                             "  local group = redis.call('HMGET', KEYS[i], 'used', 'allowed')\n"
                             "  if tonumber(group[1]) >= tonumber(group[2]) then return i end\n"
                             "end\n"
                             "if not redis.call('SET', KEYS[7], KEYS[6], 'NX') then return 7 end\n"
                             "for i = 1, 6 do redis.call('HINCRBY', KEYS[i], 'used', 1) end\n"
                             "redis.call('XADD', KEYS[8], '*', 'group', KEYS[6], 'unit', KEYS[7])\n"
                             "return 0\n";
static_assert(TREE_LEVELS == 6, "the script knows it");

struct client {
    redisContext *context;
    char          sha[SHA_TEXT_SIZE + 1];
    uint64_t      asked_count, answered_count; // requests
};

static void complain(const redisContext *context, const char *detail)
{
    (void)fprintf(stderr, "bench: redis: %s\n",
                  context != NULL && context->err != 0 ? context->errstr : detail);
}

// --- Connections ------------------------------------------------------------

static enum status open_context(const char *address, redisContext **context)
{
    *context = redisConnectUnix(address);
    if (*context == NULL) return STATUS_OUT_OF_MEMORY;
    if ((*context)->err == 0) return OK;
    complain(*context, "");
    return STATUS_UNREACHABLE;
}

static enum status load_script(struct client *client)
{
    redisReply *reply = redisCommand(client->context, "SCRIPT LOAD %s", script);
    if (reply == NULL || reply->type != REDIS_REPLY_STRING || reply->len != SHA_TEXT_SIZE) {
        complain(client->context, reply == NULL ? "" : reply->str);
        freeReplyObject(reply);
        return STATUS_UNSUPPORTED;
    }
    memcpy(client->sha, reply->str, SHA_TEXT_SIZE);
    freeReplyObject(reply);
    return OK;
}

static enum status open_client(const struct load_target *target, void **client)
{
    struct client *opened = calloc(1, sizeof *opened);
    if (opened == NULL) return STATUS_OUT_OF_MEMORY;
    *client = opened;
    const enum status status = open_context(target->address, &opened->context);
    return status == OK ? load_script(opened) : status;
}

static void close_client(void *client)
{
    struct client *closed = client;
    if (closed == NULL) return;
    if (closed->context != NULL) redisFree(closed->context);
    free(closed);
}

// --- Requests ---------------------------------------------------------------

struct arguments {
    const char *at[ARGUMENT_COUNT];
    size_t      size[ARGUMENT_COUNT];
    int         count;
};

static void add(struct arguments *arguments, const void *at, size_t size)
{
    arguments->at[arguments->count] = at;
    arguments->size[arguments->count] = size;
    arguments->count++;
}

static enum status append(struct client *client, const struct load_charge *charge)
{
    struct arguments arguments = {0};
    add(&arguments, "EVALSHA", 7);
    add(&arguments, client->sha, SHA_TEXT_SIZE);
    add(&arguments, "8", 1);
    for (size_t i = 0; i < charge->group.size; i++) { // each group above ends before a '/'
        if (charge->group.at[i] == '/') add(&arguments, charge->group.at, i);
    }
    add(&arguments, charge->group.at, charge->group.size);
    add(&arguments, charge->unit.at, charge->unit.size);
    add(&arguments, "audit", 5);
    if (redisAppendCommandArgv(client->context, arguments.count, arguments.at, arguments.size) ==
        REDIS_OK) {
        return OK;
    }
    complain(client->context, "");
    return STATUS_IO;
}

static enum status submit(void *client, const struct load_shape *shape, struct load_draw *draw,
                          uint64_t *ticket)
{
    struct client *caller = client;
    for (uint32_t i = 0; i < shape->per_request; i++) {
        const struct load_charge charge = load_draw(draw);
        const enum status        status = append(caller, &charge);
        if (status != OK) return status;
    }
    *ticket = caller->asked_count++;
    return OK;
}

// Sends what waits when there is no answer here yet.
static enum status take_answer(redisContext *context, int type)
{
    void *taken = NULL;
    if (redisGetReply(context, &taken) != REDIS_OK) {
        complain(context, "");
        return STATUS_IO;
    }
    redisReply *reply = taken;
    const bool  is_accepted = reply->type == type && reply->integer == 0;
    if (!is_accepted) complain(context, reply->str != NULL ? reply->str : "refused");
    freeReplyObject(reply);
    return is_accepted ? OK : STATUS_USAGE;
}

static enum status collect(void *client, const struct load_shape *shape, struct load_answer *answer)
{
    struct client *caller = client;
    for (uint32_t i = 0; i < shape->per_request; i++) {
        const enum status status = take_answer(caller->context, REDIS_REPLY_INTEGER);
        if (status != OK) return status;
    }
    *answer = (struct load_answer){.ticket = caller->answered_count++};
    return OK;
}

const struct load_system redis_system = {
    .name = "redis",
    .open = open_client,
    .close = close_client,
    .submit = submit,
    .collect = collect,
};

// --- The tree ---------------------------------------------------------------

static enum status take_answers(redisContext *context, uint32_t *waiting_count)
{
    for (; *waiting_count > 0; (*waiting_count)--) {
        const enum status status = take_answer(context, REDIS_REPLY_STATUS);
        if (status != OK) return status;
    }
    return OK;
}

static enum status plant_level(redisContext *context, const struct tree *tree, uint32_t level)
{
    uint32_t waiting_count = 0;
    for (uint32_t number = 0; number < tree_count(tree, level); number++) {
        char          room[TREE_PATH_MAX];
        struct buffer path = buffer_over(room, sizeof room);
        tree_path(tree, level, number, &path);
        if (redisAppendCommand(context, "HMSET %b used 0 allowed %llu", room, path.size,
                               (unsigned long long)tree_limit(tree, level)) != REDIS_OK) {
            return STATUS_IO;
        }
        waiting_count++;
        if (waiting_count < PLANT_BATCH) continue;
        const enum status status = take_answers(context, &waiting_count);
        if (status != OK) return status;
    }
    return take_answers(context, &waiting_count);
}

enum status redis_plant(const char *address, const struct tree *tree)
{
    redisContext *context = NULL;
    enum status   status = open_context(address, &context);
    for (uint32_t level = 0; level < TREE_LEVELS && status == OK; level++) {
        status = plant_level(context, tree, level);
    }
    if (context != NULL) redisFree(context);
    return status;
}
