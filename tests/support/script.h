// script.h - a story as a table: what is said to a company, and what it answers.
//
//   static const struct turn turns[] = {
//       {"license sip_number 20 per-server",          "ok"},
//       {"eula 1",                                    "ok"},
//       {"group G",                                   "ok"},
//       {"20 x consume G sip_number n#",              "ok"},         # is 1, 2 …
//       {"consume G sip_number n21",                  "LIMIT_REACHED / 20 of 20"},
//       {"state G sip_number",                        "20/20/0"},
//   };
//
// Besides the lines of company.h, which are answered with all that stands against them, joined by
// "; " as CODE [group] [used of limit] [until time] [name], the name only where it is not the
// resource that was asked for:
//
//   license ENTRY; ENTRY …      clock TIME      as ACTOR      plan LINE | LINE | …
//   preview LINE                what it would answer, "clipped: PACKAGE at GROUP from T", and
//                               "suspends N: UNIT UNIT …"; nothing is done
//   N x LINE                    stops at the first that is not ok, and answers with that
//   state GROUP RESOURCE        maximum/used/available
//   more GROUP RESOURCE         "expired own 10 unallocated 3 over 2 suspended 1 activatable 2 at G
//                               until T next T=5"
//                               where "own unlimited"; what is none is left out
//   notice GROUP RESOURCE       "none", "80", "over new": raised by the newest event
//   feature GROUP FEATURE       "on", "on until T", or the status
//   access RESOURCE UNIT        "yes", or what denies it
//   held RESOURCE               the units in log order, suspended ones in parentheses
//   resume TIME                 the daemon runs again
//   lease RESOURCE UNIT         the end of its lease, "held" while limited, or "none"
//   bound RESOURCE UNIT         the unit that is bound to it, or "none"
//   may WHO ACTION [GROUP]      "yes", or what denies it
//   mode                        "normal", "limited license_updated", "… pending 8"
//   pending                     the units that wait for the end of the mode, oldest first
//   connect VERSION             "yes", or CLIENT_TOO_OLD
//   person USER RESOURCE        maximum/used/available, then the group that decides
//   reminders GROUP             "p next T due T last T; 17 waits failed 1", what is none left out
//   told                        the reminders since it was asked last, as company_told()
//   silence                     reminders that are due stay so          speak: no longer
#ifndef TESTS_SUPPORT_SCRIPT_H
#define TESTS_SUPPORT_SCRIPT_H

#include "tests/support/company.h"

#include <stddef.h>

struct turn {
    const char *say;
    const char *answer;
};

// The answer lives until the next call.
const char *company_say(struct company *company, const char *line);

#define TURNS(turns) (turns), sizeof(turns) / sizeof((turns)[0])

#endif
