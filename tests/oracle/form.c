// The part of matter.h that knows what is not in form, as far as only the facts can show it: what
// an event shows by itself, core/ refuses when it reads it.
#include "tests/oracle/matter.h"

#include <stddef.h>
#include <string.h>

#include "core/proof/crypto.h"
#include "core/proof/key.h"

static bool is_per_device(const struct facts *facts, struct bytes resource)
{
    enum resource_kind kind = FEATURE;
    return facts_kind(facts, resource, &kind) && kind == PER_DEVICE;
}

struct bytes oracle_unit(const struct facts *facts, struct bytes resource, struct bytes unit)
{
    if (!is_per_device(facts, resource)) return unit;
    uint8_t *folded = facts_keep_room(facts, unit.size);
    size_t   size = 0;
    for (size_t i = 0; i < unit.size; i++) {
        const uint8_t character = unit.at[i];
        if (strchr(":-. ", character) != NULL) continue;
        const bool is_upper = character >= 'A' && character <= 'Z';
        folded[size++] = is_upper ? (uint8_t)(character - 'A' + 'a') : character;
    }
    return (struct bytes){folded, size};
}

static const char *enrolment_offence(const struct actor_enrolment *enrolment)
{
    return crypto_is_valid_point(enrolment->key.at) ? NULL : "key";
}

static const char *vendor_offence(const struct vendor_enrolment *enrolment)
{
    if (!key_is_name(enrolment->name)) return "name";
    return crypto_is_valid_point(enrolment->key.at) ? NULL : "key";
}

// Whether the newest file with the name said that it needs another resource.
static bool ever_needed(const struct facts *facts, struct bytes resource)
{
    for (uint32_t i = facts_count(facts, FACT_UPLOAD); i > 0; i--) {
        const struct upload_row *upload = facts_at(facts, FACT_UPLOAD, i - 1);
        for (uint32_t j = 0; j < upload->license->entry_count; j++) {
            const struct license_entry *entry = &upload->license->entries[j];
            if (bytes_is_equal(entry->name, resource)) return entry->needs.size > 0;
        }
    }
    return false;
}

// T10. Devices come in a direction, other units in none; as far as a file ever said what it is.
// B11. A unit is named for what is needed only where something is, likewise.
static const char *consumption_offence(const struct facts       *facts,
                                       const struct consumption *consumption)
{
    enum resource_kind kind = FEATURE;
    const bool         has_direction = consumption->direction != DIRECTION_ABSENT;
    if (oracle_unit(facts, consumption->resource, consumption->unit).size == 0) return "unit";
    if (!facts_kind(facts, consumption->resource, &kind)) return NULL;
    if (has_direction != (kind == PER_DEVICE)) return "direction";
    const bool is_needy = ever_needed(facts, consumption->resource);
    return consumption->needed.size > 0 && !is_needy ? "needed" : NULL;
}

static const char *transfer_offence(const struct facts *facts, const struct transfer *transfer)
{
    if (transfer->to_unit.size == 0) return NULL;
    const struct bytes unit = oracle_unit(facts, transfer->resource, transfer->to_unit);
    return unit.size == 0 ? "to_unit" : NULL;
}

const char *oracle_offence(const struct facts *facts, const struct event *event)
{
    if (event->kind == ACTOR_ENROLMENT) return enrolment_offence(&event->of.actor_enrolment);
    if (event->kind == VENDOR_ENROLMENT) return vendor_offence(&event->of.vendor_enrolment);
    if (event->kind == TRANSFER) return transfer_offence(facts, &event->of.transfer);
    if (event->kind == CONSUMPTION) return consumption_offence(facts, &event->of.consumption);
    return NULL;
}
