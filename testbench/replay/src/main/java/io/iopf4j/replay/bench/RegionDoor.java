// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.core.vfio.VfioRegion;
import java.nio.ByteBuffer;

/** One of the two regions of a VFIO device; its ring is mapped. */
record RegionDoor(VfioRegion region) implements GuestDoor {
    @Override
    public int read(final ByteBuffer into, final long offset) {
        return region.read(into, offset);
    }

    @Override
    public int write(final ByteBuffer from, final long offset) {
        return region.write(from, offset);
    }

    @Override
    public ByteBuffer shared() {
        return region.map(VfioRegion.PAGE_BYTES, region.size() - VfioRegion.PAGE_BYTES);
    }

    @Override
    public int recordBytes() {
        return region.entryBytes();
    }
}
