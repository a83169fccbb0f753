// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.Errno;
import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.vtd.ExtendedContextEntry;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.VtdCapabilities;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Extended tables of revision 2: a context entry leads to the second stage as in legacy mode, and
 * once a PASID is used to a flat table of first stages: {@code intel_iommu_enable_pasid()} and
 * {@code intel_svm_bind_mm()} of Linux 4.15. Processes of the host share the unit's table. First
 * stages of a guest are in a table of the device, on the second stage that is attached to it
 * (NESTE); this is what the series of 2017 makes of a table that the guest owns.
 *
 * <p>The hardware knows all translations of a context by one domain id. Devices of one machine have
 * the second stage in common, but not what their guest has at a PASID; so each device with a parent
 * of nested domains has an id of its own.
 */
final class ExtendedTranslations extends LegacyTranslations {
    private static final long T_MASK = 7L << ExtendedContextEntry.T_SHIFT;

    /** Which table a device's context leads to, and the PASIDs that are set up in it. */
    private static final class PasidsOf {
        private FlatPasidTable own;
        private boolean isOwnLost;
        private boolean isNested;
        private final Set<Integer> pasids = new HashSet<>();
    }

    private final DmaAllocator dma;
    private final Map<DeviceInfo, PasidsOf> devices = new HashMap<>();
    private FlatPasidTable shared;

    ExtendedTranslations(final IntelIommu iommu) {
        super(iommu, true);
        this.dma = iommu.platform().dma();
    }

    @Override
    synchronized int add(final DeviceInfo info) {
        final int ret = super.add(info);
        if (ret == 0) {
            devices.put(info, new PasidsOf());
        }
        return ret;
    }

    /** If the unit may still know of its context, its table is lost. */
    @Override
    synchronized void remove(final DeviceInfo info) {
        final PasidsOf gone = devices.remove(info);
        if (!gone.isOwnLost) {
            freeIfMade(gone.own);
        }
    }

    /** The entry says so where PASIDs are enabled, as {@code intel_iommu_enable_pasid()} does. */
    @Override
    public int setPre(final DeviceInfo info, final boolean enabled) {
        return 0;
    }

    // ---- Domain ids -----------------------------------------------------------------------------

    @Override
    int acquireDid(final DeviceInfo info, final int pasid, final IntelDomain domain) {
        if (pasid != DeviceInfo.NO_PASID) {
            return info.ridDid();
        }
        return domain.isNestParent() ? iommu().domainIds().alloc() : domain.did();
    }

    @Override
    void releaseDid(final DeviceInfo info, final IntelDomain domain, final int did) {
        if (domain.isNestParent()) {
            iommu().domainIds().free(did);
        }
    }

    // ---- What is at a PASID ---------------------------------------------------------------------

    @Override
    synchronized int prepare(final DeviceInfo info, final int pasid, final Regime regime) {
        if (pasid == DeviceInfo.NO_PASID) {
            // PASIDs live on what the context says: they go first.
            return devices.get(info).pasids.isEmpty()
                    ? super.prepare(info, pasid, regime)
                    : -Errno.EBUSY;
        }
        if (!info.isPasidEnabled()) {
            return -Errno.EOPNOTSUPP;
        }
        return switch (regime.type()) {
            case PasidEntry.PGTT_FIRST -> prepareFirst(info, pasid, regime);
            case PasidEntry.PGTT_NESTED -> prepareNested(info, pasid, regime);
            default -> -Errno.EINVAL;
        };
    }

    private int prepareFirst(final DeviceInfo info, final int pasid, final Regime regime) {
        if (shared == null) {
            shared = FlatPasidTable.alloc(dma, iommu().maxPasids());
            if (shared == null) {
                return -Errno.ENOMEM;
            }
        }
        if (!isPresent(info) || !shared.covers(pasid)) {
            return -Errno.EINVAL;
        }
        final PasidsOf of = devices.get(info);
        final long there = shared.get(pasid);
        return (of.isNested && !of.pasids.isEmpty()) || (there != 0 && there != entry(regime))
                ? -Errno.EBUSY
                : 0;
    }

    private int prepareNested(final DeviceInfo info, final int pasid, final Regime regime) {
        final long qw0 = contexts().get(info.rid(), 0);
        final int type = (int) (qw0 >>> ExtendedContextEntry.T_SHIFT) & 7;
        if (!isPresent(info)
                || type > ExtendedContextEntry.T_DEVICE_TLB
                || (qw0 & ExtendedContextEntry.TABLE_MASK) != regime.secondRoot()
                || !iommu().capabilities().hasEcap(VtdCapabilities.NEST)) {
            return -Errno.EINVAL;
        }
        final PasidsOf of = devices.get(info);
        if (!of.isNested && !of.pasids.isEmpty()) {
            return -Errno.EBUSY;
        }
        if (of.own == null) {
            of.own = FlatPasidTable.alloc(dma, info.maxPasids());
            if (of.own == null) {
                return -Errno.ENOMEM;
            }
        }
        return of.own.covers(pasid) ? 0 : -Errno.EINVAL;
    }

    private static long entry(final Regime regime) {
        return (regime.firstRoot() & ExtendedContextEntry.PASID_ROOT_MASK)
                | (regime.isFiveLevels() ? ExtendedContextEntry.PASID_FIVE_LEVELS : 0)
                | ((regime.controls() & PasidEntry.SRE) != 0 ? ExtendedContextEntry.PASID_SRE : 0)
                | ExtendedContextEntry.PASID_PRESENT;
    }

    @Override
    synchronized int setUp(final DeviceInfo info, final int pasid, final Regime regime) {
        if (pasid == DeviceInfo.NO_PASID) {
            return super.setUp(info, pasid, regime);
        }
        final PasidsOf of = devices.get(info);
        if (of.pasids.contains(pasid)) {
            return -Errno.EBUSY;
        }
        of.isNested = regime.type() == PasidEntry.PGTT_NESTED;
        tableOf(of).enter(pasid, entry(regime));
        of.pasids.add(pasid);
        enablePasids(info, of);
        if (cachesAbsence()) {
            final int did = contextDid(info);
            iommu().flush().flushPasidCache(Invalidation.PC_PASID, did, pasid);
            iommu().flush().flushPasidIotlb(did, pasid, 0, QiFlush.ALL_PAGES, false);
        }
        return 0;
    }

    private FlatPasidTable tableOf(final PasidsOf of) {
        return of.isNested ? of.own : shared;
    }

    /**
     * {@code intel_iommu_enable_pasid()}: plain pass-through would block requests with PASID, so
     * that it becomes the kind that does not. The pointer is there before the bit.
     */
    private void enablePasids(final DeviceInfo info, final PasidsOf of) {
        final int rid = info.rid();
        final long pointer = tableOf(of).pointer();
        final long qw0 = contexts().get(rid, 0);
        final long wanted = withPasids(info, qw0, of.isNested);
        if (qw0 == wanted && contexts().get(rid, 2) == pointer) {
            return;
        }
        contexts().put(rid, 2, pointer);
        contexts().put(rid, 0, wanted);
        flushContext(info, contextDid(info));
        info.enableAts();
    }

    private static long withPasids(final DeviceInfo info, final long qw0, final boolean isNested) {
        long type = qw0 & T_MASK;
        if (type == (long) ExtendedContextEntry.T_PASS_THROUGH << ExtendedContextEntry.T_SHIFT) {
            final int other =
                    info.isAtsSupported()
                            ? ExtendedContextEntry.T_PASS_THROUGH_PASID_DEVICE_TLB
                            : ExtendedContextEntry.T_PASS_THROUGH_PASID;
            type = (long) other << ExtendedContextEntry.T_SHIFT;
        }
        return (qw0 & ~T_MASK & ~ExtendedContextEntry.NESTE)
                | type
                | ExtendedContextEntry.PASIDE
                | (isNested ? ExtendedContextEntry.NESTE : 0)
                | (info.isPriSupported() ? ExtendedContextEntry.PRS : 0);
    }

    /**
     * {@code intel_svm_unbind_mm()}. There the entry goes after the flushes, so that the hardware
     * may cache it again in between; here before. If other devices use the entry it stays, and page
     * requests that were on their way arrive before the device says that it has forgotten: the unit
     * looks them up, and must forget the entry once more. Nobody else's flush would name this
     * device's domain id, and the entry would outlive the process.
     */
    @Override
    synchronized int tearDown(final DeviceInfo info, final int pasid, final boolean ignoresFaults) {
        final PasidsOf of = devices.get(info);
        if (pasid == DeviceInfo.NO_PASID) {
            final int ret = super.tearDown(info, pasid, ignoresFaults);
            of.isOwnLost |= ret < 0;
            return ret;
        }
        if (!of.pasids.contains(pasid)) {
            return NOTHING;
        }
        if (ignoresFaults) {
            tableOf(of).end(pasid);
        } else {
            tableOf(of).leave(pasid);
            of.pasids.remove(pasid);
        }
        final int did = contextDid(info);
        final QiFlush flush = iommu().flush();
        int ret = flush.flushPasidCache(Invalidation.PC_PASID, did, pasid);
        ret = worse(ret, flush.flushPasidIotlb(did, pasid, 0, QiFlush.ALL_PAGES, false));
        ret = worse(ret, flushDevice(info, pasid));
        if (tableOf(of).get(pasid) != 0) {
            ret = worse(ret, flush.flushPasidCache(Invalidation.PC_PASID, did, pasid));
        }
        return ret < 0 ? ret : TORN_DOWN;
    }

    @Override
    synchronized void free() {
        super.free();
        devices.values().forEach(of -> freeIfMade(of.own));
        devices.clear();
        freeIfMade(shared);
        shared = null;
    }

    private static void freeIfMade(final FlatPasidTable table) {
        if (table != null) {
            table.free();
        }
    }
}
