#include "core/event/license.h"

#include "core/base/name.h"

#include <assert.h>
#include <stddef.h>

static const char *const kind_words[] = {
    [PER_CHANNEL] = "per-channel",
    [PER_SERVER] = "per-server",
    [PER_DEVICE] = "per-device",
    [FEATURE] = "feature",
};

enum { KIND_COUNT = sizeof kind_words / sizeof kind_words[0], SERVER_SIZE_MAX = 128 };

const char *resource_kind_word(enum resource_kind kind)
{
    assert((size_t)kind < KIND_COUNT);
    return kind_words[kind];
}

static bool is_word(struct bytes text, const char *word)
{
    return bytes_is_equal(text, bytes_of_text(word));
}

static bool read_kind(struct bytes word, enum resource_kind *kind)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (!is_word(word, kind_words[i])) continue;
        *kind = (enum resource_kind)i;
        return true;
    }
    return false;
}

// "from T", "until T", "needs NAME": each at most once, in this order. Returns what is wrong.
static const char *read_options(struct bytes rest, struct license_entry *entry)
{
    struct bytes word = bytes_cut(&rest, ' ');
    if (is_word(word, "from")) {
        const bool is_time = time_from_text(bytes_cut(&rest, ' '), &entry->window.from_ms);
        if (!is_time) return "from needs a time like 2026-12-01T00:00:00Z";
        word = bytes_cut(&rest, ' ');
    }
    if (is_word(word, "until")) {
        const bool is_time = time_from_text(bytes_cut(&rest, ' '), &entry->window.until_ms);
        if (!is_time) return "until needs a time like 2026-12-01T00:00:00Z";
        word = bytes_cut(&rest, ' ');
    }
    if (is_word(word, "needs")) {
        entry->needs = bytes_cut(&rest, ' ');
        if (!name_is_valid(entry->needs)) return "needs wants the name of a resource";
        word = bytes_cut(&rest, ' ');
    }
    if (word.size != 0 || rest.size != 0) return "unknown words at the end of the line";
    if (!window_is_valid(entry->window)) return "from must come before until";
    if (entry->kind == FEATURE && entry->needs.size != 0) return "a feature needs nothing";
    return NULL;
}

// NAME COUNT KIND [options], or NAME feature [options].
static const char *read_entry(struct bytes line, struct license_entry *entry)
{
    *entry = (struct license_entry){.window = WINDOW_ALWAYS, .count = 1};
    entry->name = bytes_cut(&line, ' ');
    if (!name_is_valid(entry->name)) return "an entry begins with a name";
    struct bytes word = bytes_cut(&line, ' ');
    entry->kind = FEATURE;
    if (!is_word(word, kind_words[FEATURE])) {
        if (!bytes_to_decimal(word, COUNT_MAX, &entry->count)) return "a count, or feature";
        word = bytes_cut(&line, ' ');
        if (!read_kind(word, &entry->kind) || entry->kind == FEATURE) {
            return "the kind is per-channel, per-server or per-device";
        }
    }
    return read_options(line, entry);
}

static const char *read_head(struct bytes line, uint32_t number, struct license *license)
{
    struct bytes rest = line;
    if (number == 1) return is_word(line, "licet license v1") ? NULL : "not a licence file";
    const struct bytes word = bytes_cut(&rest, ' ');
    if (number == 2) {
        if (!is_word(word, "server") || rest.size == 0) return "server NAME stands here";
        if (rest.size > SERVER_SIZE_MAX || !text_is_one_line(rest)) return "not a server's name";
        if (rest.at[0] == ' ') return "not a server's name";
        license->server = rest;
        return NULL;
    }
    if (!is_word(word, "serial")) return "serial NUMBER stands here";
    if (!bytes_to_decimal(rest, INT64_MAX, &license->serial)) return "serial needs a number";
    return NULL;
}

static const struct license_entry *find(const struct license *license, struct bytes name)
{
    for (uint32_t i = 0; i < license->entry_count; i++) {
        if (bytes_is_equal(license->entries[i].name, name)) return &license->entries[i];
    }
    return NULL;
}

// Lines of one name agree on kind and need; what is needed is a resource of the file that needs
// nothing itself.
static const char *check_names(const struct license *license, const struct license_entry *entry)
{
    const struct license_entry *first = find(license, entry->name);
    assert(first != NULL);
    if (first->kind != entry->kind) return "another kind than an earlier line of this name";
    if (!bytes_is_equal(first->needs, entry->needs)) return "needs differs from an earlier line";
    if (entry->needs.size == 0) return NULL;
    const struct license_entry *needed = find(license, entry->needs);
    if (needed == NULL || needed->kind == FEATURE) return "needs a resource that the file lacks";
    if (needed->needs.size != 0) return "what is needed may need nothing itself";
    return NULL;
}

enum { HEAD_LINE_COUNT = 3 };

// The next line, which has the number.
static const char *read_line(struct bytes *rest, uint32_t number, struct license *license)
{
    const size_t       size = rest->size;
    const struct bytes line = bytes_cut(rest, '\n');
    if (size == 0) return "the file ends early";
    if (size - rest->size == line.size) return "the last line has no end";
    if (line.size > 0 && line.at[line.size - 1] == ' ') return "a space at the end of the line";
    if (number <= HEAD_LINE_COUNT) return read_head(line, number, license);
    if (license->entry_count == LICENSE_ENTRY_MAX) return "too many entries";
    return read_entry(line, &license->entries[license->entry_count++]);
}

bool license_read(struct bytes text, struct license *license, struct license_fault *fault)
{
    struct bytes rest = text;
    *fault = (struct license_fault){.line = 0};
    license->entry_count = 0;
    while (fault->reason == NULL && (rest.size > 0 || fault->line < HEAD_LINE_COUNT)) {
        fault->reason = read_line(&rest, ++fault->line, license);
    }
    for (uint32_t i = 0; i < license->entry_count && fault->reason == NULL; i++) {
        fault->line = HEAD_LINE_COUNT + 1 + i;
        fault->reason = check_names(license, &license->entries[i]);
    }
    return fault->reason == NULL;
}
