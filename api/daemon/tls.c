#include "api/daemon/tls.h"

#include "api/daemon/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PEM_SIZE_MAX = 64 * 1024 };

struct pem {
    char   text[PEM_SIZE_MAX + 1];
    size_t size;
};

static enum status read_all(int file, struct pem *pem)
{
    pem->size = 0;
    for (;;) { // each round reads something, fails, or ends
        const ssize_t size = read(file, pem->text + pem->size, sizeof pem->text - pem->size);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return STATUS_IO;
        if (size == 0) break;
        pem->size += (size_t)size;
        if (pem->size > PEM_SIZE_MAX) return STATUS_TOO_LARGE;
    }
    pem->text[pem->size] = 0;
    return OK;
}

static enum status read_pem(const char *path, bool is_secret, struct pem *pem)
{
    struct stat facts;
    const int   file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return errno == EACCES ? STATUS_PERMISSION : STATUS_IO;
    enum status status = fstat(file, &facts) == 0 ? OK : STATUS_IO;
    if (status == OK && is_secret && (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        status = STATUS_PERMISSION;
    }
    if (status == OK) status = read_all(file, pem);
    close(file);
    return status;
}

static enum status set_own(nng_tls_config *config, const struct listen *listen)
{
    static struct pem certificate;
    static struct pem key;
    enum status       status = read_pem(listen->certificate_file, false, &certificate);
    if (status == OK) status = read_pem(listen->key_file, true, &key);
    if (status == OK && nng_tls_config_own_cert(config, certificate.text, key.text, NULL) != 0) {
        status = STATUS_MALFORMED;
    }
    explicit_bzero(&key, sizeof key);
    return status;
}

static enum status set_authority(nng_tls_config *config, const struct listen *listen)
{
    static struct pem authority;
    if (listen->authority_file == NULL) {
        return nng_tls_config_auth_mode(config, NNG_TLS_AUTH_MODE_NONE) == 0 ? OK : STATUS_IO;
    }
    const enum status status = read_pem(listen->authority_file, false, &authority);
    if (status != OK) return status;
    if (nng_tls_config_ca_chain(config, authority.text, NULL) != 0) return STATUS_MALFORMED;
    // Not OPTIONAL: that one accepts certificates of the wrong purpose.
    return nng_tls_config_auth_mode(config, NNG_TLS_AUTH_MODE_REQUIRED) == 0 ? OK : STATUS_IO;
}

enum status tls_config_open(const struct listen *listen, struct nng_tls_config **config)
{
    nng_tls_config *made = NULL;
    if (nng_tls_config_alloc(&made, NNG_TLS_MODE_SERVER) != 0) return STATUS_OUT_OF_MEMORY;
    enum status status = set_own(made, listen);
    if (status == OK) status = set_authority(made, listen);
    if (status != OK) {
        nng_tls_config_free(made);
        return status;
    }
    *config = made;
    return OK;
}
