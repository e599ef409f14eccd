# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Options of the runtime, with a launcher and without.
. "$(dirname "$0")/lib.sh"
run="$BIN/millirun -n 2"

mistake 70 'MILLIPAGE_MEMORY=12Q: must be a size from 1M to 4T' \
    env MILLIPAGE_MEMORY=12Q ./program
mistake 2 '--memory=12Q: must be a size from 1M to 4T' $run --memory 12Q ./program
mistake 2 'MEMORY.*=8T.*size from 1M to 4T' env MILLIPAGE_MEMORY=8T $run ./program
mistake 70 'MILLIPAGE_VM=fast: there is no such backend; write uffd or mprotect' \
    env MILLIPAGE_VM=fast ./program
mistake 70 'MILLIPAGE_VM=fast: there is no such backend' $run --vm fast ./program
mistake 70 'MILLIPAGE_BOOT_FD=abc is not an open socket' \
    env MILLIPAGE_BOOT_FD=abc ./program
mistake 70 'MILLIPAGE_BOOT_FD=0: no launcher speaks there' \
    sh -c 'MILLIPAGE_BOOT_FD=0 exec ./program </dev/null'
mistake 70 "this program shares no variable 'cell'" \
    env MILLIPAGE_GRANULARITY=cell=page $run ./program
mistake 70 "'cells=pages' is not name=whole, page" \
    env MILLIPAGE_GRANULARITY=cells=pages $run ./program
mistake 70 'cells is compiled in units of 8 bytes (program.c:3), and 12 is no multiple' \
    env MILLIPAGE_GRANULARITY=cells=12 $run ./program
mistake 70 'flat is compiled as contiguous memory (program.c:5).*not 64' \
    env MILLIPAGE_GRANULARITY=flat=64 $run ./program
mistake 70 'cells (program.c:3): minipages of 8 bytes need 64 views.* there are 15' \
    env MILLIPAGE_MEMORY=4T $run ./program
mistake 70 'cannot reserve .* bytes of addresses' \
    sh -c 'ulimit -v 8000000; exec ./program'

# Pointers and arrays that may stand for each other are overridden together; a
# pointer's name stands for its allocations.
cat >pair.c <<'END'
#include <millipage.h>
#include <stdlib.h>
#pragma millipage shared granularity(element)
long cells[64];
#pragma millipage shared granularity(element, 2)
long *heap;
static long first(
#pragma millipage shared granularity(element)
    long *p)
{
    return p[0];
}
int main(void)
{
    if (mpg_host() == 0) {
        heap = malloc(64 * sizeof *heap);
        heap[63] = 5;
    }
    mpg_barrier();
    return first(cells) != 0 || heap[63] != 5;
}
END
"$BIN/millicc" -Wall -Werror pair.c -o pair || exit 1
mistake 70 "'cells' (pair.c:3) and 'first.p' (pair.c:8) have one granularity" \
    env MILLIPAGE_GRANULARITY=cells=page $run ./pair
for override in 'cells=page;first.p=page' heap=element,5 heap=page; do
    if ! MILLIPAGE_GRANULARITY=$override $run ./pair; then
        echo "FAILED: $override"
        exit 1
    fi
done

# A name that is nearly one warns, and the program runs.
mistake 0 'MILLIPAGE_MEMROY is not an option; did you mean MILLIPAGE_MEMORY' \
    env MILLIPAGE_MEMROY=1G $run ./program
well
