// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.vfio;

import io.iopf4j.api.IommuFault;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What a virtual machine monitor does with the fault region: maps the ring, reads the header, takes
 * the entry at the tail, writes the new tail. Allocates nothing after it was made. Not thread-safe:
 * there is one consumer.
 */
public final class VfioFaultReader {
    private final VfioFaultRegion region;
    private final ByteBuffer entries;
    private final ByteBuffer header = littleEndian(VfioRegion.HEADER_BYTES);
    private final ByteBuffer tail = littleEndian(Integer.BYTES);

    /**
     * Maps the ring.
     *
     * @param region a device's region
     */
    public VfioFaultReader(final VfioFaultRegion region) {
        this.region = region;
        this.entries = mapRing(region);
    }

    /**
     * Takes the oldest fault out of the ring.
     *
     * @param into takes the fault
     * @return 1; 0 if there is none; {@code -EINVAL} if it is of a kind that is not known, and then
     *     it is out of the ring all the same; {@code -EBADF} once the device was released
     */
    public int pollFault(final IommuFault into) {
        int ret = region.read(header.clear(), 0);
        if (ret < 0) {
            return ret;
        }
        final int at = header.getInt(VfioRegion.USER_INDEX);
        if (at == header.getInt(VfioRegion.KERNEL_INDEX)) {
            return 0;
        }
        final int unknown = region.records().decodeFault(entries, at * region.entryBytes(), into);
        ret = region.write(tail.clear().putInt(0, VfioRegion.next(at)), VfioRegion.USER_INDEX);
        if (ret < 0) {
            return ret;
        }
        return unknown == 0 ? 1 : unknown;
    }

    static ByteBuffer littleEndian(final int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    static ByteBuffer mapRing(final VfioRegion region) {
        return region.map(VfioRegion.PAGE_BYTES, region.size() - VfioRegion.PAGE_BYTES);
    }
}
