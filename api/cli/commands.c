// The commands, each a row. Their order is that of `licet --help`.
#include "api/cli/access.h"
#include "api/cli/allocate.h"
#include "api/cli/apply.h"
#include "api/cli/archive.h"
#include "api/cli/command.h"
#include "api/cli/contact.h"
#include "api/cli/expiring.h"
#include "api/cli/explanation.h"
#include "api/cli/init.h"
#include "api/cli/keys.h"
#include "api/cli/plan.h"
#include "api/cli/propose.h"
#include "api/cli/publish.h"
#include "api/cli/query.h"
#include "api/cli/rotation.h"
#include "api/cli/upload.h"
#include "api/cli/views.h"
#include "api/cli/watch.h"
#include "api/cli/wide_views.h"
#include "core/base/limits.h"
#include "core/event/contact.h"
#include "core/proof/note.h"

// clang-format 14 crashes on these tables.
// clang-format off

// --- Arguments of the verbs (PROTOCOL.md sections 4 and 5), in the order of their names ----------

#define RECORD(owner) {#owner, owner##_fields, sizeof owner##_fields / sizeof owner##_fields[0], 0}

static const struct field status_fields[] = {
    {.name = "digest", .type = FIELD_FLAG, .help = "and the digest of the canonical state"},
};
static const struct field state_fields[] = {
    {.name = "group", .type = FIELD_PATH, .help = "which group; / for the server"},
    {.name = "resource", .type = FIELD_NAME, .help = "only this one"},
};
static const struct field tree_fields[] = {
    {.name = "depth", .type = FIELD_NUMBER, .max = DEPTH_MAX, .help = "so many levels below"},
    {.name = "group", .type = FIELD_PATH, .help = "from here down; / unless told"},
};
static const struct field user_fields[] = {
    {.name = "user", .type = FIELD_NAME, .help = "whom"},
};
static const struct field expiring_fields[] = {
    {.name = "group", .type = FIELD_PATH, .help = "of this group and those below"},
    {.name = "within", .type = FIELD_DURATION, .max = TIME_MS_MAX,
     .help = "ends in at most this time; 30d unless told"},
};
static const struct field forecast_fields[] = {
    {.name = "group", .type = FIELD_PATH, .help = "which group; / for the server"},
    {.name = "resource", .type = FIELD_NAME, .help = "only this resource or feature"},
};
static const struct field reminders_fields[] = {
    {.name = "group", .type = FIELD_PATH, .help = "from here down; / unless told"},
    {.name = "undelivered", .type = FIELD_FLAG, .help = "only groups with some that were not sent"},
};
static const struct field tight_fields[] = {
    {.name = "group", .type = FIELD_PATH, .help = "from here down"},
};
static const struct field who_fields[] = {
    {.name = "resource", .type = FIELD_NAME, .help = "of which resource"},
    {.name = "unit", .type = FIELD_NAME, .help = "which unit"},
};
static const struct field explain_fields[] = {
    {.name = "group", .type = FIELD_PATH, .help = "at which group; / for the server"},
    {.name = "resource", .type = FIELD_NAME, .help = "which resource or feature"},
};
static const struct field holdings_fields[] = {
    {.name = "group", .type = FIELD_PATH, .help = "charged to this group or below"},
    {.name = "resource", .type = FIELD_NAME, .help = "of this resource"},
    {.name = "user", .type = FIELD_NAME, .help = "of this user"},
};
static const struct field outcome_fields[] = {
    {.name = "id", .type = FIELD_ID, .help = "of the proposal: 32 hexadecimal digits"},
    {.name = "not_after", .type = FIELD_TIME, .help = "of the proposal"},
};
static const struct field receipt_fields[] = {
    {.name = "seq", .type = FIELD_NUMBER, .max = INT64_MAX, .help = "of the event"},
    {.name = "size", .type = FIELD_NUMBER, .max = INT64_MAX,
     .help = "against the kept checkpoint of this size"},
};
static const struct field checkpoint_fields[] = {
    {.name = "size", .type = FIELD_NUMBER, .max = INT64_MAX, .help = "a kept one of this size"},
};
static const struct field cosign_fields[] = {
    {.name = "note", .type = FIELD_FILE, .max = NOTE_SIZE_MAX,
     .help = "a checkpoint of this ledger with lines of witnesses (a file, or - for standard input)"},
};
static const struct field contact_fields[] = {
    {.name = "actor", .type = FIELD_NAME, .help = "of this actor, and not of a user"},
    {.name = "erase", .type = FIELD_FLAG},
    {.name = "mail", .type = FIELD_TEXT, .max = CONTACT_MAIL_SIZE_MAX,
     .help = "address of electronic mail"},
    {.name = "name", .type = FIELD_TEXT, .max = CONTACT_NAME_SIZE_MAX, .help = "of the person"},
    {.name = "phone", .type = FIELD_TEXT, .max = CONTACT_PHONE_SIZE_MAX,
     .help = "number to call"},
    {.name = "user", .type = FIELD_NAME, .help = "of whom"},
};
static const struct field connect_fields[] = {
    {.name = "version", .type = FIELD_TEXT, .max = NAME_SIZE_MAX, .help = "of the client: 4.5.0"},
};
static const struct field why_fields[] = {
    {.name = "seq", .type = FIELD_NUMBER, .max = INT64_MAX - 1, .help = "of the event"},
};
static const struct field clock_fields[] = {
    {.name = "time", .type = FIELD_TIME, .help = "a time, or how far ahead: +1d, +12h, +90m, +5s"},
};

static const struct record status_record = RECORD(status);
static const struct record state_record = RECORD(state);
static const struct record tree_record = RECORD(tree);
static const struct record user_record = RECORD(user);
static const struct record holdings_record = RECORD(holdings);
static const struct record expiring_record = RECORD(expiring);
static const struct record forecast_record = RECORD(forecast);
static const struct record reminders_record = RECORD(reminders);
static const struct record tight_record = RECORD(tight);
static const struct record who_record = RECORD(who);
static const struct record outcome_record = RECORD(outcome);
static const struct record receipt_record = RECORD(receipt);
static const struct record checkpoint_record = RECORD(checkpoint);
static const struct record cosign_record = RECORD(cosign);
static const struct record contact_arguments = RECORD(contact);
static const struct record connect_record = RECORD(connect);
static const struct record clock_record = RECORD(clock);
static const struct record explain_record = RECORD(explain);
static const struct record why_record = RECORD(why);

#define REFUSAL_RATE_TEXT "600"
static_assert(REFUSAL_RATE_DEFAULT == 600, "as the text says");

// --- The rows -----------------------------------------------------------------------------------

const struct command commands[] = {
    {
        .path = "init",
        .heading = "Ledger and keys (on files, without a daemon)",
        .way = OFFLINE,
        .summary = "Open a new ledger, with its keys",
        .details = "Writes the ledger's first two events: the opening, and the first server_admin, "
                   "named admin. The keys go to a directory of their own: ledger.key (licetd signs "
                   "with it), admin.key (licet speaks with it), recovery.key (keep it offline), and "
                   "ledger.vkey, which everybody may have.",
        .example = "init --data ledger --keys keys --origin licences.example.com/hq\n"
                   "  --server cam-hq.example --vendor vendor.vkey",
        .parameters = &init_parameters,
        .run = init_run,
    },
    {
        .path = "key new",
        .way = OFFLINE,
        .arguments = "name file",
        .summary = "Make a private key, and print its public one",
        .example = "key new dealer-7 dealer.key > dealer.vkey",
        .parameters = &keys_new_parameters,
        .run = keys_new_run,
    },
    {
        .path = "key show",
        .way = OFFLINE,
        .arguments = "file",
        .summary = "Print the public key of a private one",
        .example = "key show admin.key",
        .parameters = &keys_show_parameters,
        .run = keys_show_run,
    },
    {
        .path = "key certify",
        .way = OFFLINE,
        .arguments = "vkey",
        .summary = "Certify another key for the ledger, with its recovery key",
        .details = "Where the recovery key is kept; it needs no daemon. `licet status` says the epoch "
                   "and the key that signs now. The times bound when the key may be rotated in, not "
                   "how long it signs: that ends with the next rotation.",
        .example = "key new licences.example.com/hq next.key > next.vkey\n"
                   "key certify next.vkey --root recovery.key --previous ledger.vkey --epoch 1\n"
                   "  --output ledger-1.note",
        .parameters = &rotation_certify_parameters,
        .run = rotation_certify_run,
    },
    {
        .path = "key rotate",
        .way = PROPOSES,
        .kind = KEY_ROTATION,
        .arguments = "certificate",
        .summary = "Have another key sign the ledger's checkpoints",
        .details = "The certificate is one of `licet key certify`; the daemon finds the new private "
                   "key in the file that licetd --next-key names. The next head is signed by both "
                   "keys, later ones by the new one alone.",
        .example = "key rotate ledger-1.note",
        .run = rotation_rotate_run,
    },
    {
        .path = "vendor sign",
        .way = OFFLINE,
        .arguments = "file",
        .summary = "Check a licence's text and sign it",
        .details = "The text begins with 'licet license v1', 'server NAME' and 'serial NUMBER'; "
                   "then one entry a line: 'LICENSE_HIKVISION 20 per-channel', 'mobile_app 500 "
                   "per-server needs sip_number', 'ukey2 feature until 2027-12-01T00:00:00Z'.",
        .example = "vendor sign license.txt --key vendor.key --output license.note",
        .parameters = &keys_sign_parameters,
        .run = keys_sign_run,
    },
    {
        .path = "status",
        .heading = "The server",
        .way = ASKS,
        .verb = "status",
        .summary = "How the ledger is",
        .example = "status --digest",
        .parameters = &status_record,
        .run = query_run,
        .view = view_status,
    },
    {
        .path = "mode",
        .way = ASKS,
        .verb = "mode",
        .summary = "Normal or limited, since when and why",
        .details = "In limited mode settings are refused; what runs goes on. Accepting the current "
                   "EULA leaves it. What is pending runs on too, and is suspended then: a newer "
                   "licence file has less.",
        .example = "mode",
        .run = query_run,
        .view = view_mode,
    },
    {
        .path = "connect",
        .way = ASKS,
        .verb = "connect",
        .arguments = "version",
        .summary = "Whether a client of a version may connect",
        .details = "In limited mode a client of version 4.4 or older is refused, or of one that "
                   "cannot be read; a newer one connects, with the restrictions of the mode.",
        .example = "connect 4.5.0",
        .parameters = &connect_record,
        .run = query_run,
        .view = view_connect,
    },
    {
        .path = "license",
        .way = ASKS,
        .verb = "license",
        .summary = "What the licence files say, and what is used of it",
        .example = "license --json",
        .run = query_run,
        .view = view_license,
    },
    {
        .path = "license upload",
        .way = PROPOSES,
        .kind = LICENSE_UPLOAD,
        .arguments = "[file]",
        .renamed = "source:from",
        .summary = "Replace a vendor's licence file by a newer one",
        .details = "The server is in limited mode afterwards, until the EULA is accepted. With "
                   "--from the file is fetched from an https:// or s3:// address, which the event "
                   "keeps without what follows a '?'. A request for s3://BUCKET/KEY is signed "
                   "with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and "
                   "AWS_REGION of the environment where they are set; AWS_ENDPOINT_URL names "
                   "another service than Amazon's.",
        .example = "license upload license.note --key keys/admin.key\n"
                   "license upload --from https://vendor.example/cam-hq.note\n"
                   "license upload --from s3://licences/cam-hq.note",
        .parameters = &upload_parameters,
        .run = propose_run,
        .make = upload_make,
    },
    {
        .path = "eula accept",
        .way = PROPOSES,
        .kind = EULA_ACCEPTANCE,
        .arguments = "version",
        .summary = "Accept the current EULA: leaves limited mode",
        .example = "eula accept 1",
        .run = propose_run,
    },
    {
        .path = "password changed",
        .way = PROPOSES,
        .kind = PASSWORD_CHANGE,
        .arguments = "account",
        .summary = "Record that a password changed at the server",
        .details = "That of the account Admin makes the server limited, until the EULA is accepted; "
                   "another account's changes nothing but the log.",
        .example = "password changed Admin",
        .run = propose_run,
    },
    {
        .path = "software updated",
        .way = PROPOSES,
        .kind = SOFTWARE_UPDATE,
        .arguments = "software_version",
        .renamed = "software_version:version eula_version:eula",
        .summary = "Record that other software runs at the server",
        .details = "With another EULA than that of the software before, the server is limited until "
                   "the new one is accepted.",
        .example = "software updated 4.8 --eula 2",
        .run = propose_run,
    },
    {
        .path = "policy set",
        .way = PROPOSES,
        .kind = POLICY,
        .defaults = "refusal_rate=" REFUSAL_RATE_TEXT,
        .summary = "Say how the ledger is run",
        .details = "It is the whole policy: what is not given is as in a new ledger, that is, "
                   "sessions vouch and " REFUSAL_RATE_TEXT " refusals a minute and author are "
                   "logged.",
        .example = "policy set --must-sign --refusal-rate 60",
        .run = propose_run,
    },
    {
        .path = "vendor trust",
        .way = PROPOSES,
        .kind = VENDOR_ENROLMENT,
        .arguments = "key",
        .renamed = "key:vkeyfile",
        .fixed = "trusted=true",
        .found = "name",
        .summary = "Trust a vendor's key to sign licence files",
        .example = "vendor trust vendor.vkey",
        .run = propose_run,
        .make = keys_make_trust,
    },
    {
        .path = "vendor revoke",
        .way = PROPOSES,
        .kind = VENDOR_ENROLMENT,
        .arguments = "name",
        .fixed = "trusted=false",
        .found = "key",
        .summary = "Trust a vendor's key no longer",
        .example = "vendor revoke vendor.example",
        .run = propose_run,
        .make = keys_make_revocation,
    },
    {
        .path = "clock confirm",
        .way = PROPOSES,
        .kind = CLOCK_STEP,
        .arguments = "[wall]",
        .defaults = "wall=+0s",
        .summary = "Believe the daemon's clock after it jumped",
        .details = "A clock that runs away, or that is a week past the last event when the daemon "
                   "starts, is not believed: proposals are refused with CLOCK_JUMP until a "
                   "server_admin has looked at it.",
        .example = "clock confirm",
        .run = propose_run,
    },
    {
        .path = "clock set",
        .way = ASKS,
        .verb = "clock",
        .arguments = "time",
        .summary = "Move ledger time forward; only with a test clock",
        .example = "clock set 2026-12-01T00:00Z\nclock set +1d",
        .parameters = &clock_record,
        .run = query_run,
        .view = view_clock,
    },
    {
        .path = "actor enrol",
        .heading = "Actors: keys that may speak",
        .way = PROPOSES,
        .kind = ACTOR_ENROLMENT,
        .arguments = "name key",
        .renamed = "key:vkeyfile",
        .defaults = "group=/",
        .summary = "Let a key speak, in a role",
        .example = "actor enrol dealer-7 dealer.vkey --role site_admin --group SmartHome",
        .run = propose_run,
    },
    {
        .path = "actor remove",
        .way = PROPOSES,
        .kind = ACTOR_REMOVAL,
        .arguments = "name",
        .summary = "Let a key speak no longer",
        .example = "actor remove dealer-7",
        .run = propose_run,
    },
    {
        .path = "actors",
        .way = ASKS,
        .verb = "actors",
        .summary = "Who may speak, in which role",
        .example = "actors",
        .run = query_run,
        .view = view_actors,
    },
    {
        .path = "group create",
        .heading = "Groups and their licences",
        .way = PROPOSES,
        .kind = GROUP_CREATION,
        .arguments = "group",
        .renamed = "group:path",
        .summary = "Create a group below its parent",
        .example = "group create 'SmartHome/A Residence' --label project",
        .run = propose_run,
    },
    {
        .path = "group update",
        .way = PROPOSES,
        .kind = GROUP_UPDATE,
        .arguments = "group",
        .renamed = "group:path",
        .summary = "Give a group another name or label",
        .details = "The name is the last one of its path; what is below moves along. Licences, units "
                   "and users stay as they are.",
        .example = "group update 'SmartHome/A Residence' --name 'B Residence'\n"
                   "group update SmartHome/apt-12 --label office",
        .run = propose_run,
    },
    {
        .path = "group move",
        .way = PROPOSES,
        .kind = GROUP_MOVE,
        .arguments = "group parent",
        .renamed = "group:path",
        .summary = "Put a group below another one, with all that is in it",
        .details = "Its licences are checked against the new path, and what is used moves from the "
                   "old path to the new one. --preview tells what that does to both.",
        .example = "group move SmartHome/apt-12 'SmartHome/A Residence' --preview\n"
                   "group move SmartHome/dealer-7 /",
        .run = propose_run,
    },
    {
        .path = "group remove",
        .way = PROPOSES,
        .kind = GROUP_REMOVAL,
        .arguments = "group",
        .renamed = "group:path",
        .summary = "Remove a group",
        .details = "Refused while something is held there, or users or groups are in it, unless "
                   "--cascade: then all of it goes too, and the units are free.",
        .example = "group remove SmartHome/apt-12 --cascade --reason 'sold'",
        .run = propose_run,
    },
    {
        .path = "group block",
        .way = PROPOSES,
        .kind = GROUP_BLOCK,
        .arguments = "group",
        .renamed = "group:path",
        .fixed = "blocked=true",
        .summary = "Switch a group off, with all below it",
        .details = "Nothing gives access there and nothing new is taken until it is unblocked; what "
                   "is held stays held, and can be renewed and released.",
        .example = "group block SmartHome/dealer-7 --reason 'unpaid'",
        .run = propose_run,
    },
    {
        .path = "group unblock",
        .way = PROPOSES,
        .kind = GROUP_BLOCK,
        .arguments = "group",
        .renamed = "group:path",
        .fixed = "blocked=false",
        .summary = "Switch a blocked group on again",
        .details = "A group below or above that is blocked itself stays so.",
        .example = "group unblock SmartHome/dealer-7",
        .run = propose_run,
    },
    {
        .path = "allocate",
        .way = PROPOSES,
        .kind = ALLOCATION,
        .arguments = "group",
        .summary = "Save all licences of a group at once",
        .details = "A package is its name, a window if it has one, and what is in it: "
                   "'NAME [from=TIME] [until=TIME] RESOURCE=COUNT FEATURE ...'. The packages given "
                   "replace those there are, unless --keep. Flags that are not given stay as they "
                   "are. The save is refused when somebody else saved the group since the version "
                   "that it is made from, which is the current one unless told.",
        .example = "allocate SmartHome --restricted\n"
                   "  --package 'main sip_number=50 web_dialer'\n"
                   "allocate SmartHome/apt-12 --restricted --preview\n"
                   "  --package 'P1 until=2026-12-01 sip_number=50'\n"
                   "allocate SmartHome --keep --oversubscribed",
        .parameters = &allocate_parameters,
        .run = propose_run,
        .make = allocate_make,
    },
    {
        .path = "reminder set",
        .way = PROPOSES,
        .kind = REMINDER_POLICY,
        .arguments = "group frequency",
        .fixed = "enabled=true",
        .summary = "Remind a group's admins before its packages end",
        .details = "The first reminder comes --days before the end of each package, or on a --date; "
                   "then further ones until the end: once, daily, weekly or every_30_days. A "
                   "renewal begins anew.",
        .example = "reminder set SmartHome weekly --days 14\n"
                   "reminder set SmartHome daily --date 2026-11-25 --copies",
        .run = propose_run,
    },
    {
        .path = "reminder off",
        .way = PROPOSES,
        .kind = REMINDER_POLICY,
        .arguments = "group",
        // A policy that is off says when, too.
        .fixed = "enabled=false frequency=once days=1 date= copies=",
        .summary = "Remind a group's admins no longer",
        .example = "reminder off SmartHome",
        .run = propose_run,
    },
    {
        .path = "reminder delivered",
        .way = PROPOSES,
        .kind = REMINDER_DELIVERY,
        .arguments = "reminder",
        .renamed = "reminder:seq",
        .fixed = "sent=true",
        .summary = "Record that a reminder was delivered",
        .details = "For what delivers them, a mailer: those that were not sent are offered again.",
        .example = "reminder delivered 412 --detail 'accepted by mx.example'",
        .run = propose_run,
    },
    {
        .path = "reminder failed",
        .way = PROPOSES,
        .kind = REMINDER_DELIVERY,
        .arguments = "reminder",
        .renamed = "reminder:seq",
        .fixed = "sent=false",
        .summary = "Record that a reminder could not be delivered",
        .example = "reminder failed 412 --detail 'mailbox full'",
        .run = propose_run,
    },
    {
        .path = "reminders",
        .way = ASKS,
        .verb = "reminders",
        .arguments = "[group]",
        .summary = "Which ends are reminded of, what went out, and what was delivered",
        .details = "LAST is the newest reminder of a package and DELIVERY what became of it: it is "
                   "waiting, or failed, until a mailer says that it was sent. Those that wait are "
                   "listed below, the first 64 of each group.",
        .example = "reminders SmartHome\nreminders --undelivered --json",
        .parameters = &reminders_record,
        .run = query_run,
        .view = view_reminders,
    },
    {
        .path = "state",
        .way = ASKS,
        .verb = "state",
        .arguments = "group [resource]",
        .summary = "What a group may use, uses, and has left",
        .details = "MAXIMUM is the least limit on the way up to the server, AVAILABLE what could "
                   "be taken now, BOTTLENECK where that is decided, UNALLOCATED the group's own "
                   "limit less the limits given to those below.",
        .example = "state 'SmartHome/A Residence' sip_number",
        .parameters = &state_record,
        .run = query_run,
        .view = view_state,
    },
    {
        .path = "explain",
        .way = ASKS,
        .verb = "explain",
        .arguments = "group resource",
        .summary = "Where a group's maximum comes from, node by node",
        .details = "Each node on the way up to the server with its own limit, what is used at or "
                   "below it and the room that is left; the one with the least decides. SUSPENDS "
                   "is how many of the group's units a node takes the access from. Then the "
                   "packages that make the limits, and the suspended units.",
        .example = "explain 'SmartHome/A Residence' sip_number",
        .parameters = &explain_record,
        .run = query_run,
        .view = view_explain,
    },
    {
        .path = "forecast",
        .way = ASKS,
        .verb = "forecast",
        .arguments = "group [resource]",
        .summary = "What a group may use from when on",
        .details = "Every instant at which the maximum of a resource becomes another one, or a "
                   "feature goes on or off, as the licences are today, and the group that decides "
                   "it. FITS UNTIL is the first instant at which what is used today is too much.",
        .example = "forecast 'SmartHome/A Residence' sip_number",
        .parameters = &forecast_record,
        .run = query_run,
        .view = view_forecast,
    },
    {
        .path = "expiring",
        .way = ASKS,
        .verb = "expiring",
        .defaults = "within=30d",
        .summary = "Packages, licence entries and assignments that end soon",
        .details = "In the order of their ends.",
        .example = "expiring --group SmartHome --within 90d",
        .parameters = &expiring_record,
        .run = expiring_run,
        .view = view_expiring,
    },
    {
        .path = "tight",
        .way = ASKS,
        .verb = "tight",
        .summary = "Where 80 % of a limit or more is used, or too much",
        .example = "tight --group SmartHome",
        .parameters = &tight_record,
        .run = query_run,
        .view = view_tight,
    },
    {
        .path = "tree",
        .way = ASKS,
        .verb = "tree",
        .arguments = "[group]",
        .defaults = "group=/",
        .summary = "The groups below a group",
        .example = "tree SmartHome --depth 1",
        .parameters = &tree_record,
        .run = query_run,
        .view = view_tree,
    },
    {
        .path = "user create",
        .heading = "Users",
        .way = PROPOSES,
        .kind = USER_CREATION,
        .arguments = "user group",
        .summary = "Create a user in a first group",
        .example = "user create u-1001 SmartHome/apt-11",
        .run = propose_run,
    },
    {
        .path = "user remove",
        .way = PROPOSES,
        .kind = USER_REMOVAL,
        .arguments = "user",
        .summary = "Remove a user from all groups",
        .details = "Refused while the user holds something, unless --cascade releases it.",
        .example = "user remove u-1001 --cascade",
        .run = propose_run,
    },
    {
        .path = "user",
        .way = ASKS,
        .verb = "user",
        .arguments = "user",
        .summary = "What a user may use over all groups",
        .example = "user u-1001",
        .parameters = &user_record,
        .run = query_run,
        .view = view_user,
    },
    {
        .path = "member add",
        .way = PROPOSES,
        .kind = MEMBERSHIP,
        .arguments = "user group",
        .fixed = "member=true cascade=",
        .summary = "Add a user to a further group",
        .example = "member add u-1001 SmartHome/apt-12",
        .run = propose_run,
    },
    {
        .path = "member remove",
        .way = PROPOSES,
        .kind = MEMBERSHIP,
        .arguments = "user group",
        .fixed = "member=false",
        .summary = "Remove a user from a group",
        .example = "member remove u-1001 SmartHome/apt-12 --cascade",
        .run = propose_run,
    },
    {
        .path = "assign",
        .way = PROPOSES,
        .kind = USER_ASSIGNMENT,
        .arguments = "user group entries…",
        .renamed = "entries:entry",
        .summary = "Narrow what a user has of a group",
        .details = "The entries are the whole assignment: what is left out is none.",
        .example = "assign u-1001 SmartHome/apt-11 sip_number=2 web_dialer\n"
                   "  --until 2027-01-01",
        .run = propose_run,
    },
    {
        .path = "unassign",
        .way = PROPOSES,
        .kind = USER_ASSIGNMENT,
        .arguments = "user group",
        .fixed = "from= until= force=",
        .found = "entries",
        .summary = "Let a user have what the group has",
        .example = "unassign u-1001 SmartHome/apt-11",
        .run = propose_run,
    },
    {
        .path = "contact show",
        .way = ASKS,
        .verb = "contact",
        .arguments = "[user]",
        .found = "erase mail name phone",
        .summary = "Who a user or an actor is to people",
        .example = "contact show u-1001\ncontact show --actor dealer-7",
        .parameters = &contact_arguments,
        .run = query_run,
        .view = view_contact,
    },
    {
        .path = "contact set",
        .way = ASKS,
        .verb = "contact",
        .arguments = "[user]",
        .found = "erase",
        .summary = "Say who a user or an actor is to people",
        .details = "What is not given is forgotten. Contacts stand beside the log and not in it, "
                   "so they can be erased; in the log users and actors are but names without a "
                   "meaning.",
        .example = "contact set u-1001 --name 'Maria Stern' --mail maria@example.com\n"
                   "contact set --actor dealer-7 --phone '+49 30 1234567'",
        .parameters = &contact_arguments,
        .run = contact_set_run,
        .view = view_contact,
    },
    {
        .path = "contact erase",
        .way = ASKS,
        .verb = "contact",
        .arguments = "[user]",
        .found = "erase mail name phone",
        .summary = "Forget who a user or an actor is to people",
        .details = "The log, its digest and every proof stay as they are. Backups made before have "
                   "it still.",
        .example = "contact erase u-1001",
        .parameters = &contact_arguments,
        .run = contact_erase_run,
        .view = view_contact,
    },
    {
        .path = "consume",
        .heading = "Units",
        .way = PROPOSES,
        .kind = CONSUMPTION,
        .arguments = "group resource unit…",
        .summary = "Take a unit; several are all or nothing",
        .details = "With a --lease it has to be renewed in that time, else it is released. Holdings of "
                   "a --lease-set have one lease, which one renewal renews.",
        .example = "consume SmartHome/apt-11 sip_number 1001 --user u-1001\n"
                   "consume SmartHome/apt-11 mobile_app phone-7 --user u-1001 --needed 1001\n"
                   "consume SmartHome sip_number 900 --purpose service\n"
                   "consume / LICENSE_HIKVISION ch1 ch2 ch3 ch4 --lease 10m --lease-set recorder-1",
        .run = propose_run,
    },
    {
        .path = "release",
        .way = PROPOSES,
        .kind = RELEASE,
        .arguments = "resource unit…",
        .summary = "Give a unit back; several are all or nothing",
        .example = "release sip_number 1001 --cascade",
        .run = propose_run,
    },
    {
        .path = "renew",
        .way = PROPOSES,
        .kind = RENEWAL,
        .arguments = "[resource] [unit…]",
        .summary = "Begin the lease of a unit, or of a set, anew",
        .details = "Of one unit or several, or of all holdings of a group's set: --group and "
                   "--lease-set.",
        .example = "renew LICENSE_HIKVISION ch1 ch2\n"
                   "renew --group / --lease-set recorder-1",
        .run = propose_run,
    },
    {
        .path = "transfer",
        .way = PROPOSES,
        .kind = TRANSFER,
        .arguments = "resource unit",
        .summary = "Give a holding another unit, or another user of its group",
        .details = "A replaced phone or camera keeps its place: since when it is held, and what is "
                   "bound to it.",
        .example = "transfer LICENSE_HIKVISION ch1 --to-unit ch17\n"
                   "transfer mobile_app phone-7 --to-user u-1002",
        .run = propose_run,
    },
    {
        .path = "plan",
        .way = PROPOSES,
        .kind = PLAN,
        .arguments = "path",
        .renamed = "path:file",
        .found = "events",
        .summary = "Do what the lines of a file say, all or nothing",
        .details = "Each line is a command that proposes, without 'licet' and without the options "
                   "of all commands. Lines that begin with # are not read.",
        .example = "plan move-in.txt --preview",
        .parameters = &plan_parameters,
        .run = plan_run,
    },
    {
        .path = "apply",
        .way = PROPOSES,
        .kind = PLAN,
        .arguments = "path",
        .renamed = "path:file",
        .found = "events",
        .summary = "Do what the lines of a file say, however many",
        .details = "Each line is a command that proposes, as in a plan, or the same as JSON: "
                   "{\"command\": \"group create\", \"path\": \"a/b\"}. Each has a verdict of its "
                   "own; lines between 'begin' and 'commit' are all or nothing.\n\n"
                   "The whole file is checked before anything is sent. What has been done is kept "
                   "in FILE.applied: the same command goes on where an earlier run was interrupted, "
                   "and does nothing twice. A line is known by its text, so the file may be "
                   "mended in between. It stops at the first refusal, and nothing behind that is done, "
                   "unless --keep-going; what was refused is tried again by the next run. --preview looks at the first thousand lines. With "
                   "--json each verdict is one line, and the summary the last.",
        .example = "apply apartments.txt --preview\n"
                   "apply apartments.txt --yes --keep-going",
        .parameters = &apply_parameters,
        .run = apply_run,
    },
    {
        .path = "access",
        .way = ASKS,
        .verb = "access",
        .arguments = "resource unit",
        .renamed = "resource:resource|who unit:unit|action",
        .found = "action who",
        .summary = "Whether a held unit gives access now, or somebody may do something",
        .details = "With a resource and a unit: whether the unit gives access. With a user or an "
                   "actor and an action: whether the licences, the role and the mode of the server "
                   "let it. The answer says what denies it, and where.",
        .more = access_add_actions,
        .example = "access sip_number 1001\n"
                   "access u-1001 door.open\n"
                   "access dealer-7 elevator.configure --group SmartHome",
        .parameters = &access_parameters,
        .run = access_run,
        .view = view_access,
    },
    {
        .path = "who",
        .way = ASKS,
        .verb = "who",
        .arguments = "resource unit",
        .summary = "Who holds a unit, and since when",
        .example = "who sip_number 1001",
        .parameters = &who_record,
        .run = query_run,
        .view = view_who,
    },
    {
        .path = "holdings",
        .way = ASKS,
        .verb = "holdings",
        .summary = "Who holds what",
        .example = "holdings --group SmartHome --resource sip_number",
        .parameters = &holdings_record,
        .run = query_run,
        .view = view_holdings,
    },
    {
        .path = "log",
        .heading = "The log and its proofs",
        .way = ASKS,
        .verb = "log",
        .arguments = "[group]",
        .summary = "What happened, event by event",
        .details = "With --json each event is one line.",
        .example = "log SmartHome --follow",
        .parameters = &watch_log_parameters,
        .run = watch_log_run,
    },
    {
        .path = "why",
        .way = ASKS,
        .verb = "why",
        .arguments = "seq",
        .summary = "Why an event was decided so, from the state of that moment",
        .details = "Of a refusal, all that stood against it then and what would have helped; of "
                   "what was accepted, the room that there was at each node, and which would have "
                   "been the next limit.",
        .example = "why 17",
        .parameters = &why_record,
        .run = query_run,
        .view = view_why,
    },
    {
        .path = "watch",
        .way = ASKS,
        .verb = "changes",
        .arguments = "group",
        .summary = "What changes, as it happens: maximum/used/available",
        .details = "Goes on until it is stopped, also over a restart of the daemon, and misses "
                   "nothing. With --json each change is one line.",
        .example = "watch SmartHome",
        .parameters = &watch_changes_parameters,
        .run = watch_changes_run,
    },
    {
        .path = "outcome",
        .way = ASKS,
        .verb = "outcome",
        .arguments = "id not_after",
        .summary = "What became of a proposal",
        .example = "outcome 8d0c3e5f0a6b4c1d9e7f102132435465 2026-11-25T00:00:10Z",
        .parameters = &outcome_record,
        .run = query_run,
        .view = view_outcome,
    },
    {
        .path = "receipt",
        .way = ASKS,
        .verb = "receipt",
        .arguments = "seq",
        .renamed = "size:at",
        .summary = "A proof that an event is in the log, which stands alone",
        .details = "The format is C2SP tlog-proof; ledger.vkey verifies it. It leads to the smallest "
                   "head over the event that enough witnesses have signed; where there is none, to "
                   "the newest.",
        .example = "receipt 41 > event-41.tlog-proof",
        .parameters = &receipt_record,
        .run = query_run,
        .view = view_receipt,
    },
    {
        .path = "checkpoint",
        .way = ASKS,
        .verb = "checkpoint",
        .summary = "The ledger's signed head",
        .details = "Keep one, and no history before it can be rewritten unseen.",
        .example = "checkpoint > head.note",
        .parameters = &checkpoint_record,
        .run = query_run,
        .view = view_checkpoint,
    },
    {
        .path = "cosign",
        .way = ASKS,
        .verb = "cosign",
        .arguments = "note",
        .renamed = "note:file",
        .summary = "Bring a head that witnesses have signed",
        .details = "Its lines by witnesses of the ledger's policy (licetd --policy) are kept with "
                   "the head, and come along in receipts: then even the operator cannot rewrite "
                   "what it covers unseen. For keys that see the whole server.",
        .example = "checkpoint > head.note\ncosign head-with-the-witness-line.note",
        .parameters = &cosign_record,
        .run = query_run,
        .view = view_cosign,
    },
    {
        .path = "publish",
        .way = OFFLINE,
        .arguments = "directory",
        .summary = "Keep the signed head and the hashes under it in a directory",
        .details = "For any web server to serve (C2SP tlog-tiles, without the events): who has a "
                   "receipt or an older head checks it against this one, and learns nothing else. "
                   "Reads the data beside a running daemon, writes only what is new, and the head "
                   "last. A directory that has more events than the ledger, or others, is left as "
                   "it is.",
        .example = "publish /var/www/ledger --data /var/lib/licet/ledger\n"
                   "  --vkey /etc/licet/keys/ledger.vkey --follow",
        .parameters = &publish_parameters,
        .run = publish_run,
    },
    {
        .path = "archive",
        .way = ASKS,
        .verb = "archive",
        .summary = "Move old events out of the ledger",
        .details = "The daemon writes them to its archive (licetd --archive DIR), reads them back, tells "
                   "of it in the log, and only then drops them. Their hashes stay: every proof can "
                   "still be made, and licet-replay reads both together. A snapshot must cover "
                   "them. The room they leave in data.mdb is used again. For a server_admin.",
        .example = "archive --below 1000000 --wait",
        .parameters = &archive_parameters,
        .run = archive_run,
    },
    {.path = NULL},
};
