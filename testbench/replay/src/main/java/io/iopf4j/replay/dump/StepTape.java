// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.dump;

import java.util.ArrayList;
import java.util.List;

/**
 * The steps of a recording, one behind the other in some 4 bytes each: an object for each would
 * take 48. A step is two numbers of 7 bits a byte, the lowest first: its kind, with how its subject
 * differs from the former alike, and how its time differs from the former step's. A read has a
 * third, its records. Walks are thread-safe once nothing is added any more.
 */
@SuppressWarnings("EnumOrdinal") // Kinds are stored for one run alone.
final class StepTape {
    private static final int BLOCK_BITS = 16;
    private static final int BLOCK_MASK = (1 << BLOCK_BITS) - 1;
    private static final int KIND_BITS = 3;
    private static final int KIND_MASK = (1 << KIND_BITS) - 1;
    private static final int MORE = 0x80;
    private static final Recording.Kind[] KINDS = Recording.Kind.values();

    private final List<byte[]> blocks = new ArrayList<>();
    private final int[] lastSubjects = new int[KINDS.length];
    private long lastNs;
    private long end;
    private int size;

    /**
     * Adds a step.
     *
     * @return where it is, for {@link #change}
     */
    long add(final Recording.Kind kind, final long timeNs, final int subject, final int records) {
        final long at = end;
        final int alike = alike(kind);
        number((zigzag((long) subject - lastSubjects[alike]) << KIND_BITS) | kind.ordinal());
        number(zigzag(timeNs - lastNs));
        if (kind == Recording.Kind.READ) {
            number(records);
        }
        lastSubjects[alike] = subject;
        lastNs = timeNs;
        size++;
        return at;
    }

    /** Makes a step one of another kind, whose subjects are alike. */
    void change(final long at, final Recording.Kind kind) {
        final byte[] block = blocks.get((int) (at >>> BLOCK_BITS));
        final int octet = (int) at & BLOCK_MASK;
        block[octet] = (byte) ((block[octet] & ~KIND_MASK) | kind.ordinal());
    }

    /** One of the kinds whose subjects are of the same numbers. */
    private static int alike(final Recording.Kind kind) {
        return switch (kind) {
            case RAISE, READ, ANSWER, FAULT -> kind.ordinal();
            case ATTACH, REPLACE, DETACH, REMOVE -> Recording.Kind.ATTACH.ordinal();
        };
    }

    private void number(final long value) {
        long rest = value;
        while ((rest & -MORE) != 0) {
            octet((int) rest | MORE);
            rest >>>= 7;
        }
        octet((int) rest);
    }

    private void octet(final int value) {
        if ((end & BLOCK_MASK) == 0) {
            blocks.add(new byte[1 << BLOCK_BITS]);
        }
        blocks.get((int) (end >>> BLOCK_BITS))[(int) end & BLOCK_MASK] = (byte) value;
        end++;
    }

    private static long zigzag(final long value) {
        return (value << 1) ^ (value >> (Long.SIZE - 1));
    }

    int size() {
        return size;
    }

    Walk walk() {
        return new Walk();
    }

    /** Goes from the first step to the last. */
    final class Walk {
        private final int[] lastOfAlike = new int[KINDS.length];
        private byte[] block;
        private long at;
        private Recording.Kind kind;
        private long timeNs;
        private int subject;
        private int records;

        private Walk() {}

        boolean next() {
            if (at == end) {
                return false;
            }
            final long head = number();
            kind = KINDS[(int) head & KIND_MASK];
            final int alike = alike(kind);
            subject = lastOfAlike[alike] + (int) unzigzag(head >>> KIND_BITS);
            lastOfAlike[alike] = subject;
            timeNs += unzigzag(number());
            records = kind == Recording.Kind.READ ? (int) number() : 0;
            return true;
        }

        Recording.Kind kind() {
            return kind;
        }

        long timeNs() {
            return timeNs;
        }

        int subject() {
            return subject;
        }

        int records() {
            return records;
        }

        private long number() {
            long value = 0;
            int shift = 0;
            while (true) {
                if ((at & BLOCK_MASK) == 0) {
                    block = blocks.get((int) (at >>> BLOCK_BITS));
                }
                final byte octet = block[(int) at++ & BLOCK_MASK];
                value |= (long) (octet & ~MORE & 0xff) << shift;
                if (octet >= 0) {
                    return value;
                }
                shift += 7;
            }
        }

        private static long unzigzag(final long value) {
            return value >>> 1 ^ -(value & 1);
        }
    }
}
