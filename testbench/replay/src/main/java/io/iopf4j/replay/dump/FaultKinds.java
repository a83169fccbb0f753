// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.dump;

import io.iopf4j.trace.fault.FaultReason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A dump's faults that are no page requests, put together by device, reason and access: what has to
 * be explained once. Its memory is bounded: of too many kinds the later ones are one.
 */
public final class FaultKinds implements DumpListener {
    private static final int KINDS_MAX = 10_000;
    private static final Key OTHERS = new Key("all other devices", "", 0, 0);

    private final Map<Key, Kind> kinds = new TreeMap<>();

    /** No fault yet. */
    public FaultKinds() {}

    private record Key(String device, String source, int reason, int perm)
            implements Comparable<Key> {
        private static final Comparator<Key> ORDER =
                Comparator.comparing(Key::device)
                        .thenComparing(Key::source)
                        .thenComparingInt(Key::reason)
                        .thenComparingInt(Key::perm);

        @Override
        public int compareTo(final Key other) {
            return ORDER.compare(this, other);
        }
    }

    /** Faults that are alike. */
    public static final class Kind {
        private final Key key;
        private long count;
        private long firstNs = Long.MAX_VALUE;
        private long lastNs = Long.MIN_VALUE;
        private long lowest = -1;
        private long highest;

        private Kind(final Key key) {
            this.key = key;
        }

        private void add(final RecordedFault fault) {
            count++;
            firstNs = Math.min(firstNs, fault.timeNs());
            lastNs = Math.max(lastNs, fault.timeNs());
            if (Long.compareUnsigned(fault.addr(), lowest) < 0) {
                lowest = fault.addr();
            }
            if (Long.compareUnsigned(fault.addr(), highest) > 0) {
                highest = fault.addr();
            }
        }

        /**
         * Whose they are.
         *
         * @return the device's name
         */
        public String device() {
            return key.device;
        }

        /**
         * Why the hardware refused them.
         *
         * @return its own number, 0 if the dump does not say
         */
        public int reason() {
            return key.reason;
        }

        /**
         * The same in words.
         *
         * @return name, meaning and usual cause
         */
        public FaultReason explanation() {
            return FaultReason.of(key.source, key.reason);
        }

        /**
         * What they asked for.
         *
         * @return {@code IommuFault.PERM_} bits, 0 if the dump does not say
         */
        public int perm() {
            return key.perm;
        }

        /**
         * How many there are.
         *
         * @return at least 1
         */
        public long count() {
            return count;
        }

        /**
         * When the first was.
         *
         * @return the dump's time
         */
        public long firstNs() {
            return firstNs;
        }

        /**
         * When the last was.
         *
         * @return the dump's time
         */
        public long lastNs() {
            return lastNs;
        }

        /**
         * The lowest address.
         *
         * @return bytes, unsigned
         */
        public long lowest() {
            return lowest;
        }

        /**
         * The highest address.
         *
         * @return bytes, unsigned
         */
        public long highest() {
            return highest;
        }
    }

    @Override
    public void unrecoverableFault(final RecordedFault fault) {
        Key key = new Key(fault.device(), fault.source(), fault.reason(), fault.perm());
        if (kinds.size() >= KINDS_MAX && !kinds.containsKey(key)) {
            key = OTHERS;
        }
        kinds.computeIfAbsent(key, Kind::new).add(fault);
    }

    /**
     * All kinds.
     *
     * @return by device, then reason, then access
     */
    public List<Kind> kinds() {
        return new ArrayList<>(kinds.values());
    }
}
