// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

/**
 * Something that goes wrong with the hardware during a run.
 *
 * @param kind what
 * @param odds how often
 * @param fromNs from when on, in virtual nanoseconds from the start
 * @param untilNs until when, later than that; {@link #TO_THE_END} for the end of the run
 * @param lengthNs what {@link Kind#lengthKey} says, in virtual nanoseconds, at least 1; else 0
 * @param address the first byte of physical memory that it is about; 0 unless it is about some
 * @param bytes how many bytes; {@link #ALL_MEMORY} for all of it
 */
public record Hazard(
        Kind kind, Odds odds, long fromNs, long untilNs, long lengthNs, long address, long bytes) {
    /** It does not end before the run. */
    public static final long TO_THE_END = Long.MAX_VALUE;

    /** As many bytes as there are. */
    public static final long ALL_MEMORY = Long.MAX_VALUE;

    /** What can go wrong. */
    public enum Kind {
        /** An interrupt does not come. Lines that lost their last one are raised when it ends. */
        LOST_INTERRUPTS("interrupts", "lost", null),
        /** An interrupt comes late. */
        LATE_INTERRUPTS("interrupts", "late", "by"),
        /** An interrupt comes that no device raised, soon after one that a device did raise. */
        SPURIOUS_INTERRUPTS("interrupts", "spurious", null),
        /** The core gets no memory. */
        FAILED_ALLOCATIONS("allocation", "fails", null),
        /** The IOMMU waits for memory. */
        SLOW_MEMORY("memory", "slow", "by"),
        /** Memory does not answer the IOMMU. */
        FAILING_MEMORY("memory", "fails", null),
        /** A command becomes one that does not exist. */
        SPOILED_COMMANDS("commands", "spoiled", null),
        /** The queue of faults does not hear that it was read. */
        FULL_QUEUE("queue", "full", "for"),
        /** A device issues its next access before its driver's next access to a register. */
        PREEMPTION("driver", "preempted", null);

        private final String key;
        private final String word;
        private final String lengthKey;

        Kind(final String key, final String word, final String lengthKey) {
            this.key = key;
            this.word = word;
            this.lengthKey = lengthKey;
        }

        /**
         * What it happens to, as a scenario file calls it.
         *
         * @return the key
         */
        public String key() {
            return key;
        }

        /**
         * What happens to that, as a scenario file calls it.
         *
         * @return the value
         */
        public String word() {
            return word;
        }

        /**
         * The key that says how long it takes.
         *
         * @return the key, or null if it takes no time
         */
        public String lengthKey() {
            return lengthKey;
        }

        /**
         * Whether it can be about some of memory only.
         *
         * @return it can
         */
        public boolean isOfMemory() {
            return "memory".equals(key);
        }
    }
}
