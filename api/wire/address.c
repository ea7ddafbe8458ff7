#include "api/wire/address.h"

#include <stdio.h>
#include <stdlib.h>

const char *address_default(char *text, size_t size)
{
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread reads the environment, before others start.
    const char *directory = getenv("XDG_RUNTIME_DIR");
    const char *base = directory == NULL || directory[0] == 0 ? "/run/licet" : directory;
    (void)snprintf(text, size, "ipc://%s/licetd.sock", base);
    return text;
}
