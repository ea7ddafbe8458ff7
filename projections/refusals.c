#include "projections/refusals.h"

void refusals_counted_judge(struct question *question, const struct event *event)
{
    const struct refusals_counted *counted = &event->of.refusals_counted;
    struct list_reader             items = list_start(counted->counts);
    if (counted->from_ms > question->now_ms) refuse_malformed(question, "from");
    if (counted->counts.count == 0) refuse_malformed(question, "counts");
    for (struct refusal_count count; list_next(&items, &refusal_count_record, &count);) {
        const struct refusal_row *row = refusal_row(count.code);
        const bool                is_kept = row != NULL && row->code != ACCEPTED && row->is_logged;
        if (!is_kept || count.count == 0) {
            refuse_malformed(question, "counts");
        }
    }
}
