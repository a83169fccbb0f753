// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.Errno;
import io.iopf4j.api.vtd.ContextEntry;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.VtdCapabilities;

/**
 * Legacy mode: a context entry leads to the second stage itself: {@code domain_context_mapping()}
 * and {@code domain_context_clear_one()} of Linux 6.12. There are no PASIDs.
 */
class LegacyTranslations extends Translations {
    private final RootTable contexts;

    /**
     * Of a unit.
     *
     * @param isWide context entries have 32 bytes
     */
    LegacyTranslations(final IntelIommu iommu, final boolean isWide) {
        super(iommu);
        this.contexts = new RootTable(iommu.platform().dma(), iommu.rootTable(), isWide);
    }

    final RootTable contexts() {
        return contexts;
    }

    @Override
    synchronized int add(final DeviceInfo info) {
        return contexts.prepare(info.rid()) ? 0 : -Errno.ENOMEM;
    }

    @Override
    void remove(final DeviceInfo info) {
        // An entry that is not present is nobody's.
    }

    /** Legacy entries say nothing of page requests. */
    @Override
    public int setPre(final DeviceInfo info, final boolean enabled) {
        return -Errno.EINVAL;
    }

    @Override
    int prepare(final DeviceInfo info, final int pasid, final Regime regime) {
        if (pasid != DeviceInfo.NO_PASID) {
            return -Errno.EOPNOTSUPP;
        }
        return switch (regime.type()) {
            case PasidEntry.PGTT_SECOND -> 0;
            case PasidEntry.PGTT_PASS_THROUGH ->
                    iommu().capabilities().hasEcap(VtdCapabilities.PT) ? 0 : -Errno.EINVAL;
            default -> -Errno.EINVAL;
        };
    }

    @Override
    synchronized int setUp(final DeviceInfo info, final int pasid, final Regime regime) {
        if (isPresent(info)) {
            return -Errno.EBUSY;
        }
        if (regime.type() == PasidEntry.PGTT_PASS_THROUGH) {
            // Plain pass-through knows no translation requests: a device that sends one fails.
            info.disableAts();
        }
        contexts.put(info.rid(), 1, ContextEntry.qw1(regime.aw(), regime.did()));
        contexts.put(info.rid(), 0, qw0(info, regime));
        if (cachesAbsence()) {
            flushContext(info, 0);
            iommu().flush().flushIotlb(Invalidation.IOTLB_DOMAIN, regime.did(), 0, 0);
        } else {
            flushWriteBuffer();
        }
        return 0;
    }

    private static long qw0(final DeviceInfo info, final Regime regime) {
        final int type;
        if (regime.type() == PasidEntry.PGTT_PASS_THROUGH) {
            type = ContextEntry.TT_PASS_THROUGH;
        } else {
            type =
                    info.isAtsSupported()
                            ? ContextEntry.TT_DEVICE_TLB
                            : ContextEntry.TT_UNTRANSLATED;
        }
        return (regime.secondRoot() & ContextEntry.TABLE_MASK)
                | (long) type << ContextEntry.TT_SHIFT
                | ContextEntry.PRESENT;
    }

    final boolean isPresent(final DeviceInfo info) {
        return (contexts.get(info.rid(), 0) & ContextEntry.PRESENT) != 0;
    }

    /** Domain id that the device's context entry says. */
    final int contextDid(final DeviceInfo info) {
        return ContextEntry.did(contexts.get(info.rid(), 1));
    }

    @Override
    synchronized int tearDown(final DeviceInfo info, final int pasid, final boolean ignoresFaults) {
        if (!isPresent(info)) {
            return NOTHING;
        }
        final int did = contextDid(info);
        contexts.put(info.rid(), 0, contexts.get(info.rid(), 0) & ~ContextEntry.PRESENT);
        int ret = flushContext(info, did);
        ret = worse(ret, iommu().flush().flushIotlb(Invalidation.IOTLB_DOMAIN, did, 0, 0));
        ret = worse(ret, flushDevice(info, DeviceInfo.NO_PASID));
        contexts.clear(info.rid());
        info.enableAts();
        return ret < 0 ? ret : TORN_DOWN;
    }

    @Override
    synchronized void free() {
        contexts.free();
    }
}
