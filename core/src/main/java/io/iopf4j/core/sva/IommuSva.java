// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.sva;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.IopfHandler;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.iopf.PendingGroup;
import java.util.function.Consumer;

/**
 * Devices that share the address spaces of processes: {@code drivers/iommu/iommu-sva.c} of Linux
 * 6.12. Page requests of a bound device are handled by the host itself, from the work queue of the
 * device's fault queue. Whoever binds has enabled the device's features IOPF and SVA before; a
 * device that faults without them is answered INVALID.
 *
 * <p>Thread-safe: binding and unbinding under one lock ({@code iommu_sva_lock}), which is taken
 * before a group's and an address space's; pages are handled under none of the core's.
 */
public final class IommuSva {
    private static final IopfHandler IOPF_HANDLER = IommuSva::queueIopf;
    private static final Consumer<PendingGroup> HANDLE_IOPF = IommuSva::handleIopf;

    private final FailSlab failSlab;
    private final PasidSpace pasids = new PasidSpace();

    /** SVA in which every allocation succeeds. */
    public IommuSva() {
        this(FailSlab.NEVER);
    }

    /**
     * SVA.
     *
     * @param failSlab which allocations fail
     */
    public IommuSva(final FailSlab failSlab) {
        this.failSlab = failSlab;
    }

    // ---- Bonds ----------------------------------------------------------------------------------

    /**
     * Lets a device reach an address space by a PASID that is the address space's on every device:
     * {@code iommu_sva_bind_device()}. A bond that exists gets one more reference.
     *
     * @param dev a device in a group
     * @param mm an address space that its caller keeps alive meanwhile
     * @return the bond, to be given back to {@link #unbindDevice}; or one whose {@link
     *     SvaBond#error()} is {@code -ENODEV} if the device is in no group; {@code -EOVERFLOW} if
     *     the address space has a PASID that the device cannot use; {@code -ENOSPC} without a PASID
     *     that it can; {@code -EBUSY} if something else is attached there; {@code -ENOMEM}, also if
     *     the driver makes no such domain; or the driver's errno. An address space that got a PASID
     *     keeps it
     */
    public synchronized SvaBond bindDevice(final IommuDevice dev, final MmStruct mm) {
        final IommuGroup group = IommuGroup.of(dev);
        if (group == null) {
            return SvaBond.failed(-Errno.ENODEV);
        }
        final int ret = allocMmData(mm, dev);
        if (ret != 0) {
            return SvaBond.failed(ret);
        }
        final int pasid = mm.iommuMm().pasid();
        final IommuAttachHandle attached = group.attachHandle(pasid);
        if (attached != null) {
            return anotherReference(attached, mm);
        }
        if (failSlab.fails()) {
            return SvaBond.failed(-Errno.ENOMEM);
        }
        final SvaBond bond = new SvaBond(dev, group, mm, pasid);
        for (final IommuMm.Use use : mm.iommuMm().domains) {
            if (group.attachPasid(use.domain, pasid, bond) == 0) {
                bond.bound(use);
                return bond;
            }
        }
        return bindNewDomain(bond);
    }

    /** {@code iommu_alloc_mm_data()}: an address space gets a PASID once, for all devices. */
    private int allocMmData(final MmStruct mm, final IommuDevice dev) {
        final int maxPasids = dev.ops().maxPasids(dev);
        if (mm.iommuMm() != null) {
            return mm.iommuMm().pasid() >= maxPasids ? -Errno.EOVERFLOW : 0;
        }
        if (failSlab.fails()) {
            return -Errno.ENOMEM;
        }
        final int pasid = pasids.alloc(mm, maxPasids);
        if (pasid == PasidSpace.INVALID) {
            return -Errno.ENOSPC;
        }
        mm.setIommuMm(new IommuMm(pasids, pasid));
        return 0;
    }

    private static SvaBond anotherReference(final IommuAttachHandle attached, final MmStruct mm) {
        if (attached.domain().type() != DomainType.SVA
                || !(attached instanceof SvaBond bond)
                || bond.mm() != mm) {
            return SvaBond.failed(-Errno.EBUSY);
        }
        bond.get();
        return bond;
    }

    private SvaBond bindNewDomain(final SvaBond bond) {
        final IommuDevice dev = bond.device();
        final IommuDomain domain = dev.ops().domainAllocSva(dev, bond.mm());
        if (domain == null) {
            return SvaBond.failed(-Errno.ENOMEM);
        }
        domain.setIopfHandler(IOPF_HANDLER);
        domain.setFaultData(bond.mm());
        final int ret = bond.group().attachPasid(domain, bond.pasid(), bond);
        if (ret != 0) {
            domain.free();
            return SvaBond.failed(ret);
        }
        bond.mm().grab();
        final IommuMm.Use use = new IommuMm.Use(domain);
        bond.bound(use);
        // In front, as the kernel's list_add() has it: the newest domain is tried first.
        bond.mm().iommuMm().domains.add(0, use);
        return bond;
    }

    /**
     * Gives a reference to a bond back: {@code iommu_sva_unbind_device()}. With the last one the
     * device reaches the address space no more, and with the last bond of an IOMMU its domain goes.
     * The device should have ended its accesses of this PASID before, and its faults flushed
     * ({@code IopfQueue.flushDev}). Those that are outstanding all the same are still answered
     * once; what the device does with the answer ends in the detached PASID.
     *
     * @param bond what {@link #bindDevice} returned, without error
     */
    public synchronized void unbindDevice(final SvaBond bond) {
        if (!bond.put()) {
            return;
        }
        bond.group().detachPasid(bond.pasid());
        final IommuMm.Use use = bond.use();
        if (--use.users == 0) {
            bond.mm().iommuMm().domains.remove(use);
            use.domain.free();
            bond.mm().drop();
        }
    }

    // ---- Faults of 6.12 -------------------------------------------------------------------------

    /** {@code iommu_sva_iopf_handler()}. */
    private static int queueIopf(final IopfGroup group) {
        return ((PendingGroup) group).queueWork(HANDLE_IOPF) ? 0 : -Errno.EBUSY;
    }

    /** {@code iommu_sva_handle_iopf()}: an error sticks, and the group is answered with it. */
    private static void handleIopf(final PendingGroup group) {
        final MmStruct mm = (MmStruct) group.attachHandle().domain().faultData();
        int status = PageResponseCode.SUCCESS;
        for (int i = 0; i < group.faultCount() && status == PageResponseCode.SUCCESS; i++) {
            status = mm.handlePage(group.fault(i));
        }
        group.respond(status);
        group.free();
    }

    // ---- Faults of 5.x --------------------------------------------------------------------------

    /**
     * Handles one request of a device by its PASID alone: {@code iopf_handle_single()} with {@code
     * iommu_sva_find()}, {@code drivers/iommu/io-pgfault.c} of Linux 6.1, whose fault queue knows
     * no domain. Like there it does not matter whether this device is bound. Any thread, with no
     * lock of the core held.
     *
     * @param dev the device
     * @param fault the request
     * @return {@link PageResponseCode#INVALID} if no address space has the PASID, else as {@link
     *     MmStruct#handlePage}
     */
    @SuppressWarnings("unused") // The device is a part of the fault queue's contract.
    public int handlePage(final IommuDevice dev, final IommuFault fault) {
        final MmStruct mm = fault.hasPasid() ? pasids.find(fault.pasid()) : null;
        return mm == null ? PageResponseCode.INVALID : mm.handlePage(fault);
    }
}
