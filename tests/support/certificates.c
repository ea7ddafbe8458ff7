#include "tests/support/certificates.h"

#include <stdio.h>
#include <stdlib.h>

// Follows "cd '<folder>'".
static const char script[] =
    " && exec > certificates.log 2>&1 && umask 077 && set -e;"
    "new='-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';"
    "openssl req -x509 $new -keyout ca.key -out ca.crt -subj /CN=authority -days 2;"
    "openssl req -x509 $new -keyout x.key -out x.crt -subj /CN=stranger -days 2;"
    "openssl req $new -keyout server.key -out server.csr -subj /CN=localhost;"
    "openssl req $new -keyout client.key -out client.csr -subj /CN=client;"
    "sign='openssl x509 -req -CA ca.crt -CAkey ca.key -days 2';"
    "$sign -in server.csr -out server.crt -set_serial 1;"
    "$sign -in client.csr -out client.crt -set_serial 2;"
    "cat client.crt client.key > client.pem; cat x.crt x.key > x.pem";

static void name_file(char path[static CERTIFICATE_PATH_SIZE], const char *folder, const char *name)
{
    snprintf(path, CERTIFICATE_PATH_SIZE, "%s/%s", folder, name);
}

void certificates_make(const char *folder, struct certificates *certificates)
{
    char command[sizeof script + CERTIFICATE_PATH_SIZE];
    snprintf(command, sizeof command, "cd '%s'%s", folder, script);
    if (system(command) != 0) {
        fprintf(stderr, "openssl did not make certificates, see %s/certificates.log\n", folder);
        abort();
    }
    name_file(certificates->authority, folder, "ca.crt");
    name_file(certificates->server, folder, "server.crt");
    name_file(certificates->server_key, folder, "server.key");
    name_file(certificates->client, folder, "client.pem");
    name_file(certificates->stranger, folder, "x.pem");
}
