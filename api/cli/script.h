// script.h - a file of commands, and the proposals that its lines make.
//
// A line is a proposal, lines between `begin` and `commit` are one that is all or nothing. A unit
// of the file is known by its text, and by how many of the same text stand before it: so a file may
// be mended after a part of it was applied, and that part is still known.
#ifndef API_CLI_SCRIPT_H
#define API_CLI_SCRIPT_H

#include "api/cli/line.h"

enum {
    SCRIPT_SIZE_MAX = 64 * 1024 * 1024,
    UNIT_MAX = 1024 * 1024,
    UNIT_KEY_SIZE = 16,
};

enum unit_state {
    UNIT_LEFT,    // to be proposed
    UNIT_SENT,    // proposed; the answer is not known
    UNIT_DONE,    // accepted
    UNIT_REFUSED, // by the rules
};

#define UNIT_WITHOUT_SEQ UINT64_MAX // it was so already

struct unit {
    struct bytes    text;
    uint32_t        line; // the first, from 1
    bool            is_plan;
    bool            is_old;  // done before this run
    bool            is_late; // its not_after has passed, as far as is known
    enum unit_state state;
    uint32_t        attempt;
    uint32_t        copy_count;   // of the same text, as far as the file is read
    uint64_t        not_after_ms; // of the attempt under way; 0: none
    uint64_t        seq;
    uint8_t         key[UNIT_KEY_SIZE];
};

struct script {
    const char  *file;
    char        *memory;
    size_t       size;
    struct pool  units; // struct unit, from 1 in the order of the file
    struct index by_key;
    uint32_t     count;
};

// A line that is wrong.
struct script_fault {
    uint32_t line;
    char     text[COMPLAINT_SIZE];
};

// "-" is standard input. Whatever comes of it, script_release() later.
MUST_CHECK enum status script_read(struct script *script, const char *file);
void                   script_release(struct script *script);

// Parts the text into units; false at the first line that does not fit.
bool script_part(struct script *script, struct script_fault *fault);

struct unit *script_unit(const struct script *script, uint32_t index); // from 1
struct unit *script_find(const struct script *script, const uint8_t key[UNIT_KEY_SIZE]);

// Adds the event of a unit: a plan where it is all or nothing. Where it cannot, the fault says
// which line.
enum exit_code script_add_event(struct line_reader *reader, const struct unit *unit,
                                struct buffer *event, struct script_fault *fault);

// The line of the event at an index of a plan.
uint32_t script_line_of(const struct line_reader *reader, const struct unit *unit, uint64_t index);

#endif
