// explanation.h - `explain` and `why` for people: a path node by node, and the reasons of then.
#ifndef API_CLI_EXPLANATION_H
#define API_CLI_EXPLANATION_H

#include "api/cli/command.h"

void view_explain(struct call *call, struct bytes map);
void view_why(struct call *call, struct bytes map);

#endif
