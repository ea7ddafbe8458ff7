#include "api/cli/access.h"

#include "api/cli/query.h"
#include "core/event/action.h"

static const struct field fields[] = {
    {.name = "action",                                  .type = FIELD_NAME    },
    {.name = "group",                                   .type = FIELD_PATH,     .help = "where an admin acts; unless told, your own"},
    {.name = "resource",                                                 .type = FIELD_NAME,                                                      .help = "of which resource, or who wants to act"},
    {.name = "unit", .type = FIELD_NAME,.help = "the held unit, or one of the actions below"},
    {.name = "who",                               .type = FIELD_NAME                               },
};
const struct record access_parameters = {"access", fields, sizeof fields / sizeof fields[0], 0};

static const char *const of_words[] = {
    [ACTION_OF_USER] = "a user",
    [ACTION_OF_ADMIN] = "an admin",
    [ACTION_OF_ANYBODY] = "anybody",
};

static void add_needs(const struct action *action, struct buffer *help)
{
    if (action->feature != NULL) buffer_printf(help, ": %s", action->feature);
    if (action->resource == NULL) return;
    buffer_printf(help, "%s a unit of %s", action->feature == NULL ? ":" : " and",
                  action->resource);
}

void access_add_actions(struct buffer *help)
{
    buffer_add_text(help, "\nActions, who does them, and what they need; * is refused in limited "
                          "mode:\n");
    for (uint32_t i = 0; action_at(i) != NULL; i++) {
        const struct action *action = action_at(i);
        buffer_printf(help, "  %-20s %s %s", action->name, action->is_closed ? "*" : " ",
                      of_words[action->of]);
        add_needs(action, help);
        buffer_add_byte(help, '\n');
    }
}

// The second word tells which question it is: what was given is of the other fields then.
enum exit_code access_run(struct call *call)
{
    const char *unit = call_text(call, "unit");
    const bool  is_action = unit != NULL && action_find(bytes_of_text(unit)) != NULL;
    for (uint32_t i = 0; i < call->given_count && is_action; i++) {
        struct given *given = &call->given[i];
        if (given->field == call_field(call, "resource")) {
            given->field = call_field(call, "who");
        } else if (given->field == call_field(call, "unit")) {
            given->field = call_field(call, "action");
        }
    }
    if (!is_action && call_text(call, "group") != NULL) {
        (void)is_wrong(call, "--group is for actions: 'licet access --help' lists them");
        return EXIT_USAGE;
    }
    return query_run(call);
}
