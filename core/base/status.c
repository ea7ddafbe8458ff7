#include "core/base/status.h"

#include <assert.h>
#include <errno.h>
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

enum status status_of_error(int error)
{
    static const struct {
        int         error;
        enum status status;
    } rows[] = {
        {ENOENT, STATUS_NOT_FOUND    },
        {ENOSPC, STATUS_FULL         },
        {EDQUOT, STATUS_FULL         },
        {EFBIG,  STATUS_FULL         },
        {ENOMEM, STATUS_OUT_OF_MEMORY},
        {EACCES, STATUS_PERMISSION   },
        {EPERM,  STATUS_PERMISSION   },
        {EROFS,  STATUS_PERMISSION   },
        {ELOOP,  STATUS_PERMISSION   },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].error == error) return rows[i].status;
    }
    return STATUS_IO;
}
