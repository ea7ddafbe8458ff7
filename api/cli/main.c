// licet - the command line of a ledger: for people and scripts.
#include "api/cli/arguments.h"
#include "api/cli/command.h"
#include "api/cli/connect.h"
#include "core/proof/crypto.h"
#include "core/proof/hash.h"

#include <signal.h>

int main(int count, char **texts)
{
    static struct call call;
    call.out = stdout;
    arguments_read(count, texts, &call);
    if (crypto_start() != OK || hash_start() != OK) {
        (void)fputs("licet: the cryptographic libraries do not work here\n", stderr);
        return EXIT_UNREACHABLE;
    }
    (void)signal(SIGPIPE, SIG_IGN); // a reader that goes away is an error of the stream
    const enum exit_code code = call.command->run(&call);
    if (call.complaint[0] != 0) (void)fprintf(stderr, "licet: %s\n", call.complaint);
    connect_close(&call);
    if (fflush(stdout) != 0 && code == EXIT_DONE) return EXIT_UNREACHABLE;
    return (int)code;
}
