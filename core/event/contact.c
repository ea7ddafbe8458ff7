#include "core/event/contact.h"

#include <assert.h>

#define AT(member) offsetof(struct contact, member)

// clang-format off
static const struct field fields[] = {
    {.name = "name", .type = FIELD_TEXT, .offset = AT(name), .is_optional = true,
     .max = CONTACT_NAME_SIZE_MAX, .help = "of the person"},
    {.name = "mail", .type = FIELD_TEXT, .offset = AT(mail), .is_optional = true,
     .max = CONTACT_MAIL_SIZE_MAX, .help = "address of electronic mail"},
    {.name = "phone", .type = FIELD_TEXT, .offset = AT(phone), .is_optional = true,
     .max = CONTACT_PHONE_SIZE_MAX, .help = "number to call"},
};
// clang-format on

enum { FIELD_COUNT = sizeof fields / sizeof fields[0] };

const struct record contact_record = {"contact", fields, FIELD_COUNT, sizeof(struct contact)};

static_assert(CONTACT_NAME_SIZE_MAX + CONTACT_MAIL_SIZE_MAX + CONTACT_PHONE_SIZE_MAX + 16 <=
                  CONTACT_SIZE_MAX,
              "every contact fits");

void contact_write(const struct contact *contact, struct buffer *buffer)
{
    pack_array(buffer, FIELD_COUNT);
    record_write(&contact_record, contact, buffer);
}

bool contact_read(struct bytes packed, struct contact *contact)
{
    struct pack_reader reader = pack_reader(packed);
    const uint32_t     count = pack_read_array(&reader, FIELD_COUNT);
    if (count != FIELD_COUNT) return false;
    (void)record_read(&contact_record, count, &reader, contact);
    return pack_read_end(&reader);
}
