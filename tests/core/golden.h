// golden.h - the bytes of golden/<name>.hex, for tests.
//
// Such a file has sections; each is hex with a comment that names the field. The bytes were not
// written by the code that is tested, and are added to, never edited.
#ifndef TESTS_CORE_GOLDEN_H
#define TESTS_CORE_GOLDEN_H

#include "core/base/bytes.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <stdio.h>
#include <string.h>

enum { GOLDEN_SIZE_MAX = 4096 };

static inline FILE *golden_open(const char *name)
{
    char path[512];
    (void)snprintf(path, sizeof path, SOURCE_DIR "/tests/core/golden/%s.hex", name);
    FILE *file = fopen(path, "r");
    cr_assert(file != NULL, "%s is there", path);
    return file;
}

static inline void golden_add_hex(const char *line, struct buffer *golden)
{
    unsigned byte = 0;
    int      step = 0;
    for (; sscanf(line, " %2x%n", &byte, &step) == 1; line += step)
        buffer_add_byte(golden, (uint8_t)byte);
}

// The bytes below [section]; memory has room for GOLDEN_SIZE_MAX.
static inline struct bytes golden(const char *name, const char *section, uint8_t *memory)
{
    char          line[256], head[64];
    bool          is_here = false;
    struct buffer buffer = buffer_over(memory, GOLDEN_SIZE_MAX);
    FILE         *file = golden_open(name);
    (void)snprintf(head, sizeof head, "[%s]\n", section);
    while (fgets(line, sizeof line, file) != NULL) {
        if (line[0] == '[')
            is_here = strcmp(line, head) == 0;
        else if (is_here && line[0] != '#')
            golden_add_hex(line, &buffer);
    }
    (void)fclose(file);
    cr_assert(gt(sz, buffer.size, 0), "%s has [%s]", name, section);
    cr_assert(not(buffer.is_full));
    return buffer_bytes(&buffer);
}

#endif
