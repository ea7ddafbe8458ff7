#include "replay/group_state.h"

#include "core/base/window.h"
#include "projections/groups.h"

#include <assert.h>
#include <inttypes.h>

void group_state_init(struct group_state *shown, const struct state *state, uint32_t group,
                      uint64_t ms)
{
    struct buffer path = buffer_over(shown->room, sizeof shown->room);
    assert(server_at(state)->size > 0);
    group_add_path(state, group, &path);
    shown->state = state;
    shown->group = group;
    shown->ms = ms;
    shown->seq = server_at(state)->size - 1;
    shown->path = buffer_bytes(&path);
    shown->count = 0;
    uint32_t at = server_at(state)->newest_resource;
    for (; at != 0 && shown->count < RESOURCE_MAX; at = resource_at(state, at)->next) {
        shown->resources[shown->count++] = at;
    }
    for (uint32_t i = 0; i < shown->count / 2; i++) {
        const uint32_t newer = shown->resources[i];
        shown->resources[i] = shown->resources[shown->count - 1 - i];
        shown->resources[shown->count - 1 - i] = newer;
    }
}

static int width_of_names(const struct group_state *shown)
{
    size_t width = sizeof "RESOURCE" - 1;
    for (uint32_t i = 0; i < shown->count; i++) {
        const struct resource *resource = resource_at(shown->state, shown->resources[i]);
        const size_t           size = text_of(shown->state, resource->name).size;
        if (size > width) width = size;
    }
    return (int)width;
}

// What is off has no end.
static const char *until_text(enum resource_status status, uint64_t until_ms, char *text)
{
    return status == STATUS_ON ? time_to_text(until_ms, text) : "-";
}

static void print_resource(const struct group_state *shown, uint32_t at, FILE *file)
{
    const struct resource_view view = view_resource(shown->state, shown->group, at, shown->ms);
    char                       until[TIME_TEXT_SIZE];
    (void)fprintf(file, "  %10" PRIu64 "  %10" PRIu64 "  %10" PRIu64 "  %10" PRIu32 "  %-13s  %s\n",
                  view.maximum, view.used, view.available, view.suspended,
                  resource_status_word(view.status), until_text(view.status, view.until_ms, until));
}

static void print_feature(const struct group_state *shown, uint32_t at, FILE *file)
{
    const struct feature_view view = view_feature(shown->state, shown->group, at, shown->ms);
    char                      until[TIME_TEXT_SIZE];
    (void)fprintf(file, "  %10s  %10s  %10s  %10s  %-13s  %s\n", "feature", "-", "-", "-",
                  resource_status_word(view.status), until_text(view.status, view.until_ms, until));
}

void group_state_print(const struct group_state *shown, FILE *file)
{
    const int width = width_of_names(shown);
    char      time[TIME_TEXT_SIZE];
    (void)fprintf(file, "%.*s after event %" PRIu64 ", at %s\n", (int)shown->path.size,
                  (const char *)shown->path.at, shown->seq, time_to_text(shown->ms, time));
    (void)fprintf(file, "%-*s  %10s  %10s  %10s  %10s  %-13s  %s\n", width, "RESOURCE", "MAXIMUM",
                  "USED", "AVAILABLE", "SUSPENDED", "STATUS", "UNTIL");
    for (uint32_t i = 0; i < shown->count; i++) {
        const struct resource *resource = resource_at(shown->state, shown->resources[i]);
        const struct bytes     name = text_of(shown->state, resource->name);
        (void)fprintf(file, "%-*.*s", width, (int)name.size, (const char *)name.at);
        if (resource->kind == FEATURE) {
            print_feature(shown, shown->resources[i], file);
        } else {
            print_resource(shown, shown->resources[i], file);
        }
    }
}
