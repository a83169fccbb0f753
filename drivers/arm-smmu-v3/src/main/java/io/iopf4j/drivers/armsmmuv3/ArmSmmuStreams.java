// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.Errno;
import java.util.Arrays;

/**
 * Which master owns a StreamID: {@code smmu->streams} and {@code arm_smmu_find_master()} of Linux
 * 6.12, where it is a red-black tree; a table here, so that a look-up does not grow with devices.
 */
final class ArmSmmuStreams {
    private final int sidBits;
    private volatile ArmSmmuMaster[] masters = new ArmSmmuMaster[0];

    ArmSmmuStreams(final int sidBits) {
        this.sidBits = sidBits;
    }

    ArmSmmuMaster find(final int sid) {
        final ArmSmmuMaster[] table = masters;
        return sid >= 0 && sid < table.length ? table[sid] : null;
    }

    /** Enters a master under each of its ids, or under none ({@code arm_smmu_insert_master}). */
    synchronized int insert(final ArmSmmuMaster master) {
        for (final int sid : master.streamIds()) {
            if (sid < 0 || sid >= 1L << sidBits) {
                return -Errno.ERANGE;
            }
            final ArmSmmuMaster owner = find(sid);
            if (owner != null && owner != master) {
                return -Errno.EINVAL;
            }
        }
        // Filled before it is published: the event thread looks up without the lock.
        ArmSmmuMaster[] table = masters.clone();
        for (final int sid : master.streamIds()) {
            if (sid >= table.length) {
                table = Arrays.copyOf(table, Math.max(sid + 1, table.length * 2));
            }
            table[sid] = master;
        }
        masters = table;
        return 0;
    }

    synchronized void remove(final ArmSmmuMaster master) {
        final ArmSmmuMaster[] table = masters.clone();
        for (final int sid : master.streamIds()) {
            table[sid] = null;
        }
        masters = table;
    }
}
