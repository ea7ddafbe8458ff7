#include "api/cli/cells.h"

#include "core/proof/crypto.h"

void line_text(const struct call *call, struct bytes map, const char *key)
{
    const struct bytes text = message_text(map, key);
    if (text.at == NULL) return;
    (void)fprintf(call->out, "%-16s ", key);
    print_text(call->out, text);
    (void)fputc('\n', call->out);
}

void line_number(const struct call *call, struct bytes map, const char *key)
{
    const uint64_t number = message_number(map, key, UINT64_MAX);
    if (number == UINT64_MAX) return;
    (void)fprintf(call->out, "%-16s %llu\n", key, (unsigned long long)number);
}

void line_time(const struct call *call, struct bytes map, const char *key)
{
    char           text[TIME_TEXT_SIZE];
    const uint64_t ms = message_number(map, key, TIME_NEVER);
    if (ms != TIME_NEVER) (void)fprintf(call->out, "%-16s %s\n", key, print_time(ms, text));
}

const char *hex_of(struct bytes binary, uint8_t memory[static HEX_SIZE_MAX])
{
    struct buffer hex = buffer_over(memory, HEX_SIZE_MAX);
    crypto_hex_add(&hex, binary);
    return buffer_text(&hex);
}

void line_binary(const struct call *call, struct bytes map, const char *key)
{
    uint8_t            memory[HEX_SIZE_MAX];
    const struct bytes binary = message_binary(map, key);
    if (binary.at != NULL) (void)fprintf(call->out, "%-16s %s\n", key, hex_of(binary, memory));
}

void cell_number(struct table *table, struct bytes map, const char *key, const char *nil)
{
    const uint64_t number = message_number(map, key, UINT64_MAX);
    if (number == UINT64_MAX) {
        table_add(table, "%s", nil);
    } else {
        table_add(table, "%llu", (unsigned long long)number);
    }
}

void cell_count(struct table *table, struct bytes map, const char *key)
{
    const uint64_t number = message_number(map, key, 0);
    if (number == 0) {
        table_add(table, "%s", "");
    } else {
        table_add(table, "%llu", (unsigned long long)number);
    }
}

void cell_text(struct table *table, struct bytes map, const char *key)
{
    table_add_bytes(table, message_text(map, key));
}

void cell_time(struct table *table, struct bytes map, const char *key)
{
    const uint64_t ms = message_number(map, key, TIME_NEVER);
    table_add_time(table, ms == 0 ? TIME_NEVER : ms);
}
