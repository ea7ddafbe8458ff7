// views.h - answers of queries for people: one function for each verb.
#ifndef API_CLI_VIEWS_H
#define API_CLI_VIEWS_H

#include "api/cli/command.h"

void view_status(struct call *call, struct bytes map);
void view_mode(struct call *call, struct bytes map);
void view_connect(struct call *call, struct bytes map);
void view_license(struct call *call, struct bytes map);
void view_state(struct call *call, struct bytes map);
void view_tree(struct call *call, struct bytes map);
void view_user(struct call *call, struct bytes map);
void view_access(struct call *call, struct bytes map);
void view_contact(struct call *call, struct bytes map);
void view_holdings(struct call *call, struct bytes map);
void view_actors(struct call *call, struct bytes map);
void view_outcome(struct call *call, struct bytes map);
void view_receipt(struct call *call, struct bytes map);
void view_cosign(struct call *call, struct bytes map);
void view_checkpoint(struct call *call, struct bytes map);
void view_clock(struct call *call, struct bytes map);

#endif
