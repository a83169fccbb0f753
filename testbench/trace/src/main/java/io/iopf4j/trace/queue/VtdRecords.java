// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.queue;

import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.input.ValueEvent;

/** Records of VT-d: its specification, 7.5.1 and 11.4.7.7. */
final class VtdRecords {
    private static final EventFormat REQUEST =
            ValueEvent.format(
                    "prq",
                    "request",
                    "rid",
                    "pp",
                    "pasid",
                    "last",
                    "grpid",
                    "perm",
                    "addr",
                    "private0",
                    "private1");

    private static final EventFormat FAULT =
            ValueEvent.format(
                    "frcd", "fault", "rid", "pp", "pasid", "reason", "type", "at", "perm", "addr");

    private static final EventFormat INTERRUPT =
            ValueEvent.format("frcd", "interrupt_fault", "rid", "reason", "index");

    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int EXEC = 4;
    private static final int PRIV = 8;
    private static final int PAGE_REQUEST = 1;

    /** By T1 and T2. What a page request asked for is not recorded. */
    private static final String[] TYPES = {"write", "page request", "read", "atomic"};

    private static final int[] PERMS = {WRITE, 0, READ, READ | WRITE};
    private static final int INTERRUPT_FIRST = 0x20;
    private static final int INTERRUPT_LAST = 0x29;

    private VtdRecords() {}

    /** A page request descriptor. */
    static String pageRequest(final long[] words, final long time, final ValueEvent event) {
        final int type = (int) words[0] & 0xff;
        if (type != PAGE_REQUEST) {
            return "type " + type;
        }
        final long isPasid = bit(words[0], 8);
        event.begin(REQUEST, time)
                .put(0, (words[0] >>> 16) & 0xffff)
                .put(1, isPasid)
                .put(2, isPasid == 0 ? 0 : (words[0] >>> 32) & 0xf_ffff)
                .put(3, bit(words[1], 2))
                .put(4, (words[1] >>> 3) & 0x1ff)
                .put(
                        5,
                        bit(words[1], 0) * READ
                                | bit(words[1], 1) * WRITE
                                | bit(words[0], 52) * EXEC
                                | bit(words[0], 53) * PRIV)
                .put(6, words[1] & -4096);
        if (bit(words[0], 9) != 0) {
            event.put(7, words[2]).put(8, words[3]);
        }
        return null;
    }

    /** Whether F is set: the driver clears it, and leaves the rest of what it has read. */
    static boolean isFault(final long[] words) {
        return bit(words[1], 63) != 0;
    }

    /** A fault recording register, its low half first. */
    static void fault(final long[] words, final long time, final ValueEvent event) {
        final long low = words[0];
        final long high = words[1];
        final int reason = (int) (high >>> 32) & 0xff;
        final long rid = high & 0xffff;
        if (reason >= INTERRUPT_FIRST && reason <= INTERRUPT_LAST) {
            event.begin(INTERRUPT, time).put(0, rid).put(1, reason).put(2, low >>> 48);
            return;
        }
        final long isPasid = bit(high, 31);
        final int type = (int) (bit(high, 62) << 1 | bit(high, 28));
        event.begin(FAULT, time)
                .put(0, rid)
                .put(1, isPasid)
                .put(2, isPasid == 0 ? 0 : (high >>> 40) & 0xf_ffff)
                .put(3, reason)
                .put(4, TYPES[type])
                .put(5, (high >>> 60) & 3)
                .put(6, PERMS[type] | bit(high, 30) * EXEC | bit(high, 29) * PRIV)
                .put(7, low & -4096);
    }

    private static long bit(final long word, final int number) {
        return (word >>> number) & 1;
    }
}
