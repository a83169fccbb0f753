// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import java.util.Arrays;

/** Requests that a guest has read of a device's groups, and whose last one it has not read yet. */
final class OpenGroups {
    private int[] grpids = new int[8];
    private long[] iovas = new long[8];
    private int count;

    void add(final int grpid, final long iova) {
        if (count == grpids.length) {
            grpids = Arrays.copyOf(grpids, count * 2);
            iovas = Arrays.copyOf(iovas, count * 2);
        }
        grpids[count] = grpid;
        iovas[count++] = iova;
    }

    /** Gives the group's pages to its last request, in their order. */
    void complete(final GuestRecord last) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (grpids[i] == last.grpid()) {
                last.addPage(iovas[i]);
            } else {
                grpids[kept] = grpids[i];
                iovas[kept++] = iovas[i];
            }
        }
        count = kept;
    }
}
