// storage.h - the floors of the disk: a ledger alone, with its tree and its signed checkpoint, and
// a file that is only written and flushed.
#ifndef BENCH_STORAGE_H
#define BENCH_STORAGE_H

#include "bench/measure.h"
#include "core/proof/key.h"

#define LEAF_BATCH_MAX 1024

struct storage;

// Makes a ledger and a file in the directory, which exists. The signer is borrowed.
MUST_CHECK enum status storage_open(const char *directory, const struct signer *signer,
                                    struct storage **storage);
void                   storage_close(struct storage *storage); // NULL is fine

// Batches of leaves as long as those of the load, each made durable before the next begins. The
// rate counts leaves, a latency is that of a batch.
MUST_CHECK enum status storage_run_ledger(struct storage *storage, uint32_t batch_count,
                                          uint64_t duration_ns, struct measure *measure);
// The same bytes, appended to a file and fdatasync'd.
MUST_CHECK enum status storage_run_disk(struct storage *storage, uint32_t batch_count,
                                        uint64_t duration_ns, struct measure *measure);
// One batch of the ledger.
MUST_CHECK enum status storage_commit_once(struct storage *storage, uint32_t batch_count);

size_t storage_leaf_size(const struct storage *storage);

#endif
