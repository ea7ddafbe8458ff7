// note.h - the signed note: a text with signature lines under it.
//
//   text, its lines each end with LF
//                                         one empty line: the last LF LF parts text and signatures
//   — name base64(keyid u32be || payload) 1..NOTE_SIGNATURE_MAX of these, each ends with LF
//
// The whole is UTF-8 without control bytes but LF. Everything parsed is a view into the caller's
// bytes; nothing is allocated. Format: C2SP signed-note.
#ifndef CORE_PROOF_NOTE_H
#define CORE_PROOF_NOTE_H

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/proof/key.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    NOTE_SIZE_MAX = 64 * 1024,
    NOTE_SIGNATURE_MAX = 100,
    // "— " name " " base64 LF, with the largest payload that we make
    NOTE_LINE_SIZE_MAX = 4 + KEY_NAME_SIZE_MAX + 1 + 104 + 1,
};

struct note {
    struct bytes text;            // what is signed, its last LF included
    struct bytes signatures;      // all lines
    uint32_t     signature_count; // 1..NOTE_SIGNATURE_MAX
};

struct note_signature {
    struct bytes name;
    uint32_t     keyid;
    struct bytes base64; // of keyid and payload
};

// Looks at the form only. STATUS_TOO_LARGE above NOTE_SIZE_MAX, STATUS_MALFORMED.
MUST_CHECK enum status note_parse(struct bytes bytes, struct note *note);

// Takes the next line off *lines, which begin as a parsed note's signatures; false at the end.
bool note_next_signature(struct bytes *lines, struct note_signature *signature);

// Lines of keys outside the set are ignored; of several by one key the first counts. Bit i of
// *signed_by: keys->at[i] has signed.
//   STATUS_BAD_SIGNATURE  a line of a known key is wrong, whatever the others say
//   STATUS_UNKNOWN_KEY    no line is of a known key
//   STATUS_USAGE          the set is ambiguous
MUST_CHECK enum status note_verify(const struct note *note, const struct key_set *keys,
                                   uint64_t *signed_by);

// Adds the line as it was.
void note_add_signature(const struct note_signature *signature, struct buffer *buffer);

// The time in the first line of a key of type KEY_COSIGNATURE; the note was verified with that key.
// False without such a line.
bool note_cosigned_at(const struct note *note, const struct verifier *verifier, uint64_t *time_s);

// A text that may be signed: not empty, ends with LF, UTF-8 without control bytes but LF.
bool note_is_text(struct bytes text);

// Adds text and empty line; then a line by each signer. note_is_text() holds. time_s as
// in signer_sign().
void note_begin(struct bytes text, struct buffer *buffer);
void note_sign(struct bytes text, const struct signer *signer, uint64_t time_s,
               struct buffer *buffer);

#endif
