// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.vfio;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuPageResponse;
import java.nio.ByteBuffer;

/**
 * What a virtual machine monitor does with the response region: maps the ring, reads the header,
 * puts the answer at the head, writes the new head. Allocates nothing after it was made. Not
 * thread-safe: there is one producer.
 */
public final class VfioResponseWriter {
    private final VfioResponseRegion region;
    private final ByteBuffer entries;
    private final ByteBuffer header = VfioFaultReader.littleEndian(VfioRegion.HEADER_BYTES);
    private final ByteBuffer head = VfioFaultReader.littleEndian(Integer.BYTES);

    /**
     * Maps the ring.
     *
     * @param region a device's region
     */
    public VfioResponseWriter(final VfioResponseRegion region) {
        this.region = region;
        this.entries = VfioFaultReader.mapRing(region);
    }

    /**
     * Puts an answer into the ring and kicks the kernel. What the core says to it nobody hears.
     *
     * @param msg the answer, with what the generation's entry has room for; not kept
     * @return 0; {@code -ENOSPC} if the ring is full; {@code -EBADF} once the device was released
     */
    public int respond(final IommuPageResponse msg) {
        int ret = region.read(header.clear(), 0);
        if (ret < 0) {
            return ret;
        }
        final int at = header.getInt(VfioRegion.USER_INDEX);
        final int next = VfioRegion.next(at);
        if (next == header.getInt(VfioRegion.KERNEL_INDEX)) {
            return -Errno.ENOSPC;
        }
        region.records().encodeResponse(entries, at * region.entryBytes(), msg);
        ret = region.write(head.clear().putInt(0, next), VfioRegion.USER_INDEX);
        return ret < 0 ? ret : 0;
    }
}
