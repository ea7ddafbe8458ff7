// What the process that writes an archive says to its daemon.
#include "api/daemon/archive_process.h"

#include <criterion/criterion.h>
#include <criterion/new/assert.h>
#include <string.h>

#define ROOT "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

Test(archive_line, is_read_as_it_was_printed)
{
    static const char *const lines[] = {"at 0\n", "at 9223372036854775807\n", "written " ROOT "\n",
                                        "failed no room, said the disk\n"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct archive_said said;
        char                room[128];
        struct buffer       again = buffer_over(room, sizeof room);
        cr_assert(archive_line_read(bytes_of_text(lines[i]), &said), "%s", lines[i]);
        archive_line_print(&said, &again);
        cr_expect(bytes_is_equal(buffer_bytes(&again), bytes_of_text(lines[i])), "%s", lines[i]);
    }
}

Test(archive_line, that_is_none_is_not_read)
{
    static const char *const lines[] = {
        "",       "\n",       "at 1",      "at 01\n",      "at 9223372036854775808\n",
        "at\n",   "at 1 2\n", "written\n", "written 00\n", "written " ROOT "0\n",
        "done\n", "failed\n", "failed \n", "Failed why\n", "written  " ROOT "\n",
    };
    struct archive_said said;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        cr_expect(zero(int, archive_line_read(bytes_of_text(lines[i]), &said)), "%s", lines[i]);
}
