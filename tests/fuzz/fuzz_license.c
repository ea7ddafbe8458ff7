// Whatever is read as a licence file keeps its promises, and says the same when written out anew.
#include "core/base/name.h"
#include "core/event/license.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_entry(const struct license_entry *entry, struct buffer *text)
{
    char time[TIME_TEXT_SIZE];
    buffer_add(text, entry->name);
    if (entry->kind != FEATURE) {
        buffer_add_byte(text, ' ');
        buffer_add_decimal(text, entry->count);
    }
    buffer_printf(text, " %s", resource_kind_word(entry->kind));
    if (entry->window.from_ms != 0)
        buffer_printf(text, " from %s", time_to_text(entry->window.from_ms, time));
    if (entry->window.until_ms != TIME_NEVER)
        buffer_printf(text, " until %s", time_to_text(entry->window.until_ms, time));
    if (entry->needs.size > 0) {
        buffer_add_text(text, " needs ");
        buffer_add(text, entry->needs);
    }
    buffer_add_byte(text, '\n');
}

static void write_license(const struct license *license, struct buffer *text)
{
    buffer_add_text(text, "licet license v1\nserver ");
    buffer_add(text, license->server);
    buffer_add_text(text, "\nserial ");
    buffer_add_decimal(text, license->serial);
    buffer_add_byte(text, '\n');
    for (uint32_t i = 0; i < license->entry_count; i++)
        write_entry(&license->entries[i], text);
}

static void check_entry(const struct license_entry *entry)
{
    assert(name_is_valid(entry->name));
    assert(entry->kind <= FEATURE);
    assert(entry->count <= COUNT_MAX);
    assert(window_is_valid(entry->window));
    assert(entry->needs.size == 0 || name_is_valid(entry->needs));
}

static void check_same(const struct license_entry *a, const struct license_entry *b)
{
    assert(bytes_is_equal(a->name, b->name));
    assert(a->kind == b->kind);
    assert(a->count == b->count);
    assert(a->window.from_ms == b->window.from_ms);
    assert(a->window.until_ms == b->window.until_ms);
    assert(bytes_is_equal(a->needs, b->needs));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t        memory[256 * 1024];
    static struct license license, again;
    struct license_fault  fault;
    const struct bytes    text = {data, size};
    if (!license_read(text, &license, &fault)) {
        assert(fault.reason != NULL);
        assert(fault.line >= 1);
        return 0;
    }
    struct buffer written = buffer_over(memory, sizeof memory);
    write_license(&license, &written);
    const bool is_read = license_read(buffer_bytes(&written), &again, &fault);
    assert(is_read);
    assert(again.serial == license.serial);
    assert(bytes_is_equal(again.server, license.server));
    assert(again.entry_count == license.entry_count);
    for (uint32_t i = 0; i < license.entry_count; i++) {
        check_entry(&license.entries[i]);
        check_same(&license.entries[i], &again.entries[i]);
    }
    return 0;
}
