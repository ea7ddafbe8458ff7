// allocate.h - `allocate`: one save of all licences of a group, made from what stands there now.
#ifndef API_CLI_ALLOCATE_H
#define API_CLI_ALLOCATE_H

#include "api/cli/command.h"

extern const struct record allocate_parameters; // beside those of the kind

enum exit_code allocate_make(struct call *call, struct value_maker *maker, struct buffer *event);

#endif
