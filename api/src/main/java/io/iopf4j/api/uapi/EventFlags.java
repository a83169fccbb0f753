// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import io.iopf4j.api.IommuFault;

/**
 * The two bits of a fault event of 2017 and 2018 against the flags of 5.x, where the same numbers
 * mean other things in an unrecoverable fault. The event's address is always meaningful, so that an
 * unrecoverable fault has {@link IommuFault#UNRECOV_ADDR_VALID}; it has no group.
 */
final class EventFlags {
    private EventFlags() {}

    static boolean isLast(final IommuFault fault) {
        return fault.type() != IommuFault.TYPE_DMA_UNRECOV && fault.isLast();
    }

    static boolean isPasidValid(final IommuFault fault) {
        return fault.type() == IommuFault.TYPE_DMA_UNRECOV
                ? (fault.flags() & IommuFault.UNRECOV_PASID_VALID) != 0
                : fault.hasPasid();
    }

    static void fill(
            final IommuFault into,
            final int type,
            final int reason,
            final boolean isLast,
            final boolean isPasidValid,
            final int pasid,
            final int grpid,
            final int perm,
            final long addr) {
        if (type == IommuFault.TYPE_DMA_UNRECOV) {
            into.unrecoverable(
                    reason,
                    IommuFault.UNRECOV_ADDR_VALID
                            | (isPasidValid ? IommuFault.UNRECOV_PASID_VALID : 0),
                    pasid,
                    perm,
                    addr,
                    0);
            return;
        }
        into.pageRequest(
                        (isPasidValid ? IommuFault.FLAG_PASID_VALID : 0)
                                | (isLast ? IommuFault.FLAG_LAST_PAGE : 0),
                        pasid,
                        grpid,
                        perm,
                        addr)
                .type(type);
    }
}
