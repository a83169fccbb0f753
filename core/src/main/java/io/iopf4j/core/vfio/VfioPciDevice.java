// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.vfio;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.core.IommuGroup;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A device that is assigned to a virtual machine, as vfio-pci with Eric Auger's series (2019 to
 * 2021) has it: the two regions, the handler of its faults, and the guest's tables by {@code
 * VFIO_IOMMU_SET_PASID_TABLE}. The group is attached as a whole; one of its devices attaches it.
 *
 * <p>Nothing here ends a fault. What the guest has not answered when the domain goes stays stalled
 * in the hardware and pending in a core that tracks: see {@link #detach()}.
 *
 * <p>Thread-safe: calls for one device are serialised.
 */
public final class VfioPciDevice {
    private final IommuCore core;
    private final Kernel kernel;
    private final IommuDevice dev;
    private final FaultObserver observer;
    private final VfioRecords records;
    private final ResponseTypes types;
    private final Set<Integer> pasids = new LinkedHashSet<>();
    private VfioFaultRegion faultRegion;
    private VfioResponseRegion responseRegion;
    private IommuDomain attached;

    /** What answers name as their domain: kept after it went, as a late answer still names one. */
    private volatile IommuDomain lastAttached;

    private boolean isRegistered;
    private boolean isReleased;

    private VfioPciDevice(
            final IommuCore core,
            final Kernel kernel,
            final IommuDevice dev,
            final FaultObserver observer) {
        this.core = core;
        this.kernel = kernel;
        this.dev = dev;
        this.observer = observer;
        this.records = VfioRecords.of(core.generation());
        this.types = new ResponseTypes(kernel.isUniprocessor());
    }

    /**
     * Opens a device for a virtual machine ({@code VFIO_GROUP_GET_DEVICE_FD}).
     *
     * @param core a core of a generation before 6.12
     * @param kernel makes the work queue of the responses
     * @param dev a probed device
     * @param observer sees answers of a wrong type refused
     * @return the device, attached to nothing and without regions
     * @throws IllegalArgumentException if the core is of 6.12
     */
    public static VfioPciDevice open(
            final IommuCore core,
            final Kernel kernel,
            final IommuDevice dev,
            final FaultObserver observer) {
        return new VfioPciDevice(core, kernel, dev, observer);
    }

    /**
     * The device.
     *
     * @return the core's device
     */
    public IommuDevice device() {
        return dev;
    }

    /**
     * Where its faults are read.
     *
     * @return the region; null before a nested domain was attached
     */
    public synchronized VfioFaultRegion faultRegion() {
        return faultRegion;
    }

    /**
     * Where its faults are answered.
     *
     * @return the region; null before a nested domain was attached
     */
    public synchronized VfioResponseRegion responseRegion() {
        return responseRegion;
    }

    /**
     * Attaches a domain to the device's group and, if it is nested, makes the regions and receives
     * the device's faults ({@code vfio_pci_dma_fault_init}). A fault between the two finds no
     * handler.
     *
     * @param domain nested for a guest with tables of its own; any other kind has no faults
     * @return 0; {@code -ENODEV} if the device is in no group; {@code -EBUSY} if its group is
     *     attached or somebody else receives its faults; {@code -EBADF} once released; or the
     *     driver's errno. Nothing is attached then
     */
    public synchronized int attach(final IommuDomain domain) {
        final IommuGroup group = IommuGroup.of(dev);
        if (isReleased || group == null) {
            return isReleased ? -Errno.EBADF : -Errno.ENODEV;
        }
        int ret = group.attach(domain, new IommuAttachHandle());
        if (ret != 0) {
            return ret;
        }
        ret = isNested(domain) ? register() : 0;
        if (ret != 0) {
            group.detach();
            return ret;
        }
        attached(domain);
        return 0;
    }

    /**
     * Attaches another domain in place of the one that is attached. A nested one after another
     * nested one finds regions and handler in place: what the guest owes of the old domain stays
     * pending, and nothing tells it from the new one's faults. When the last nested one goes the
     * handler goes too, if it can.
     *
     * @param domain what to attach
     * @return 0; {@code -EINVAL} if nothing is attached; {@code -EBADF} once released; {@code
     *     -EBUSY} if somebody else receives the device's faults, or the driver's errno: the old
     *     domain stays; {@code -EBUSY} for a domain that is not nested while faults are pending:
     *     the domain has been replaced all the same and the handler stays
     */
    public synchronized int replace(final IommuDomain domain) {
        if (isReleased || attached == null) {
            return isReleased ? -Errno.EBADF : -Errno.EINVAL;
        }
        final boolean wasRegistered = isRegistered;
        int ret = isNested(domain) ? register() : 0;
        if (ret != 0) {
            return ret;
        }
        ret = IommuGroup.of(dev).replace(domain, new IommuAttachHandle());
        if (ret != 0) {
            if (!wasRegistered) {
                unregister();
            }
            return ret;
        }
        attached(domain);
        return isNested(domain) ? 0 : unregister();
    }

    /**
     * Attaches a guest's tables at one PASID ({@code VFIO_NESTING_OP_BIND_PGTBL} of Yi Liu's series
     * of 2020, {@code iommu_uapi_sva_bind_gpasid}), on VT-d, where a PASID has tables of its own.
     * With the first one come the regions and the handler, as with a nested domain at the RID.
     *
     * @param pasid at least 1
     * @param nested the domain of the guest's tables
     * @return 0; {@code -EINVAL} if no domain is attached at the RID or this one is not nested;
     *     {@code -EBADF} once released; {@code -EBUSY} if one is attached there or somebody else
     *     receives the device's faults; or the driver's errno. Nothing is attached there then
     */
    public synchronized int bindPasid(final int pasid, final IommuDomain nested) {
        if (isReleased || attached == null || !isNested(nested)) {
            return isReleased ? -Errno.EBADF : -Errno.EINVAL;
        }
        final IommuGroup group = IommuGroup.of(dev);
        int ret = group.attachPasid(nested, pasid, new IommuAttachHandle());
        if (ret != 0) {
            return ret;
        }
        ret = register();
        if (ret != 0) {
            group.detachPasid(pasid);
            return ret;
        }
        pasids.add(pasid);
        lastAttached = nested;
        return 0;
    }

    /**
     * Takes a guest's tables at one PASID away ({@code VFIO_NESTING_OP_UNBIND_PGTBL}). The handler
     * stays, since it belongs to the open device; nothing is answered.
     *
     * @param pasid at least 1
     * @return 0, or {@code -EINVAL} if none are attached there
     */
    public synchronized int unbindPasid(final int pasid) {
        if (!pasids.remove(pasid)) {
            return -Errno.EINVAL;
        }
        IommuGroup.of(dev).detachPasid(pasid);
        return 0;
    }

    /**
     * Gives the device back: its handler goes first, as a virtual machine's device file is closed
     * before its container is, then the domain.
     *
     * <p>{@code -EBUSY} is Alex Williamson's objection of June 2019: from 2018 on a handler cannot
     * go while the guest owes answers. The domain goes all the same, and this leaks: the faults
     * stay pending in the core and stalled in the hardware; a late one still enters this virtual
     * machine's ring; and the next virtual machine's handler is refused until the old guest has
     * answered everything, which after {@link #release()} it cannot. In the 2017 series the handler
     * goes always and the faults are forgotten: stalled in the hardware, owed by nobody.
     *
     * @return 0; {@code -EINVAL} if nothing is attached; {@code -EBUSY} if the handler stays, the
     *     domain being detached
     */
    public synchronized int detach() {
        if (attached == null) {
            return -Errno.EINVAL;
        }
        final int ret = unregister();
        detachDomain();
        return ret;
    }

    /**
     * Attaches or detaches the guest's tables ({@code VFIO_IOMMU_SET_PASID_TABLE}). Setting again
     * replaces. Unsetting leaves handler and regions alone, since they belong to the open device;
     * it answers nothing.
     *
     * @param flags exactly one of {@link VfioUapi#PASID_TABLE_FLAG_SET} and {@link
     *     VfioUapi#PASID_TABLE_FLAG_UNSET}
     * @param nested the domain of the guest's tables; not looked at to unset
     * @return 0, also if nothing was set; {@code -EINVAL} for other flags or a domain that is not
     *     nested; or what {@link #attach} and {@link #replace} return
     */
    public synchronized int setPasidTable(final int flags, final IommuDomain nested) {
        return switch (flags) {
            case VfioUapi.PASID_TABLE_FLAG_SET -> {
                if (nested == null || !isNested(nested)) {
                    yield -Errno.EINVAL;
                }
                yield attached == null ? attach(nested) : replace(nested);
            }
            case VfioUapi.PASID_TABLE_FLAG_UNSET -> {
                if (attached != null) {
                    detachDomain();
                }
                yield 0;
            }
            default -> -Errno.EINVAL;
        };
    }

    /**
     * Closes the device ({@code vfio_pci_release}): answers that were kicked are given, the work
     * queue is destroyed, the handler unregistered, the pages freed. The domain stays until {@link
     * #detach()}. If the handler stays, the kernel would call it with freed pages; here it refuses
     * each fault instead.
     *
     * @return 0, also when released already; {@code -EBUSY} if the handler could not go
     */
    public synchronized int release() {
        if (isReleased) {
            return 0;
        }
        isReleased = true;
        if (responseRegion != null) {
            responseRegion.release();
        }
        final int ret = unregister();
        if (faultRegion != null) {
            faultRegion.free();
        }
        return ret;
    }

    private int register() {
        if (isRegistered) {
            return 0;
        }
        if (faultRegion == null) {
            faultRegion = new VfioFaultRegion(records, types, kernel.isUniprocessor());
            faultRegion.registerIrq();
            responseRegion =
                    new VfioResponseRegion(
                            core,
                            dev,
                            () -> lastAttached,
                            records,
                            types,
                            observer,
                            kernel.allocWorkqueue("vfio-response/" + dev.name()),
                            kernel.isUniprocessor());
        }
        final int ret = core.registerDeviceFaultHandler(dev, faultRegion, this);
        isRegistered = ret == 0;
        return ret;
    }

    private int unregister() {
        if (!isRegistered) {
            return 0;
        }
        final int ret = core.unregisterDeviceFaultHandler(dev);
        isRegistered = ret != 0;
        return ret;
    }

    private void attached(final IommuDomain domain) {
        attached = domain;
        lastAttached = domain;
    }

    private void detachDomain() {
        pasids.forEach(IommuGroup.of(dev)::detachPasid);
        pasids.clear();
        IommuGroup.of(dev).detach();
        attached = null;
    }

    private static boolean isNested(final IommuDomain domain) {
        return domain.type() == DomainType.NESTED;
    }
}
