#include "replay/heads.h"

bool heads_next(struct ledger *ledger, uint64_t *from, struct ledger_checkpoint *found)
{
    while (*from != UINT64_MAX) {
        const enum status status = ledger_checkpoint_from(ledger, *from, found);
        if (status != OK && status != STATUS_CORRUPT) return false;
        *from = found->size == UINT64_MAX ? UINT64_MAX : found->size + 1;
        if (status == OK) return true;
    }
    return false;
}
