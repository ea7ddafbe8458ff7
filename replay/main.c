// licet-replay - the auditor: reads a ledger, trusts a public key, changes nothing.

#include "replay/options.h"
#include "replay/report.h"

#include <stdio.h>
#include <string.h>

static void print_help(FILE *file)
{
    (void)fputs("Usage: licet-replay COMMAND [OPTION...]\n"
                "Replays a ledger from its bytes alone and says whether it is what it claims to "
                "be.\n\n",
                file);
    for (const struct command *command = commands; command->name != NULL; command++) {
        (void)fprintf(file, "  %-8s  %s\n", command->name, command->help);
    }
    (void)fputs("\n"
                "Every command takes --data DIR (or DIR alone) and --key FILE, the ledger's public "
                "key.\n\n"
                "  licet-replay verify /var/lib/licet --key ledger.vkey\n"
                "  licet-replay at 2026-12-01T00:00Z state SmartHome --data DIR --key FILE\n\n"
                "licet-replay COMMAND --help tells more.\n\n"
                "Exit codes\n"
                "  0  done and right\n"
                "  1  usage\n"
                "  2  integrity failure: not what was sealed, or not what a ledger would write\n"
                "  3  inconsistent with an anchor\n"
                "  4  sealed, but decided or rebuilt otherwise than by the rules\n"
                "  5  cannot look: files, memory, permissions\n"
                "  6  right as far as it is here: events are archived, and were not read\n",
                file);
}

static const struct command *find(const char *name)
{
    for (const struct command *command = commands; command->name != NULL; command++) {
        if (strcmp(command->name, name) == 0) return command;
    }
    return NULL;
}

static bool start(void)
{
    enum status status = crypto_start();
    if (status == OK) status = hash_start();
    if (status == OK) return true;
    (void)fprintf(stderr, "licet-replay: cryptography does not work here: %s\n",
                  status_sentence(status));
    return false;
}

static bool load_trust(struct options *options)
{
    const bool             is_key = options->key_file != NULL;
    const char            *path = is_key ? options->key_file : options->policy_file;
    struct trust_complaint complaint;
    if (is_key ? trust_load_key(&options->trust, path, &complaint)
               : trust_load_policy(&options->trust, path, &complaint)) {
        return true;
    }
    (void)fprintf(stderr, "licet-replay: the %s file %s", is_key ? "key" : "policy", path);
    if (complaint.line > 0) (void)fprintf(stderr, ", line %u", complaint.line);
    (void)fprintf(stderr, ": %s\n", status_sentence(complaint.status));
    return false;
}

static enum outcome run(const struct command *command, int count, char **arguments)
{
    static struct options options; // the policy's text makes it large
    char                  name[64];
    (void)snprintf(name, sizeof name, "licet-replay %s", command->name);
    arguments[0] = name; // argp says it in its help
    if (!command->read(count, arguments, &options)) return OUTCOME_USAGE;
    if (!start()) return OUTCOME_IO;
    if (!load_trust(&options)) return OUTCOME_USAGE;
    return command->run(&options);
}

int main(int count, char **arguments)
{
    const struct command *command = count > 1 ? find(arguments[1]) : NULL;
    if (command != NULL) return (int)run(command, count - 1, arguments + 1);
    const bool is_help =
        count > 1 && (strcmp(arguments[1], "--help") == 0 || strcmp(arguments[1], "help") == 0);
    print_help(is_help ? stdout : stderr);
    return is_help ? OUTCOME_CLEAN : OUTCOME_USAGE;
}
