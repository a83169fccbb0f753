// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;

/** What a driver told the core, by the kernel's names, and what the core said to it. */
public enum FaultCall implements Expected {
    /** {@code iommu_report_device_fault()} of a page request or a stall. */
    PAGE_REQUEST,
    /** {@code iommu_report_device_fault()} of a fault that nobody can mend. */
    DMA_UNRECOV;

    @Override
    public String entryName() {
        return name();
    }

    static Entry decode(
            final long timeNs, final IommuDevice dev, final IommuFault fault, final int ret) {
        if (fault.type() == IommuFault.TYPE_DMA_UNRECOV) {
            return new Entry(timeNs, DMA_UNRECOV.name())
                    .with("device", dev.name())
                    .with("reason", fault.reason())
                    .with("perm", perm(fault.perm()))
                    .with("addr", fault.addr())
                    .with("ret", Errno.nameOf(ret));
        }
        return new Entry(timeNs, PAGE_REQUEST.name())
                .with("device", dev.name())
                .withIf(fault.hasPasid(), "pasid", fault.pasid())
                .with("grpid", fault.grpid())
                .with("last", fault.isLast() ? 1 : 0)
                .with("perm", perm(fault.perm()))
                .with("addr", fault.addr())
                .with("ret", Errno.nameOf(ret));
    }

    /** Permissions as letters. */
    static String perm(final int bits) {
        return ((bits & IommuFault.PERM_READ) != 0 ? "r" : "-")
                + ((bits & IommuFault.PERM_WRITE) != 0 ? "w" : "-")
                + ((bits & IommuFault.PERM_EXEC) != 0 ? "x" : "-")
                + ((bits & IommuFault.PERM_PRIV) != 0 ? "p" : "-");
    }
}
