#include "api/cli/words.h"

#include <string.h>

struct splitter {
    struct words *words;
    uint8_t       quote;   // the open one, or 0
    bool          is_open; // a word has begun
    bool          is_full;
};

static void put(struct splitter *splitter, char character)
{
    struct words *words = splitter->words;
    if (words->size == WORDS_SIZE_MAX) {
        splitter->is_full = true;
        return;
    }
    words->text[words->size++] = character;
}

static void open_word(struct splitter *splitter)
{
    struct words *words = splitter->words;
    if (splitter->is_open) return;
    if (words->count == WORD_MAX || words->size == WORDS_SIZE_MAX) {
        splitter->is_full = true;
        return;
    }
    words->at[words->count++] = words->text + words->size;
    splitter->is_open = true;
}

static void close_word(struct splitter *splitter)
{
    if (splitter->is_open) put(splitter, 0);
    splitter->is_open = false;
}

static bool is_space(uint8_t byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

static void take(struct splitter *splitter, uint8_t byte)
{
    if (splitter->quote == 0 && is_space(byte)) {
        close_word(splitter);
        return;
    }
    open_word(splitter);
    if (byte == splitter->quote) {
        splitter->quote = 0;
    } else if (splitter->quote == 0 && (byte == '\'' || byte == '"')) {
        splitter->quote = byte;
    } else {
        put(splitter, (char)byte);
    }
}

bool words_split(struct bytes line, struct words *words)
{
    struct splitter splitter = {.words = words};
    words->count = 0;
    words->size = 0;
    for (size_t i = 0; i < line.size && !splitter.is_full; i++) {
        if (line.at[i] == '\\' && splitter.quote != '\'' && i + 1 < line.size) {
            open_word(&splitter);
            put(&splitter, (char)line.at[++i]);
        } else {
            take(&splitter, line.at[i]);
        }
    }
    close_word(&splitter);
    words->at[words->count] = NULL;
    return splitter.quote == 0 && !splitter.is_full;
}

bool words_add(struct words *words, struct bytes word)
{
    if (words->count == WORD_MAX || WORDS_SIZE_MAX - words->size <= word.size) return false;
    char *at = words->text + words->size;
    if (word.size > 0) memcpy(at, word.at, word.size);
    at[word.size] = 0;
    words->size += word.size + 1;
    words->at[words->count++] = at;
    words->at[words->count] = NULL;
    return true;
}
