// upload.h - `license upload`: a licence file from the disk or from an address (T12).
#ifndef API_CLI_UPLOAD_H
#define API_CLI_UPLOAD_H

#include "api/cli/command.h"

extern const struct record upload_parameters; // beside those of the kind

enum exit_code upload_make(struct call *call, struct value_maker *maker, struct buffer *event);

#endif
