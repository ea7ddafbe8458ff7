#include "bench/figure.h"

#include <stdio.h>

static double reached(const struct figure *figure)
{
    return figure->beside > 0 ? figure->value / figure->beside : figure->value;
}

// The other side may be too small to be measured: then nothing is said.
static bool is_judged(const struct figure *figure)
{
    return figure->goal > 0 && (figure->beside > 0 || figure->beside_name == NULL);
}

static const char *word_of(const struct figure *figure)
{
    if (!is_judged(figure)) return "";
    const bool is_met =
        figure->is_least ? reached(figure) >= figure->goal : reached(figure) <= figure->goal;
    return is_met ? "met" : "missed";
}

static void print_beside(const struct figure *figure)
{
    if (figure->beside == 0) {
        printf(" %34s %8s", "", "");
    } else {
        printf("  %22s %9.2f %7.2fx", figure->beside_name, figure->beside, reached(figure));
    }
}

static void print_goal(const struct figure *figure)
{
    if (!is_judged(figure)) return;
    printf("  %s %.4g%s %s", figure->is_least ? ">=" : "<=", figure->goal,
           figure->beside > 0 ? "x" : "", word_of(figure));
}

void figures_print(const struct figure *figures, uint32_t count)
{
    printf("\n%-47s %10s %-6s %33s %8s  %s\n", "what", "value", "unit", "beside", "ratio", "goal");
    for (uint32_t i = 0; i < count; i++) {
        const struct figure *figure = &figures[i];
        printf("%-47s %10.2f %-6s", figure->name, figure->value, figure->unit);
        print_beside(figure);
        print_goal(figure);
        printf("\n");
    }
}

json_t *figures_json(const struct figure *figures, uint32_t count)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++) {
        const struct figure *figure = &figures[i];
        const bool           is_beside = figure->beside > 0;
        (void)json_array_append_new(
            list, json_pack("{s:s, s:f, s:s, s:o, s:s?, s:o, s:o, s:s}", "name", figure->name,
                            "value", figure->value, "unit", figure->unit, "beside",
                            is_beside ? json_real(figure->beside) : json_null(), "beside_name",
                            is_beside ? figure->beside_name : NULL, "ratio",
                            is_beside ? json_real(reached(figure)) : json_null(), "goal",
                            figure->goal > 0 ? json_real(figure->goal) : json_null(), "verdict",
                            word_of(figure)));
    }
    return list;
}

enum status figures_save(json_t *all, const char *path)
{
    const int failed = all == NULL || json_dump_file(all, path, JSON_INDENT(1)) != 0;
    json_decref(all);
    return failed ? STATUS_IO : OK;
}
