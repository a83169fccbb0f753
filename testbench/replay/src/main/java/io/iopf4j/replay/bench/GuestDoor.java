// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import java.nio.ByteBuffer;

/**
 * Where bytes of a virtual machine's monitor meet its host's kernel: iommufd's fault queue, or one
 * of VFIO's regions. A guest that has taken its monitor over writes there what it likes. It stays
 * after its device has gone, and refuses then.
 */
public interface GuestDoor {
    /**
     * Reads.
     *
     * @param into takes bytes; what remains in it is the count
     * @param offset from the door's first byte
     * @return bytes read, or the kernel's negative errno
     */
    int read(ByteBuffer into, long offset);

    /**
     * Writes.
     *
     * @param from gives bytes; what remains in it is the count
     * @param offset from the door's first byte
     * @return bytes taken, or the kernel's negative errno
     */
    int write(ByteBuffer from, long offset);

    /**
     * What a monitor shares with the kernel, without a call.
     *
     * @return the kernel's own memory; empty if none is shared
     */
    ByteBuffer shared();

    /**
     * How long one of its records is.
     *
     * @return bytes of an answer, or of a fault if it takes no answers
     */
    int recordBytes();
}
