#include "bench/limits.h"

#include "api/client/licet.h"
#include "api/wire/file.h"
#include "core/event/proposal.h"

#include <stdio.h>

enum { FILE_SIZE_MAX = 256 * 1024, WINDOW = 64, ANSWER_MS = 20 * 1000 };

static enum status submit(struct licet *licet, struct bytes group, uint64_t count)
{
    uint8_t               room[4][2048];
    uint64_t              ticket = 0;
    struct buffer         entries = buffer_over(room[0], sizeof room[0]);
    struct buffer         packages = buffer_over(room[0], sizeof room[0]);
    struct buffer         event = buffer_over(room[1], sizeof room[1]);
    struct buffer         memory = buffer_over(room[2], sizeof room[2]);
    struct buffer         request = buffer_over(room[3], sizeof room[3]);
    struct licet_proposal proposal;

    const struct entry entry = {bytes_of_text("sip_number"), count};
    pack_array(&entries, entry_record.field_count);
    record_write(&entry_record, &entry, &entries);
    packages = buffer_over(room[0] + entries.size, sizeof room[0] - entries.size);
    const struct package package = {
        .name = bytes_of_text("all"),
        .until_ms = TIME_NEVER,
        .entries = {buffer_bytes(&entries), 1}
    };
    pack_array(&packages, package_record.field_count);
    record_write(&package_record, &package, &packages);
    const struct event saved = {
        .kind = ALLOCATION,
        .of.allocation = {
                          .group = group, .is_restricted = true, .packages = {buffer_bytes(&packages), 1}}
    };
    pack_array(&event, 1 + event_field_count(&saved));
    event_write(&saved, &event);
    enum status status = licet_proposal_make(licet, buffer_bytes(&event), &memory, &proposal);
    if (status != OK) return status;
    licet_proposal_request(&proposal, false, &request);
    return licet_submit(licet, buffer_bytes(&request), &ticket);
}

static enum status collect(struct licet *licet, uint32_t in_flight_max)
{
    while (licet_in_flight(licet) > in_flight_max) {
        struct licet_reply reply;
        const enum status  status = licet_collect(licet, ANSWER_MS, &reply);
        if (status != OK) return status;
        if (reply.outcome == MESSAGE_OK) continue;
        const struct bytes code = message_text(reply.map, "code");
        (void)fprintf(stderr, "licet-bench: a limit was not saved: %.*s\n", (int)code.size,
                      (const char *)code.at);
        return STATUS_USAGE;
    }
    return OK;
}

static enum status save_all(struct licet *licet, struct bytes lines)
{
    enum status status = OK;
    for (struct bytes rest = lines; rest.size > 0 && status == OK;) {
        uint64_t           count = 0;
        struct bytes       line = bytes_cut(&rest, '\n');
        const struct bytes group = bytes_cut(&line, ' ');
        if (!bytes_to_decimal(line, COUNT_MAX, &count)) return STATUS_MALFORMED;
        status = submit(licet, group, count);
        if (status == OK) status = collect(licet, WINDOW);
    }
    return status == OK ? collect(licet, 0) : status;
}

enum status limits_save(const char *url, const struct signer *admin, const char *file)
{
    static uint8_t             memory[FILE_SIZE_MAX];
    struct licet              *licet = NULL;
    const struct licet_options options = {.url = url, .signer = admin};
    struct buffer              lines = buffer_over(memory, sizeof memory);
    enum status                status = file_read(file, &lines);
    if (status == OK) status = licet_open(&options, &licet);
    if (status == OK) status = licet_connect(licet);
    if (status == OK) status = save_all(licet, buffer_bytes(&lines));
    if (status != OK && licet != NULL) {
        (void)fprintf(stderr, "licet-bench: %s\n", licet_detail(licet));
    }
    licet_close(licet);
    return status;
}
