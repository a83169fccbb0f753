// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.uapi.HwptPageResponse;
import io.iopf4j.core.iommufd.IommufdFaultQueue;
import java.nio.ByteBuffer;

/** The file of an iommufd fault queue. */
record FaultQueueDoor(IommufdFaultQueue queue) implements GuestDoor {
    @Override
    public int read(final ByteBuffer into, final long offset) {
        return queue.read(into, offset);
    }

    @Override
    public int write(final ByteBuffer from, final long offset) {
        return queue.write(from, offset);
    }

    @Override
    public ByteBuffer shared() {
        return ByteBuffer.allocate(0);
    }

    @Override
    public int recordBytes() {
        return HwptPageResponse.BYTES;
    }
}
