// query.h - commands that ask: from their fields to a verb's arguments, page by page to the view.
#ifndef API_CLI_QUERY_H
#define API_CLI_QUERY_H

#include "api/cli/command.h"

// Adds the request of what the call was given. False: the complaint says why.
bool query_add_request(struct call *call, struct bytes after, struct buffer *out);

// Asks, and prints every page through the row's view, or one JSON document of all.
enum exit_code query_run(struct call *call);

// Connects, with what the row gives where nothing was given; then every page goes to `take`.
typedef void   query_taker(void *context, struct bytes map);
enum exit_code query_begin(struct call *call);
enum exit_code query_pages(struct call *call, query_taker *take, void *context);

// Asks once; the reply is MESSAGE_OK when the code is EXIT_DONE.
enum exit_code query_once(struct call *call, struct bytes request, struct licet_reply *reply);

#endif
