// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.dump;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;

/**
 * All groups of a dump, by number. What a group usually is takes 32 bytes instead of an object of
 * 80; one that is unusual, as of several requests, stays an object. Reading is thread-safe once
 * nothing is added any more.
 */
final class RecordedGroups extends AbstractList<RecordedGroup> implements RandomAccess {
    private static final int BLOCK_BITS = 12;
    private static final int BLOCK_MASK = (1 << BLOCK_BITS) - 1;
    private static final int WORDS_BITS = 2;

    private static final int ADDR = 0;
    private static final int RAISED = 1;
    private static final int NAMES = 2;
    private static final int FATE = 3;

    /** In {@link #FATE}, upwards: perm, code + 1, who answered, these marks; then the device. */
    private static final int BYTE_MASK = 0xff;

    private static final int CODE_SHIFT = 8;
    private static final int BY_SHIFT = 16;
    private static final long HAS_PASID = 1 << 24;
    private static final long DELIVERED = 1 << 25;
    private static final long UNCERTAIN = 1 << 26;
    private static final long UNUSUAL = 1 << 27;

    private static final AnsweredBy[] ANSWERED_BY = AnsweredBy.values();

    private long[][] blocks = new long[1][];
    private final LongMap<RecordedGroup> unusual = new LongMap<>();
    private final List<String> devices = new ArrayList<>();
    private final Map<String, Integer> deviceIndexes = new HashMap<>();
    private int size;

    /** Takes the next group, whose number is the size. */
    void append(final RecordedGroup group) {
        final int block = size >>> BLOCK_BITS;
        if (block == blocks.length) {
            blocks = Arrays.copyOf(blocks, block * 2);
        }
        if (blocks[block] == null) {
            blocks[block] = new long[1 << (BLOCK_BITS + WORDS_BITS)];
        }
        size++;
        update(group);
    }

    /** Takes what a group has become. */
    @SuppressWarnings("EnumOrdinal") // Never stored for longer than a run.
    void update(final RecordedGroup group) {
        final int number = (int) group.number();
        final long[] block = blocks[number >>> BLOCK_BITS];
        final int at = (number & BLOCK_MASK) << WORDS_BITS;
        block[at + ADDR] = group.addr();
        block[at + RAISED] = group.raisedNs();
        block[at + NAMES] = (long) group.pasid() << Integer.SIZE | (group.grpid() & 0xffff_ffffL);
        if (isUsual(group)) {
            block[at + FATE] =
                    (long) deviceIndex(group.device()) << Integer.SIZE
                            | (group.isDelivered() ? DELIVERED : 0)
                            | (group.hasPasid() ? HAS_PASID : 0)
                            | (group.isUncertain() ? UNCERTAIN : 0)
                            | (long) group.answeredBy().ordinal() << BY_SHIFT
                            | (long) (group.code() + 1) << CODE_SHIFT
                            | group.perm();
        } else {
            block[at + FATE] = UNUSUAL;
            unusual.put(number, group);
        }
    }

    private static boolean isUsual(final RecordedGroup group) {
        return group.requests() == 1
                && group.isWithoutEarlier()
                && (group.perm() & ~BYTE_MASK) == 0
                && (group.code() + 1 & ~BYTE_MASK) == 0;
    }

    private int deviceIndex(final String device) {
        Integer index = deviceIndexes.get(device);
        if (index == null) {
            index = devices.size();
            devices.add(device);
            deviceIndexes.put(device, index);
        }
        return index;
    }

    @Override
    public RecordedGroup get(final int number) {
        if (number < 0 || number >= size) {
            throw new IndexOutOfBoundsException(number);
        }
        final long[] block = blocks[number >>> BLOCK_BITS];
        final int at = (number & BLOCK_MASK) << WORDS_BITS;
        final long fate = block[at + FATE];
        if ((fate & UNUSUAL) != 0) {
            return unusual.get(number);
        }
        return new RecordedGroup(
                        number,
                        devices.get((int) (fate >>> Integer.SIZE)),
                        (fate & HAS_PASID) != 0,
                        (int) (block[at + NAMES] >>> Integer.SIZE),
                        (int) block[at + NAMES],
                        (int) fate & BYTE_MASK,
                        block[at + ADDR],
                        block[at + RAISED],
                        PartialRequests.NONE)
                .become(
                        (fate & DELIVERED) != 0,
                        (fate & UNCERTAIN) != 0,
                        ((int) fate >>> CODE_SHIFT & BYTE_MASK) - 1,
                        ANSWERED_BY[(int) fate >>> BY_SHIFT & BYTE_MASK]);
    }

    @Override
    public int size() {
        return size;
    }
}
