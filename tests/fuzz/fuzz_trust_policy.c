// Whatever the bytes: a policy that is read keeps its promises, and more signatures never make a
// quorum that is met one that is not.
#include "core/proof/trust_policy.h"

#include "core/proof/hash.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void start(void)
{
    static bool is_started = false;
    if (is_started) return;
    is_started = hash_start() == OK && crypto_start() == OK;
    assert(is_started);
}

static void check_names(const struct trust_policy *policy)
{
    assert(policy->name_count <= TRUST_NAME_MAX);
    assert(policy->quorum <= policy->name_count);
    for (uint32_t i = 0; i < policy->name_count; i++) {
        const struct trust_name *name = &policy->names[i];
        assert(name->name.size > 0);
        assert(name->members >> i == 0);
        assert(name->threshold <= (uint32_t)__builtin_popcountll(name->members));
        assert(name->key < policy->verifier_count || name->threshold > 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trust_policy policy;
    uint32_t            line = 0;
    start();
    if (trust_policy_parse((struct bytes){data, size}, &policy, &line) != OK) return 0;
    check_names(&policy);
    uint64_t signed_by = policy.logs;
    bool     is_met = trust_policy_is_met(&policy, signed_by);
    assert(!trust_policy_is_met(&policy, 0));
    for (uint32_t i = 0; i < policy.verifier_count; i++) {
        signed_by |= (uint64_t)1 << i;
        const bool is_now = trust_policy_is_met(&policy, signed_by);
        assert(is_now || !is_met);
        is_met = is_now;
    }
    return 0;
}
