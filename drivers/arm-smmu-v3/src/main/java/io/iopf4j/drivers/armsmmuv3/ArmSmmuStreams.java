// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;

/**
 * Which master owns a StreamID: {@code smmu->streams} and {@code arm_smmu_find_master()} of Linux
 * 6.12, where it is a red-black tree. Here a hash table with open addressing, whose look-up neither
 * grows with devices nor with the size of a StreamID. It is replaced as a whole when a device comes
 * or goes, so that the event thread looks up without a lock.
 */
final class ArmSmmuStreams implements ArmSmmuFaultServices.Masters {
    private volatile Table table = new Table(0);
    private int count;

    @Override
    public ArmSmmuMaster find(final int sid) {
        return table.find(sid);
    }

    @Override
    public ArmSmmuMaster of(final IommuDevice dev) {
        return ArmSmmuMaster.of(dev);
    }

    /**
     * Enters a master under each of its ids, or under none ({@code arm_smmu_insert_master}). An id
     * that it names twice counts once.
     *
     * @return 0, or {@code -EINVAL} if another master has one of them
     */
    synchronized int insert(final ArmSmmuMaster master) {
        int added = 0;
        for (int i = 0; i < master.streamCount(); i++) {
            final ArmSmmuMaster owner = table.find(master.streamId(i));
            if (owner != null && owner != master) {
                return -Errno.EINVAL;
            }
            added++;
        }
        final Table next = new Table(count + added);
        next.putAll(table, null);
        for (int i = 0; i < master.streamCount(); i++) {
            next.put(master.streamId(i), master);
        }
        publish(next);
        return 0;
    }

    synchronized void remove(final ArmSmmuMaster master) {
        final Table next = new Table(count);
        next.putAll(table, master);
        publish(next);
    }

    private void publish(final Table next) {
        count = next.used;
        table = next;
    }

    /** At most half full, so that a look-up ends soon. */
    private static final class Table {
        private static final int MIN_SIZE = 16;
        private static final int SPREAD = 0x9e37_79b9;

        private final int[] sids;
        private final ArmSmmuMaster[] masters;
        private final int mask;
        private int used;

        Table(final int entries) {
            final int size = Math.max(MIN_SIZE, Integer.highestOneBit(Math.max(1, entries)) << 2);
            sids = new int[size];
            masters = new ArmSmmuMaster[size];
            mask = size - 1;
        }

        ArmSmmuMaster find(final int sid) {
            return masters[slot(sid)];
        }

        /** Where a StreamID is, or the free slot where it would be. */
        private int slot(final int sid) {
            final int hash = sid * SPREAD;
            int slot = (hash ^ hash >>> 16) & mask;
            while (masters[slot] != null && sids[slot] != sid) {
                slot = (slot + 1) & mask;
            }
            return slot;
        }

        void put(final int sid, final ArmSmmuMaster master) {
            final int slot = slot(sid);
            if (masters[slot] == null) {
                used++;
            }
            sids[slot] = sid;
            masters[slot] = master;
        }

        void putAll(final Table other, final ArmSmmuMaster but) {
            for (int i = 0; i < other.sids.length; i++) {
                if (other.masters[i] != null && other.masters[i] != but) {
                    put(other.sids[i], other.masters[i]);
                }
            }
        }
    }
}
