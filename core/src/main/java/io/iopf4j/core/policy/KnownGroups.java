// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import java.util.Arrays;

/**
 * The groups that a device was charged for: those that are outstanding, and those whose profile may
 * use them again. The gate's lock is held in every method.
 */
final class KnownGroups {
    private static final int FEW = 1 << 3;

    private final DeviceRecord device;
    private ChargedFault[] groups = new ChargedFault[FEW];
    private int size;
    private int most = FEW;

    KnownGroups(final DeviceRecord device) {
        this.device = device;
    }

    int size() {
        return size;
    }

    /**
     * One of them. A profile that shares groups among devices may have charged it to another one
     * meanwhile, and if it has come back it is here twice.
     */
    ChargedFault get(final int at) {
        return groups[at];
    }

    /** Takes one that is to be charged to the device and was not the last time. */
    void add(final ChargedFault group) {
        if (size == most) {
            makeRoom();
        }
        if (size == groups.length) {
            groups = Arrays.copyOf(groups, 2 * size);
        }
        groups[size++] = group;
    }

    /**
     * Forgets those that nobody uses if there are so many that there must be some. A profile has as
     * many as were outstanding at once, and makes others where its device comes again.
     */
    private void makeRoom() {
        most = 2 * Math.max(FEW, device.account.most());
        if (size < most) {
            return;
        }
        int kept = 0;
        for (int i = 0; i < size; i++) {
            final ChargedFault group = groups[i];
            if (!isOfDevice(group) || group.isMarked()) {
                continue;
            }
            if (group.isLive()) {
                group.setMarked(true);
                groups[kept++] = group;
            } else {
                group.charge = null;
            }
        }
        for (int i = 0; i < kept; i++) {
            groups[i].setMarked(false);
        }
        Arrays.fill(groups, kept, size, null);
        size = kept;
        most = Math.max(most, 2 * kept);
    }

    private boolean isOfDevice(final ChargedFault group) {
        return group.charge != null && group.charge.device == device;
    }
}
