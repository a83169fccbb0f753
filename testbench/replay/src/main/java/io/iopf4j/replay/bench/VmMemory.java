// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.emulation.PhysicalMemory;

/**
 * A virtual machine's memory as the hardware is to see it: all of the bench's, one to one, in the
 * largest blocks, so that a guest finds its tables where the bench put them.
 */
final class VmMemory {
    private static final int ALL_PERMISSIONS =
            IommuFault.PERM_READ | IommuFault.PERM_WRITE | IommuFault.PERM_EXEC;

    private VmMemory() {}

    static void map(final IommuDomain stage2, final PhysicalMemory memory) {
        final int ret =
                stage2.map(memory.base(), memory.base(), memory.sizeBytes(), ALL_PERMISSIONS);
        require(ret == 0, "map a machine's memory", ret);
    }

    /** What fails here is the bench's hardware: it has no nesting, or is too small. */
    static void require(final boolean isMet, final String what, final int errno) {
        if (!isMet) {
            throw new IllegalStateException("the host cannot " + what + ": " + Errno.nameOf(errno));
        }
    }
}
