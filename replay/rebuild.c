#include "projections/digest.h"
#include "replay/commands.h"
#include "replay/json.h"
#include "replay/replaying.h"

#include <inttypes.h>
#include <stdio.h>

static void print(const struct options *options, uint64_t size, const struct hash *digest)
{
    char          room[2 * HASH_SIZE + 1];
    struct buffer text = buffer_over(room, sizeof room);
    if (options->is_quiet) return;
    crypto_hex_add(&text, hash_view(digest));
    if (options->is_json) {
        json_print_digest(size, buffer_text(&text), stdout);
    } else {
        (void)printf("%s at size %" PRIu64 "\n", buffer_text(&text), size);
    }
}

static enum outcome tell(const struct replaying *replaying, const struct options *options)
{
    struct hash       digest;
    const enum status status = digest_of(replaying->state, &digest);
    if (status != OK) return OUTCOME_IO;
    print(options, server_at(replaying->state)->size, &digest);
    if (!options->has_expected || hash_is_equal(&digest, &options->expected)) return OUTCOME_CLEAN;
    (void)fflush(stdout);
    (void)fputs("licet-replay: that is not the expected digest\n", stderr);
    return OUTCOME_DIVERGENCE;
}

static enum outcome rebuild(const struct options *options)
{
    static struct replaying replaying;
    enum outcome            outcome = replaying_open(&replaying, options);
    if (outcome == OUTCOME_CLEAN) outcome = replaying_run(&replaying, options->to);
    if (outcome == OUTCOME_CLEAN) outcome = tell(&replaying, options);
    replaying_close(&replaying);
    return outcome;
}

enum outcome rebuild_run(const struct options *options)
{
    return sheltered(rebuild, options);
}
