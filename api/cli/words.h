// words.h - one line into words, as a shell would: spaces part, '…', "…" and \ keep together.
#ifndef API_CLI_WORDS_H
#define API_CLI_WORDS_H

#include "core/base/bytes.h"

#include <stdbool.h>
#include <stdint.h>

enum { WORD_MAX = 2048, WORDS_SIZE_MAX = 16 * 1024 };

// The words point into the text that is kept here.
struct words {
    uint32_t count;
    size_t   size;             // of the text
    char    *at[WORD_MAX + 1]; // ends with NULL
    char     text[WORDS_SIZE_MAX];
};

// False for a quote that is not closed, and beyond the bounds.
bool words_split(struct bytes line, struct words *words);

// One more word, as it is. False beyond the bounds.
bool words_add(struct words *words, struct bytes word);

#endif
