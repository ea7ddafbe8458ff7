// fetch.h - a small text from https:// or s3://. The one file with libcurl is fetch.c.
//
// Certificates are verified, a redirect leads to https only, and what is too large or too slow is
// given up. s3://BUCKET/KEY is the object's https address, signed (AWS Signature Version 4) with
// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_REGION of the environment
// where they are set; AWS_ENDPOINT_URL names another service that speaks S3.
#ifndef API_CLI_FETCH_H
#define API_CLI_FETCH_H

#include "core/base/bytes.h"
#include "core/base/status.h"

#include <stdbool.h>

enum { FETCH_DETAIL_SIZE = 512 };

struct fetch {
    const char *address;                   // https:// or s3://
    const char *ca_file;                   // PEM; NULL: whom the system trusts
    bool        has_progress;              // on standard error
    char        detail[FETCH_DETAIL_SIZE]; // what went wrong, for a person; has no secrets
};

// Adds all of it to the content, which bounds it: STATUS_TOO_LARGE. STATUS_USAGE for an address
// that is none, or that names a user; STATUS_NOT_FOUND where there is no such thing,
// STATUS_BAD_SIGNATURE for a certificate that is not to be trusted, STATUS_TIMED_OUT,
// STATUS_UNREACHABLE for all else.
MUST_CHECK enum status fetch_text(struct fetch *fetch, struct buffer *content);

// The address as it may be kept: without what follows its path, which may be a secret.
struct bytes fetch_source(const char *address);

#endif
