// file.h - files as the programs read and write them: keys, licence files, plans.
#ifndef API_WIRE_FILE_H
#define API_WIRE_FILE_H

#include "core/base/bytes.h"
#include "core/base/status.h"
#include "core/proof/key.h"

#include <stdint.h>

// Reads the whole file ("-": standard input) behind what the buffer has. STATUS_NOT_FOUND,
// STATUS_TOO_LARGE without room, STATUS_IO.
MUST_CHECK enum status file_read(const char *path, struct buffer *content);

// A new file with this mode, on the disk when it returns. STATUS_EXISTS, STATUS_IO.
MUST_CHECK enum status file_write_new(const char *path, uint32_t mode, struct bytes content);

// A file that stands there whole, old or new, whatever happens meanwhile; on the disk when it
// returns. Others may read it. STATUS_PERMISSION, STATUS_FULL, STATUS_IO.
MUST_CHECK enum status file_replace(const char *path, struct bytes content);

// A private key: one line, in a file of the caller's own that nobody else can read, no symbolic
// link. STATUS_PERMISSION otherwise; STATUS_NOT_FOUND, STATUS_MALFORMED.
MUST_CHECK enum status file_read_signer(const char *path, struct signer *signer);
MUST_CHECK enum status file_write_signer(const char *path, const struct signer *signer);

// A public key: one line.
MUST_CHECK enum status file_read_verifier(const char *path, struct verifier *verifier);
MUST_CHECK enum status file_write_verifier(const char *path, const struct verifier *verifier);

#endif
