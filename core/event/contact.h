// contact.h - who a user or an actor is to people (X17): kept beside the log, never in it, so that
// it can be forgotten while every proof stays.
#ifndef CORE_EVENT_CONTACT_H
#define CORE_EVENT_CONTACT_H

#include "core/base/field.h"

enum {
    CONTACT_NAME_SIZE_MAX = 200,
    CONTACT_MAIL_SIZE_MAX = 254,
    CONTACT_PHONE_SIZE_MAX = 64,
    CONTACT_SIZE_MAX = 1024, // packed
};

// What is not known is absent.
struct contact {
    struct bytes name, mail, phone;
};

extern const struct record contact_record;

// As it is kept: an array of the fields.
void contact_write(const struct contact *contact, struct buffer *buffer);
// False when it is not one. Views live as long as packed.
bool contact_read(struct bytes packed, struct contact *contact);

#endif
