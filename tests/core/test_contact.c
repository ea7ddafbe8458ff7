// X17: a contact as it is kept.
#include "core/event/contact.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

static void expect_again(const struct contact *contact)
{
    uint8_t        room[CONTACT_SIZE_MAX];
    struct buffer  packed = buffer_over(room, sizeof room);
    struct contact again;
    contact_write(contact, &packed);
    cr_assert(not(packed.is_full));
    cr_assert(contact_read(buffer_bytes(&packed), &again));
    cr_expect(bytes_is_equal(again.name, contact->name));
    cr_expect(bytes_is_equal(again.mail, contact->mail));
    cr_expect(bytes_is_equal(again.phone, contact->phone));
    cr_expect(not(contact_read((struct bytes){room, packed.size - 1}, &again)));
}

Test(contact, x17_is_read_as_it_was_written)
{
    static uint8_t longest[CONTACT_MAIL_SIZE_MAX];
    memset(longest, 'x', sizeof longest);
    expect_again(&(struct contact){.name = bytes_of_text("Maria Stern"),
                                   .mail = bytes_of_text("maria@example.com")});
    expect_again(&(struct contact){.phone = bytes_of_text("+49 30 1234567")});
    expect_again(&(struct contact){
        .name = {longest, CONTACT_NAME_SIZE_MAX },
        .mail = {longest, CONTACT_MAIL_SIZE_MAX },
        .phone = {longest, CONTACT_PHONE_SIZE_MAX}
    });
}

Test(contact, x17_what_is_too_long_is_none)
{
    static uint8_t longest[CONTACT_MAIL_SIZE_MAX + 1];
    uint8_t        room[CONTACT_SIZE_MAX];
    struct buffer  packed = buffer_over(room, sizeof room);
    struct contact again;
    memset(longest, 'x', sizeof longest);
    contact_write(
        &(struct contact){
            .mail = {longest, sizeof longest}
    },
        &packed);
    cr_expect(not(contact_read(buffer_bytes(&packed), &again)));
}
