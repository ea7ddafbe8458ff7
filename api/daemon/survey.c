#include "api/daemon/survey.h"

#include "api/daemon/view.h"
#include "ledger/big_endian.h"
#include "projections/groups.h"

bool survey_has_room(const struct survey *survey)
{
    return page_has_room(survey->page) && survey->look_count < SURVEY_LOOK_MAX;
}

// False when the group that the cursor names is gone, or not within the top.
static bool go_to(struct survey *survey, struct bytes cursor)
{
    if (cursor.at == NULL) return true;
    if (cursor.size != SURVEY_CURSOR_SIZE) return false;
    survey->group = group_by_id(survey->state, big_endian_get(cursor.at));
    survey->item = big_endian_get(cursor.at + BIG_ENDIAN_SIZE);
    return survey->group != 0 && group_is_within(survey->state, survey->group, survey->top);
}

static void look_around(struct survey *survey, const struct survey_row *row)
{
    while (survey->group != 0 && survey_has_room(survey)) {
        survey->look_count++;
        if (!row->look(survey)) return;
        survey->group = group_walk(survey->state, survey->group, survey->top);
        survey->item = 0;
    }
}

static void put_next(struct buffer *reply, const struct survey *survey)
{
    uint8_t cursor[SURVEY_CURSOR_SIZE];
    pack_key(reply, "next");
    if (survey->group == 0) {
        pack_nil(reply);
        return;
    }
    big_endian_put(group_at(survey->state, survey->group)->id, cursor);
    big_endian_put(survey->item, cursor + BIG_ENDIAN_SIZE);
    pack_binary(reply, (struct bytes){cursor, sizeof cursor});
}

void survey_answer(struct daemon *daemon, const struct ask *ask, uint32_t actor,
                   const struct survey_row *row, struct buffer *reply)
{
    static struct page page; // the loop is one thread
    struct survey      survey = {
             .daemon = daemon, .state = daemon->state, .arguments = &ask->arguments, .page = &page};
    survey.top = asked_group(daemon, ask->arguments.group, actor, reply);
    if (survey.top == 0) return;
    survey.group = survey.top;
    if (!go_to(&survey, ask->arguments.cursor)) {
        answer_error(reply, "NOT_FOUND", bytes_of_text("where the page begins is gone: ask anew"));
        return;
    }
    page_init(&page, ask->arguments.limit);
    look_around(&survey, row);
    answer_ok(reply, 4);
    put_page(reply, row->key, &page);
    put_next(reply, &survey);
    put_seq(reply, daemon);
    put_now(reply, daemon);
}
