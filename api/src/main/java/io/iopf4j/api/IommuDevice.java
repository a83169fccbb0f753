// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

import io.iopf4j.api.hw.PciConfig;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A device behind an IOMMU: {@code struct device} with its {@code struct dev_iommu}, {@code
 * include/linux/iommu.h} of Linux 6.12. Four slots belong to others and are typed by their owners:
 * the driver's private data ({@code dev_iommu_priv_get/set}), the core's fault parameters ({@code
 * dev->iommu->fault_param}), its place on a fault queue of 5.13 to 6.8 ({@code
 * dev->iommu->iopf_param}), and what a gate of policies keeps of it. Until 6.8 its monitor is
 * {@code dev->iommu->lock}. Changed only while the device is probed, attached or removed.
 */
public final class IommuDevice {
    private final String name;
    private final IommuOps ops;
    private final IommuFwspec fwspec;
    private final PciConfig pci;
    private Object driverData;
    private volatile Object faultParam;
    private volatile Object iopfParam;
    private volatile Object iommuGroup;
    private volatile Object gateRecord;
    private final AtomicInteger references = new AtomicInteger();

    /**
     * A device that no driver has probed yet.
     *
     * @param name what the kernel calls it, such as {@code 0000:00:02.0}
     * @param ops the operations of the IOMMU that it sits behind
     * @param fwspec what firmware says of it
     */
    public IommuDevice(final String name, final IommuOps ops, final IommuFwspec fwspec) {
        this(name, ops, fwspec, null);
    }

    /**
     * A PCI function that no driver has probed yet ({@code to_pci_dev} finds it).
     *
     * @param name what the kernel calls it, such as {@code 0000:00:02.0}
     * @param ops the operations of the IOMMU that it sits behind
     * @param fwspec what firmware says of it; its one id is its bus, device and function
     * @param pci its configuration space, or null if it is no PCI function
     */
    public IommuDevice(
            final String name, final IommuOps ops, final IommuFwspec fwspec, final PciConfig pci) {
        this.name = name;
        this.ops = ops;
        this.fwspec = fwspec;
        this.pci = pci;
    }

    /**
     * The device's name.
     *
     * @return what {@code dev_name()} gives
     */
    public String name() {
        return name;
    }

    /**
     * The operations of its IOMMU ({@code dev_iommu_ops}).
     *
     * @return the driver's operations
     */
    public IommuOps ops() {
        return ops;
    }

    /**
     * What firmware says of it ({@code dev_iommu_fwspec_get}).
     *
     * @return ids and properties
     */
    public IommuFwspec fwspec() {
        return fwspec;
    }

    /**
     * Its configuration space ({@code to_pci_dev}).
     *
     * @return the space, or null if it is no PCI function
     */
    public PciConfig pci() {
        return pci;
    }

    /**
     * The driver's own record of this device ({@code dev_iommu_priv_get}).
     *
     * @return what the driver set, or null before probe and after release
     */
    public Object driverData() {
        return driverData;
    }

    /**
     * Sets the driver's own record ({@code dev_iommu_priv_set}). For the driver alone.
     *
     * @param driverData the record, or null
     */
    public void setDriverData(final Object driverData) {
        this.driverData = driverData;
    }

    /**
     * The core's fault parameters ({@code dev->iommu->fault_param}).
     *
     * @return the core's record, or null while nobody receives the device's faults: in 6.12 while
     *     it is on no fault queue, before while it has no handler
     */
    public Object faultParam() {
        return faultParam;
    }

    /**
     * Sets the core's fault parameters. For the core alone.
     *
     * @param faultParam the record, or null
     */
    public void setFaultParam(final Object faultParam) {
        this.faultParam = faultParam;
    }

    /**
     * Its place on a fault queue ({@code dev->iommu->iopf_param}), 5.13 to 6.8. In 6.12 the {@link
     * #faultParam()} is that, too.
     *
     * @return the core's record, or null while the device is on no fault queue
     */
    public Object iopfParam() {
        return iopfParam;
    }

    /**
     * Sets its place on a fault queue. For the core alone.
     *
     * @param iopfParam the record, or null
     */
    public void setIopfParam(final Object iopfParam) {
        this.iopfParam = iopfParam;
    }

    /**
     * The core's group of this device ({@code dev->iommu_group}).
     *
     * @return the group, or null before the device joined one
     */
    public Object iommuGroup() {
        return iommuGroup;
    }

    /**
     * Sets the core's group of this device. For the core alone.
     *
     * @param iommuGroup the group, or null
     */
    public void setIommuGroup(final Object iommuGroup) {
        this.iommuGroup = iommuGroup;
    }

    /**
     * What a gate of policies in front of the core keeps of this device. Not in Linux.
     *
     * @return the record of the gate that came to know it last, or null
     */
    public Object gateRecord() {
        return gateRecord;
    }

    /**
     * Sets what a gate of policies keeps of this device. For the gate alone.
     *
     * @param gateRecord the record, which knows its gate
     */
    public void setGateRecord(final Object gateRecord) {
        this.gateRecord = gateRecord;
    }

    /** Takes a reference ({@code get_device}). */
    public void get() {
        references.incrementAndGet();
    }

    /** Drops a reference ({@code put_device}). */
    public void put() {
        references.decrementAndGet();
    }

    /**
     * References that were taken and not dropped. Below 0 if somebody dropped one that was never
     * taken, as the 2017 and 2018 series do.
     *
     * @return a count
     */
    public int references() {
        return references.get();
    }

    @Override
    public String toString() {
        return name;
    }
}
