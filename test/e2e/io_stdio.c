/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * Streams: fread, fwrite and long strings, from and to shared memory that
 * another host owns.  Long enough that the stream hands the buffer itself to
 * the kernel.
 */
#include "spmd.h"

enum { BYTES = 5 * 4096 };

static char *text;

static void own(int value)
{
    mpg_barrier();
    if (mpg_host() == 0) {
        memset(text, value, BYTES - 1);
        text[BYTES - 1] = 0;
    }
    mpg_barrier();
}

static FILE *fresh_file(void)
{
    FILE *file = tmpfile();
    CHECK(file != NULL);
    return file;
}

int main(void)
{
    int is_user = mpg_host() == mpg_hosts() - 1;
    static char back[BYTES];
    text = spmd_pages(BYTES);
    own('f');
    if (is_user) {
        FILE *file = fresh_file();
        CHECK_EQ(fwrite(text, 1, BYTES, file), BYTES);
        rewind(file);
        CHECK_EQ(fread(back, 1, BYTES, file), BYTES);
        CHECK(!memcmp(back, text, BYTES));
        fclose(file);
    }
    own('s');
    if (is_user) {
        FILE *file = fresh_file();
        CHECK_GE(fputs(text, file), 0);
        CHECK_EQ(ftell(file), BYTES - 1);
        CHECK_EQ(fprintf(file, "%s", text), BYTES - 1);
        rewind(file);
        memset(back, 0, BYTES);
        CHECK_EQ(fread(back, 1, BYTES - 1, file), BYTES - 1);
        CHECK_STR(back, text);
        fclose(file);
    }
    own('r');
    if (is_user) {
        FILE *file = fresh_file();
        memset(back, 'R', BYTES);
        CHECK_EQ(fwrite(back, 1, BYTES, file), BYTES);
        rewind(file);
        CHECK_EQ(fread(text, 1, BYTES, file), BYTES);
        fclose(file);
    }
    mpg_barrier();
    for (int i = 0; i < BYTES; i++)
        CHECK_EQ(text[i], 'R');
    own('p');
    if (is_user) {
        CHECK_GE(puts(text), 0); /* io_stdio.sh counts them */
        CHECK_EQ(fflush(stdout), 0);
    }
    return spmd_report();
}
