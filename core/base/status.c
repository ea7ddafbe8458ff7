#include "core/base/status.h"

#include <assert.h>
#include <stddef.h>

const char *status_sentence(enum status status)
{
    static const char *const sentences[] = {
#define X(status, sentence) [status] = (sentence),
        STATUSES(X)
#undef X
    };
    assert((size_t)status < sizeof sentences / sizeof sentences[0]);
    return sentences[status];
}
