// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.Errno;

/**
 * The devices behind a unit by requester id: {@code iommu->device_rbtree}. Any thread. Its monitor
 * is {@code iommu->iopf_lock}: while it is held, no device found here is released.
 */
final class DeviceTable {
    private static final int PER_BUS = 256;

    /** By bus, then by device and function. */
    private final DeviceInfo[][] buses = new DeviceInfo[256][];

    /** 0, or {@code -EEXIST} if there is one of the same requester id. */
    synchronized int add(final DeviceInfo info) {
        final int bus = bus(info.rid());
        if (buses[bus] == null) {
            buses[bus] = new DeviceInfo[PER_BUS];
        }
        if (buses[bus][info.rid() % PER_BUS] != null) {
            return -Errno.EEXIST;
        }
        buses[bus][info.rid() % PER_BUS] = info;
        return 0;
    }

    /** Does nothing if it is not there. */
    synchronized void remove(final DeviceInfo info) {
        if (findLocked(info.rid()) == info) {
            buses[bus(info.rid())][info.rid() % PER_BUS] = null;
        }
    }

    /** The device, or null. */
    synchronized DeviceInfo find(final int rid) {
        return findLocked(rid);
    }

    /**
     * The same for who holds the monitor already, since taking it again costs as much as taking it,
     * or where one processor lets nobody else in.
     */
    DeviceInfo findLocked(final int rid) {
        final DeviceInfo[] devices = buses[bus(rid)];
        return devices == null ? null : devices[rid % PER_BUS];
    }

    private static int bus(final int rid) {
        return rid >>> 8 & 0xff;
    }
}
