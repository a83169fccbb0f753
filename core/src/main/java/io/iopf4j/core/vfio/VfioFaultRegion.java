// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.vfio;

import io.iopf4j.api.DeviceFaultHandler;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.uapi.IommuFault5x;

/**
 * The faults of a device on their way to its virtual machine: the {@code DMA_FAULT} region of Eric
 * Auger's series (v8 to v13), and the handler that fills it. Whatever the core hands over goes in:
 * recoverable or not, a group's last request or not. Per virtual machine there is no limit.
 *
 * <p>Header: tail (consumer, user space) at 0, head (producer, kernel) at 16. Entries are {@link
 * IommuFault5x}, 64 bytes, in all generations, the series being later than the first two:
 *
 * <pre>
 *  0      4         8              40                 48              52      64
 * +------+---------+--------------+------------------+---------------+-------+
 * | type | padding | page request | its privateData1 | response type |   0   |
 * +------+---------+--------------+------------------+---------------+-------+
 * </pre>
 *
 * <p>The word at 48 is room that no kind of fault uses, and 0. In {@link
 * FaultGeneration#SERIES_2017} it holds the {@code PageResponseType} that a page request wants,
 * since that generation's answer must name one and no posting let the guest know which. Padding
 * stays 0, as the structure asks; private data, which must come back in the answer, keep their
 * place.
 *
 * <p>Thread-safe.
 */
public final class VfioFaultRegion extends VfioRegion implements DeviceFaultHandler {
    private final VfioRecords records;
    private final ResponseTypes types;
    private volatile boolean isIrqRegistered;
    private volatile Runnable trigger;

    VfioFaultRegion(
            final VfioRecords records, final ResponseTypes types, final boolean isUniprocessor) {
        super(IommuFault5x.BYTES, isUniprocessor);
        this.records = records;
        this.types = types;
    }

    @Override
    public int subtype() {
        return VfioUapi.REGION_SUBTYPE_DMA_FAULT;
    }

    @Override
    public int capabilityId() {
        return VfioUapi.REGION_INFO_CAP_DMA_FAULT;
    }

    /** Makes the extended interrupt known ({@code vfio_pci_register_irq}), not armed. */
    void registerIrq() {
        isIrqRegistered = true;
    }

    /**
     * Arms the extended interrupt with an eventfd, or disarms it ({@code VFIO_DEVICE_SET_IRQS} of
     * {@code VFIO_IRQ_TYPE_NESTED}).
     *
     * @param eventfd run on the reporting thread after a fault is in the ring, under the core's
     *     locks; must not block; null to disarm
     * @return 0; {@code -EINVAL} if there is no such interrupt
     */
    public int setTrigger(final Runnable eventfd) {
        if (!isIrqRegistered) {
            return -Errno.EINVAL;
        }
        trigger = eventfd;
        return 0;
    }

    /**
     * Puts a fault into the ring and signals the guest ({@code vfio_pci_iommu_dev_fault_handler}).
     *
     * @param fault copied
     * @param data not looked at
     * @return 0; {@code -ENOSPC} if the ring is full; {@code -EINVAL} if there is no extended
     *     interrupt, though the fault is in the ring already and the guest will see it; {@code
     *     -EINVAL} once the device was released, where the kernel would write to freed memory
     */
    @Override
    public int handle(final IommuFault fault, final Object data) {
        final int ret = lockAndPut(fault);
        if (ret != 0) {
            return ret;
        }
        if (!isIrqRegistered) {
            return -Errno.EINVAL;
        }
        final Runnable armed = trigger;
        if (armed != null) {
            armed.run();
        }
        return 0;
    }

    private int lockAndPut(final IommuFault fault) {
        if (isUniprocessor()) {
            return put(fault);
        }
        synchronized (lock()) {
            return put(fault);
        }
    }

    private int put(final IommuFault fault) {
        if (isFreed()) {
            return -Errno.EINVAL;
        }
        final int head = kernelIndex();
        final int next = next(head);
        if (next == userIndex()) {
            return -Errno.ENOSPC;
        }
        records.encodeFault(memory(), entryAt(head), fault);
        if (records.haveResponseTypes()) {
            types.delivered(fault);
        }
        setKernelIndex(next);
        return 0;
    }

    VfioRecords records() {
        return records;
    }
}
