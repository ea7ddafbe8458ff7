#include "api/cli/contact.h"

#include "api/cli/query.h"

enum exit_code contact_set_run(struct call *call)
{
    static const char *const names[] = {"name", "mail", "phone"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (call_text(call, names[i]) != NULL) return query_run(call);
    }
    (void)is_wrong(call, "nothing to say: --name, --mail, --phone; 'licet contact erase' forgets");
    return EXIT_USAGE;
}

enum exit_code contact_erase_run(struct call *call)
{
    if (!call_give(call, call_field(call, "erase"), "true")) return EXIT_USAGE;
    return query_run(call);
}
