// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.ledger;

import io.iopf4j.api.IommuDevice;
import java.util.Arrays;
import java.util.function.ToIntFunction;

/**
 * Which fault has a number now. An SMMUv3 gives its stalls tags out of one range; with PCI each
 * device numbers its own groups.
 */
public final class TagIndex {
    private static final int STALL_TAGS = 1 << 16;
    private static final int PCI_GROUPS = 1 << 9;
    private static final int FIRST_ROOM = 16;

    /** A number that row r had last is free again: this minus r. */
    private static final int FREED = Ledger.NONE - 1;

    private final int size;
    private final ToIntFunction<IommuDevice> endpointOf;

    /** Of each range as much as was ever needed. */
    private int[][] rows = new int[1][];

    private TagIndex(final int size, final ToIntFunction<IommuDevice> endpointOf) {
        this.size = size;
        this.endpointOf = endpointOf;
    }

    /**
     * Stall tags of 16 bits, one range for all devices.
     *
     * @return an index in which no number is taken
     */
    public static TagIndex shared() {
        return new TagIndex(STALL_TAGS, device -> 0);
    }

    /**
     * Page request group indexes of 9 bits, a range for each device.
     *
     * @param endpointOf the index of the endpoint that a device is, not negative
     * @return an index in which no number is taken
     */
    public static TagIndex ofEachDevice(final ToIntFunction<IommuDevice> endpointOf) {
        return new TagIndex(PCI_GROUPS, endpointOf);
    }

    /** Where a device's own range is; 0 if there is one range. */
    int endpointOf(final IommuDevice device) {
        return endpointOf.applyAsInt(device);
    }

    /** The row that has a number, or {@link Ledger#NONE}. */
    int get(final int endpoint, final int tag) {
        return Math.max(Ledger.NONE, entry(endpoint, tag));
    }

    /** The row that has a number, or had it last; or {@link Ledger#NONE}. */
    int last(final int endpoint, final int tag) {
        final int entry = entry(endpoint, tag);
        return entry <= FREED ? FREED - entry : entry;
    }

    private int entry(final int endpoint, final int tag) {
        final int range = range(endpoint);
        if (range < 0 || range >= rows.length || rows[range] == null) {
            return Ledger.NONE;
        }
        final int number = tag & (size - 1);
        return number < rows[range].length ? rows[range][number] : Ledger.NONE;
    }

    void put(final int endpoint, final int tag, final int row) {
        final int range = range(endpoint);
        if (range >= rows.length) {
            rows = Arrays.copyOf(rows, Math.max(range + 1, rows.length * 2));
        }
        final int number = tag & (size - 1);
        final int room = rows[range] == null ? 0 : rows[range].length;
        if (number >= room) {
            final int more = Math.max(FIRST_ROOM, Integer.highestOneBit(number) << 1);
            final int[] longer =
                    rows[range] == null ? new int[more] : Arrays.copyOf(rows[range], more);
            Arrays.fill(longer, room, more, Ledger.NONE);
            rows[range] = longer;
        }
        rows[range][number] = row;
    }

    void remove(final int endpoint, final int tag) {
        final int row = get(endpoint, tag);
        if (row != Ledger.NONE) {
            put(endpoint, tag, FREED - row);
        }
    }

    private int range(final int endpoint) {
        return size == STALL_TAGS ? 0 : endpoint;
    }
}
