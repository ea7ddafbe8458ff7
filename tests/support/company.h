// company.h - a ledger in memory for tests of the rules: no disk, no daemon, time by hand.
//
//   struct company *company = company_open();              opened, licensed by nothing yet
//   company_license(company, "sip_number 500 per-server\n");
//   company_accept_eula(company);
//   cr_assert(company_do(company, "group SmartHome") == ACCEPTED);
//
// company_do takes one line of words, as an actor that was named with company_as():
//
//   group PATH                rename PATH NAME            label PATH LABEL
//   block PATH                unblock PATH               move PATH PARENT [force]
//   drop PATH [cascade]
//   allocate PATH [restricted] [oversubscribed] [force] [version=N]
//            [NAME[ from=T][ until=T]: RESOURCE=COUNT FEATURE ...;]...
//   remind PATH [off] once|daily|weekly|every_30_days days=N|date=T [copies]
//   delivery SEQ sent|failed
//   user NAME PATH            dismiss NAME [cascade]      member add|remove NAME PATH [cascade]
//   assign NAME PATH [from=T] [until=T] RESOURCE=COUNT FEATURE ...      unassign NAME PATH
//   consume PATH RESOURCE UNIT [user=NAME] [in|out] [service] [needed=UNIT]
//           [lease=MS] [set=NAME]          renew RESOURCE UNIT     renew set PATH NAME
//   transfer RESOURCE UNIT [unit=UNIT] [user=NAME]
//   release RESOURCE UNIT [in|out] [cascade]
//   enrol NAME ROLE PATH [signs]      remove NAME
//   rotate NAME [epoch=N] [after=NAME] [by=NAME] [of=ORIGIN] [size=N] [from=T] [until=T]
//   eula VERSION              trust NAME     distrust NAME
//   password ACCOUNT          software VERSION EULA_VERSION
//   policy [signs] REFUSAL_RATE
//
// script.h plays whole tables of such lines, with questions between them.
#ifndef TESTS_SUPPORT_COMPANY_H
#define TESTS_SUPPORT_COMPANY_H

#include "projections/rules.h"
#include "projections/state.h"
#include "projections/views.h"

struct company;

struct company *company_open(void);
void            company_close(struct company *company);

struct state *company_state(const struct company *company);
// Logs boundaries until no edge is due, as the daemon does, then reminders that are due; those also
// after each proposal.
void          company_clock(struct company *company, const char *time);
// The same in steps: the time alone, then one boundary; false when no edge is due.
void          company_set_time(struct company *company, const char *time);
bool          company_pass_slice(struct company *company);
// The daemon runs again, as of that time.
enum refusal  company_resume(struct company *company, const char *time);
uint64_t      company_now(const struct company *company);
void          company_as(struct company *company, const char *actor); // "admin" at first

enum refusal           company_do(struct company *company, const char *line);
// Of the last company_do.
const struct decision *company_decision(const struct company *company);
// Whatever the lines cannot say, by the actor of company_as().
enum refusal           company_propose(struct company *company, const struct event *event);
// The same, by the ledger itself.
enum refusal           company_propose_own(struct company *company, const struct event *event);
// The reminders that became events since the last call: "G p due 2027-11-17 14 days to dealer sip
// 5/1/4; …", with "touches N: G/a G/b" before the resources.
const char            *company_told(struct company *company);
// Until it is over, what is due stays due.
void                   company_silence(struct company *company, bool is_silent);
// Proposals from now on stay valid for so long; 60000 at first. May be negative.
void                   company_validity(struct company *company, int64_t ms);
// The next proposal has this id; those after it count on from there.
void                   company_id(struct company *company, uint32_t id);
// While it is on, nothing is taken: the decision says what would be, and who would be suspended.
void                   company_preview(struct company *company, bool is_previewed);
// Every proposal is decided, taken and rolled back before it is taken for good; false from
// company_is_intact() once something was left behind.
void                   company_rehearse(struct company *company);
bool                   company_is_intact(const struct company *company);
// Several lines as one plan.
enum refusal company_plan(struct company *company, const char *const *lines, size_t count);

// A licence file of the vendor "vendor.example" with the next serial, signed.
enum refusal company_license(struct company *company, const char *entries);
// The whole file at will: text is signed by the named vendor's key.
enum refusal company_upload(struct company *company, const char *text, const char *vendor);
void         company_accept_eula(struct company *company);

struct resource_view company_view(struct company *company, const char *group, const char *resource);
struct feature_view  company_feature(struct company *company, const char *group,
                                     const char *feature);
// ACCEPTED, or why not.
struct constraint company_access(struct company *company, const char *resource, const char *unit);
// "maximum/used/available"
const char       *company_line(struct company *company, const char *group, const char *resource);

#endif
