// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.queue;

import io.iopf4j.trace.input.ValueEvent;
import java.util.Arrays;
import java.util.Locale;

/** What a user may say that a dump is, and how its records are decoded. No state. */
enum QueueKind {
    /** SMMUv3's event queue: Arm IHI 0070, 7.3. */
    EVTQ("evtq", 4) {
        @Override
        String decode(final long[] words, final long time, final ValueEvent event) {
            return SmmuRecords.event(words, time, event);
        }
    },
    /** SMMUv3's PRI queue: Arm IHI 0070, 8.1. */
    PRIQ("priq", 2) {
        @Override
        String decode(final long[] words, final long time, final ValueEvent event) {
            return SmmuRecords.pageRequest(words, time, event);
        }
    },
    /** SMMUv3's command queue: Arm IHI 0070, 4.1. */
    CMDQ("cmdq", 2) {
        @Override
        String decode(final long[] words, final long time, final ValueEvent event) {
            return SmmuRecords.command(words, time, event);
        }
    },
    /** VT-d's page request queue: VT-d specification, 7.5.1. */
    PRQ("prq", 4) {
        @Override
        String decode(final long[] words, final long time, final ValueEvent event) {
            return VtdRecords.pageRequest(words, time, event);
        }
    },
    /** VT-d's fault recording registers: VT-d specification, 11.4.7.7. */
    FRCD("frcd", 2) {
        @Override
        String decode(final long[] words, final long time, final ValueEvent event) {
            VtdRecords.fault(words, time, event);
            return null;
        }

        @Override
        boolean isUsed(final long[] words) {
            return VtdRecords.isFault(words);
        }
    };

    private final String title;
    private final int words;

    QueueKind(final String title, final int words) {
        this.title = title;
        this.words = words;
    }

    /** By what the user calls it. */
    static QueueKind of(final String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    String title() {
        return title;
    }

    /** Quadwords in a record, which are little endian. */
    int words() {
        return words;
    }

    /** Whether a place of the queue holds a record. */
    boolean isUsed(final long[] record) {
        return Arrays.stream(record).anyMatch(word -> word != 0);
    }

    /**
     * Decodes a record that is used.
     *
     * @return null if {@code event} now stands on it, else what it is instead of a record
     */
    abstract String decode(long[] words, long time, ValueEvent event);
}
