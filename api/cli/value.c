#include "api/cli/value.h"

#include "api/cli/words.h"
#include "api/wire/file.h"
#include "core/base/limits.h"
#include "core/base/name.h"
#include "core/base/pack.h"
#include "core/base/window.h"
#include "core/proof/crypto.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PAIR_FIELD_COUNT = 2, WORD_SIZE_MAX = 512 };

static bool refuse(struct value_maker *maker, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool refuse(struct value_maker *maker, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(maker->reason, sizeof maker->reason, format, arguments);
    va_end(arguments);
    return false;
}

// --- Times ------------------------------------------------------------------

bool value_time(const char *text, uint64_t now_ms, uint64_t *ms)
{
    const struct bytes whole = bytes_of_text(text);
    uint64_t           ahead_ms = 0;
    if (whole.size == 0 || whole.at[0] != '+') return time_from_text(whole, ms);
    if (!duration_from_text(bytes_after(whole, 1), TIME_MS_MAX - now_ms, &ahead_ms)) return false;
    *ms = now_ms + ahead_ms;
    return true;
}

// What means that nothing is said has one form only.
static void put_number(const struct field *field, uint64_t number, struct buffer *out)
{
    if (field->is_optional && number == field->absent) {
        pack_nil(out);
    } else {
        pack_number(out, number);
    }
}

static bool add_time(struct value_maker *maker, const struct field *field, const char *text,
                     struct buffer *out)
{
    uint64_t ms = 0;
    if (field->is_optional && strcmp(text, "never") == 0) {
        pack_nil(out);
        return true;
    }
    if (!value_time(text, maker->now_ms, &ms)) {
        return refuse(maker, "'%s' is not a time like 2026-12-01T00:00Z or +30d", text);
    }
    put_number(field, ms, out);
    return true;
}

// --- Numbers and words ------------------------------------------------------

static bool add_number(struct value_maker *maker, const struct field *field, const char *text,
                       struct buffer *out)
{
    uint64_t number = 0;
    if (!bytes_to_decimal(bytes_of_text(text), field->max, &number)) {
        return refuse(maker, "'%s' is not a number up to %llu", text,
                      (unsigned long long)field->max);
    }
    put_number(field, number, out);
    return true;
}

static bool add_duration(struct value_maker *maker, const struct field *field, const char *text,
                         struct buffer *out)
{
    char     most[TIME_TEXT_SIZE];
    uint64_t ms = 0;
    if (!duration_from_text(bytes_of_text(text), field->max, &ms)) {
        return refuse(maker, "'%s' is not a duration like 90s, 10m, 2h or 1d, up to %s", text,
                      duration_to_text(field->max, most));
    }
    put_number(field, ms, out);
    return true;
}

static bool add_choice(struct value_maker *maker, const struct field *field, const char *text,
                       struct buffer *out)
{
    for (uint64_t i = 0; field->words[i] != NULL; i++) {
        if (strcmp(field->words[i], text) != 0) continue;
        put_number(field, i, out);
        return true;
    }
    return refuse(maker, "'%s' is none of: %s", text, field->help);
}

// --- Texts ------------------------------------------------------------------

static bool add_name(struct value_maker *maker, const char *text, struct buffer *out)
{
    if (!name_is_valid(bytes_of_text(text))) {
        return refuse(maker, "'%s' is not a name: 1 to %d bytes, no /, no space at an end", text,
                      NAME_SIZE_MAX);
    }
    pack_key(out, text);
    return true;
}

static bool add_path(struct value_maker *maker, const char *text, struct buffer *out)
{
    if (!path_is_valid(bytes_of_text(text))) {
        return refuse(maker,
                      "'%s' is not a path: names joined by /, at most %d; / alone is the "
                      "server",
                      text, DEPTH_MAX);
    }
    pack_key(out, text);
    return true;
}

static bool add_text(struct value_maker *maker, const struct field *field, const char *text,
                     struct buffer *out)
{
    const struct bytes bytes = bytes_of_text(text);
    if (bytes.size == 0 || bytes.size > field->max || !text_is_one_line(bytes)) {
        return refuse(maker, "'%s' is not one line of 1 to %llu bytes", text,
                      (unsigned long long)field->max);
    }
    pack_text(out, bytes);
    return true;
}

// --- Files and keys ---------------------------------------------------------

static bool add_file(struct value_maker *maker, const struct field *field, const char *path,
                     struct buffer *out)
{
    const size_t      start = maker->files.size;
    const enum status status = file_read(path, &maker->files);
    if (status != OK) return refuse(maker, "%s: %s", path, status_sentence(status));
    const struct bytes content = bytes_after(buffer_bytes(&maker->files), start);
    if (content.size == 0 || content.size > field->max) {
        return refuse(maker, "%s: not of 1 to %llu bytes", path, (unsigned long long)field->max);
    }
    if (!text_is_utf8(content)) return refuse(maker, "%s: not UTF-8", path);
    pack_text(out, content);
    return true;
}

static bool add_key(struct value_maker *maker, const char *text, struct buffer *out)
{
    struct verifier verifier;
    enum status     status = verifier_parse(&verifier, bytes_of_text(text));
    if (status != OK) status = file_read_verifier(text, &verifier);
    if (status != OK) {
        return refuse(maker, "%s: not a public key of a vkey file: %s", text,
                      status_sentence(status));
    }
    pack_binary(out, (struct bytes){verifier.key, sizeof verifier.key});
    return true;
}

static bool add_id(struct value_maker *maker, const char *text, struct buffer *out)
{
    uint8_t id[PROPOSAL_ID_SIZE];
    if (!crypto_hex_decode(bytes_of_text(text), id, sizeof id)) {
        return refuse(maker, "'%s' is not an id of %d hexadecimal digits", text,
                      2 * PROPOSAL_ID_SIZE);
    }
    pack_binary(out, (struct bytes){id, sizeof id});
    return true;
}

bool value_add(struct value_maker *maker, const struct field *field, const char *text,
               struct buffer *out)
{
    switch (field->type) {
    case FIELD_NUMBER:
        return add_number(maker, field, text, out);
    case FIELD_TIME:
        return add_time(maker, field, text, out);
    case FIELD_DURATION:
        return add_duration(maker, field, text, out);
    case FIELD_FLAG:
        pack_flag(out, strcmp(text, "true") == 0);
        return true;
    case FIELD_CHOICE:
        return add_choice(maker, field, text, out);
    case FIELD_NAME:
        return add_name(maker, text, out);
    case FIELD_PATH:
        return add_path(maker, text, out);
    case FIELD_TEXT:
        return add_text(maker, field, text, out);
    case FIELD_FILE:
        return add_file(maker, field, text, out);
    case FIELD_KEY:
        return add_key(maker, text, out);
    case FIELD_ID:
        return add_id(maker, text, out);
    case FIELD_HASH: // no command takes these
    case FIELD_BINARY:
    case FIELD_ANY:
    case FIELD_LIST:
    case FIELD_EVENTS:
        break;
    }
    assert(false);
    return false;
}

// --- Items ------------------------------------------------------------------

// "NAME=VALUE": the last '=' parts it, since names may have one.
static bool add_pair(struct value_maker *maker, const struct record *record, const char *text,
                     struct buffer *out)
{
    char        name[WORD_SIZE_MAX];
    const char *equals = strrchr(text, '=');
    const int   size = equals == NULL ? (int)strlen(text) : (int)(equals - text);
    if ((size_t)size >= sizeof name) return refuse(maker, "'%s' is too long", text);
    (void)snprintf(name, sizeof name, "%.*s", size, text);
    pack_array(out, PAIR_FIELD_COUNT);
    if (!value_add(maker, &record->fields[0], name, out)) return false;
    if (equals != NULL) return value_add(maker, &record->fields[1], equals + 1, out);
    if (!record->fields[1].is_optional) {
        return refuse(maker, "'%s' should be %s=%s", text, record->fields[0].name,
                      record->fields[1].name);
    }
    pack_nil(out);
    return true;
}

// The value of the word "name=value" among the words; NULL: none.
static const char *named_word(const struct words *words, const char *name)
{
    const size_t size = strlen(name);
    for (uint32_t i = 1; i < words->count; i++) {
        if (strncmp(words->at[i], name, size) == 0 && words->at[i][size] == '=') {
            return words->at[i] + size + 1;
        }
    }
    return NULL;
}

static bool is_named(const struct record *record, const char *word)
{
    for (uint32_t i = 1; i < record->field_count; i++) {
        const size_t size = strlen(record->fields[i].name);
        if (strncmp(word, record->fields[i].name, size) == 0 && word[size] == '=') return true;
    }
    return false;
}

static bool add_inner_list(struct value_maker *maker, const struct record *record,
                           const struct field *field, const struct words *words, struct buffer *out)
{
    uint32_t count = 0;
    for (uint32_t i = 1; i < words->count; i++) {
        count += !is_named(record, words->at[i]);
    }
    pack_array(out, count);
    for (uint32_t i = 1; i < words->count; i++) {
        if (is_named(record, words->at[i])) continue;
        if (!add_pair(maker, field->item, words->at[i], out)) return false;
    }
    return true;
}

static bool add_record(struct value_maker *maker, const struct record *record,
                       const struct words *words, struct buffer *out)
{
    pack_array(out, record->field_count);
    if (!value_add(maker, &record->fields[0], words->at[0], out)) return false;
    for (uint32_t i = 1; i < record->field_count; i++) {
        const struct field *field = &record->fields[i];
        const char         *text = named_word(words, field->name);
        bool                is_good = true;
        if (field->type == FIELD_LIST) {
            is_good = add_inner_list(maker, record, field, words, out);
        } else if (text != NULL) {
            is_good = value_add(maker, field, text, out);
        } else if (field->is_optional) {
            pack_nil(out);
        } else {
            return refuse(maker, "%s= is missing", field->name);
        }
        if (!is_good) return false;
    }
    return true;
}

bool value_add_item(struct value_maker *maker, const struct record *record, const char *text,
                    struct buffer *out)
{
    if (record->field_count == PAIR_FIELD_COUNT) return add_pair(maker, record, text, out);
    struct words words;
    if (!words_split(bytes_of_text(text), &words) || words.count == 0) {
        return refuse(maker, "'%s' has an open quote, or nothing in it", text);
    }
    return add_record(maker, record, &words, out);
}
