// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.PageDescriptor;

/**
 * What a translation allows, as a cached one remembers it: read, write and execute with privilege,
 * the same without, and the same three at stage 2. A stage that does not translate allows all. Arm
 * ARM, D8.4.
 */
final class Rights {
    static final int READ = 1;
    static final int WRITE = 2;
    static final int EXEC = 4;
    static final int USER_SHIFT = 3;
    static final int STAGE_2_SHIFT = 6;
    static final int ALL_STAGE_1 = 0x3f;
    static final int ALL_STAGE_2 = 7 << STAGE_2_SHIFT;

    /** Stage 2 says that this is device memory, which STE.S2PTW keeps tables out of. */
    static final int DEVICE = 1 << 9;

    private static final int ALL = READ | WRITE | EXEC;
    private static final long NORMAL_MEMORY = 3L << 4;

    private Rights() {}

    /**
     * Of a stage 1 leaf: the tables above and the context only take away.
     *
     * @param leaf descriptor
     * @param tables the descriptors above it, ORed; 0 if their permissions are ignored
     * @param cd0 the context's first doubleword
     * @param hasUsers the regime tells accesses without privilege from others
     */
    static int ofStageOne(
            final long leaf, final long tables, final long cd0, final boolean hasUsers) {
        final boolean isReadOnly =
                (leaf & PageDescriptor.AP_READ_ONLY) != 0
                        || (tables & PageDescriptor.APTABLE_READ_ONLY) != 0;
        final int data = isReadOnly ? READ : READ | WRITE;
        final boolean neverExecutesWritable = (cd0 & ContextDescriptor.WXN) != 0 && !isReadOnly;
        final boolean isUxn =
                ((leaf & PageDescriptor.UXN) | (tables & PageDescriptor.UXN_TABLE)) != 0
                        || neverExecutesWritable;
        if (!hasUsers) {
            // Bit 54 is the one XN there, and nothing is unprivileged.
            final int all = isUxn ? data : data | EXEC;
            return all | all << USER_SHIFT;
        }
        final boolean usersMay =
                (leaf & PageDescriptor.AP_UNPRIVILEGED) != 0
                        && (tables & PageDescriptor.APTABLE_NO_UNPRIVILEGED) == 0;
        final boolean isPxn =
                ((leaf & PageDescriptor.PXN) | (tables & PageDescriptor.PXN_TABLE)) != 0
                        || neverExecutesWritable
                        || ((cd0 & ContextDescriptor.UWXN) != 0 && usersMay && !isReadOnly);
        final boolean isPan = (cd0 & ContextDescriptor.PAN) != 0 && usersMay;
        final int privileged = (isPan ? 0 : data) | (isPxn ? 0 : EXEC);
        final int user = (usersMay ? data : 0) | (isUxn ? 0 : EXEC);
        return privileged | user << USER_SHIFT;
    }

    /** Of a stage 2 leaf: S2AP, XN, and whether MemAttr says device. */
    static int ofStageTwo(final long leaf) {
        final int allowed =
                ((leaf & PageDescriptor.S2AP_READ) != 0 ? READ : 0)
                        | ((leaf & PageDescriptor.S2AP_WRITE) != 0 ? WRITE : 0)
                        | ((leaf & PageDescriptor.S2_XN) == 0 ? EXEC : 0);
        return allowed << STAGE_2_SHIFT | ((leaf & NORMAL_MEMORY) == 0 ? DEVICE : 0);
    }

    static boolean stageOneAllows(final int rights, final long attributes) {
        final int shift = (attributes & Events.PNU) != 0 ? 0 : USER_SHIFT;
        return (rights & needed(attributes) << shift) != 0;
    }

    static boolean stageTwoAllows(final int rights, final long attributes) {
        return (rights & needed(attributes) << STAGE_2_SHIFT) != 0;
    }

    /** {@code IommuFault.PERM_} bits that all stages allow. */
    static int permissions(final int rights, final boolean isPrivileged) {
        final int both =
                rights >>> (isPrivileged ? 0 : USER_SHIFT) & rights >>> STAGE_2_SHIFT & ALL;
        return ((both & READ) != 0 ? IommuFault.PERM_READ : 0)
                | ((both & WRITE) != 0 ? IommuFault.PERM_WRITE : 0)
                | ((both & EXEC) != 0 ? IommuFault.PERM_EXEC : 0);
    }

    private static int needed(final long attributes) {
        if ((attributes & Events.RNW) == 0) {
            return WRITE;
        }
        return (attributes & Events.IND) != 0 ? EXEC : READ;
    }
}
