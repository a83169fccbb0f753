// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.Errno;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.ScalableContextEntry;
import io.iopf4j.api.vtd.VtdCapabilities;
import java.util.HashMap;
import java.util.Map;

/**
 * Scalable mode: a context entry leads to the device's PASID table for good, and everything is set
 * up there, requests without PASID as PASID 0: {@code pasid.c} of Linux 6.12.
 */
final class ScalableTranslations extends Translations {
    private final RootTable contexts;
    private final PasidEntries entries;
    private final PasidTeardown teardown;
    private final Map<DeviceInfo, PasidTable> tables = new HashMap<>();

    ScalableTranslations(final IntelIommu iommu) {
        super(iommu);
        this.contexts = new RootTable(iommu.platform().dma(), iommu.rootTable(), true);
        this.entries = new PasidEntries(iommu.capabilities(), iommu.generation());
        this.teardown = iommu.options().pasidTeardown();
    }

    // ---- Context entries ------------------------------------------------------------------------

    /** {@code intel_pasid_alloc_table()} and {@code intel_pasid_setup_sm_context()}. */
    @Override
    synchronized int add(final DeviceInfo info) {
        if (!contexts.prepare(info.rid())) {
            return -Errno.ENOMEM;
        }
        final PasidTable table =
                PasidTable.alloc(
                        iommu().platform().dma(), info.isPasidSupported() ? info.maxPasids() : 0);
        if (table == null || !table.prepare(DeviceInfo.NO_PASID)) {
            if (table != null) {
                table.free();
            }
            return -Errno.ENOMEM;
        }
        tables.put(info, table);
        contexts.put(info.rid(), 1, DeviceInfo.NO_PASID);
        contexts.put(info.rid(), 0, context(info, table));
        if (cachesAbsence()) {
            flushContext(info, 0);
            iommu().flush().flushIotlb(Invalidation.IOTLB_DOMAIN, 0, 0, 0);
        } else {
            flushWriteBuffer();
        }
        return 0;
    }

    /** Before 6.12 page requests are let in from the start. */
    private long context(final DeviceInfo info, final PasidTable table) {
        return table.dmaAddress()
                | (long) table.pdts() << ScalableContextEntry.PDTS_SHIFT
                | (info.isAtsSupported() ? ScalableContextEntry.DTE : 0)
                | (info.isPasidSupported() ? ScalableContextEntry.PASIDE : 0)
                | (info.isPriSupported() && !is612() ? ScalableContextEntry.PRE : 0)
                | ScalableContextEntry.PRESENT;
    }

    /** {@code device_pasid_table_teardown()}. If the unit may still walk them, tables are lost. */
    @Override
    synchronized void remove(final DeviceInfo info) {
        final long qw0 = contexts.get(info.rid(), 0);
        contexts.put(info.rid(), 0, qw0 & ~ScalableContextEntry.PRESENT);
        final int ret = worse(flushContext(info, 0), flushDevice(info, DeviceInfo.NO_PASID));
        contexts.clear(info.rid());
        final PasidTable table = tables.remove(info);
        if (ret == 0) {
            table.free();
        }
    }

    /** {@code context_flip_pri()} and {@code intel_context_flush_no_pasid()}. */
    @Override
    public synchronized int setPre(final DeviceInfo info, final boolean enabled) {
        final long qw0 = contexts.get(info.rid(), 0);
        contexts.put(
                info.rid(),
                0,
                enabled ? qw0 | ScalableContextEntry.PRE : qw0 & ~ScalableContextEntry.PRE);
        final int ret = worse(flushContext(info, 0), flushDevice(info, DeviceInfo.NO_PASID));
        if (ret != 0 && enabled) {
            contexts.put(info.rid(), 0, qw0);
            flushContext(info, 0);
        }
        return ret;
    }

    // ---- PASID entries --------------------------------------------------------------------------

    @Override
    synchronized int prepare(final DeviceInfo info, final int pasid, final Regime regime) {
        final PasidTable table = tables.get(info);
        if (pasid != DeviceInfo.NO_PASID && !info.isPasidEnabled()) {
            return -Errno.EOPNOTSUPP;
        }
        if (pasid < 0 || pasid >= table.maxPasids() || !canTranslate(regime.type())) {
            return -Errno.EINVAL;
        }
        return table.prepare(pasid) ? 0 : -Errno.ENOMEM;
    }

    private boolean canTranslate(final int type) {
        final VtdCapabilities capabilities = iommu().capabilities();
        return switch (type) {
            case PasidEntry.PGTT_FIRST -> capabilities.hasEcap(VtdCapabilities.FLTS);
            case PasidEntry.PGTT_SECOND -> capabilities.hasEcap(VtdCapabilities.SLTS);
            case PasidEntry.PGTT_NESTED -> capabilities.hasEcap(VtdCapabilities.NEST);
            default -> capabilities.hasEcap(VtdCapabilities.PT);
        };
    }

    /** Present comes last. */
    @Override
    synchronized int setUp(final DeviceInfo info, final int pasid, final Regime regime) {
        final PasidTable table = tables.get(info);
        if ((table.get(pasid, 0) & PasidEntry.PRESENT) != 0) {
            return -Errno.EBUSY;
        }
        table.clear(pasid, 0);
        table.put(pasid, 2, entries.qw2(regime, pasid));
        table.put(pasid, 1, entries.qw1(regime));
        table.put(pasid, 0, PasidEntries.qw0(regime));
        if (cachesAbsence()) {
            iommu().flush().flushPasidCache(Invalidation.PC_PASID, regime.did(), pasid);
            iommu().flush().flushPasidIotlb(regime.did(), pasid, 0, QiFlush.ALL_PAGES, false);
        } else {
            flushWriteBuffer();
        }
        return 0;
    }

    /**
     * {@code intel_pasid_tear_down_entry()}. The entry keeps what it says until nobody looks at it
     * any more: it is the present bit alone that goes first.
     */
    @Override
    synchronized int tearDown(final DeviceInfo info, final int pasid, final boolean ignoresFaults) {
        final PasidTable table = tables.get(info);
        final long qw0 = table.get(pasid, 0);
        if ((qw0 & PasidEntry.PRESENT) == 0) {
            if (!is612() || (qw0 & PasidEntry.FPD) == 0) {
                return NOTHING;
            }
            table.clear(pasid, 0);
            return TORN_DOWN;
        }
        table.put(pasid, 0, qw0 & ~PasidEntry.PRESENT);
        final int ret = forget(info, pasid, qw0, (int) table.get(pasid, 1) & PasidEntry.DID_MASK);
        final boolean keepsSilence =
                ignoresFaults && (!is612() || teardown == PasidTeardown.INTENDED);
        table.clear(pasid, keepsSilence ? PasidEntry.FPD : 0);
        return ret < 0 ? ret : TORN_DOWN;
    }

    private int forget(final DeviceInfo info, final int pasid, final long qw0, final int did) {
        final QiFlush flush = iommu().flush();
        int ret = flush.flushPasidCache(Invalidation.PC_PASID, did, pasid);
        final int type = PasidEntry.pgtt(qw0);
        ret =
                worse(
                        ret,
                        type == PasidEntry.PGTT_FIRST || type == PasidEntry.PGTT_PASS_THROUGH
                                ? flush.flushPasidIotlb(did, pasid, 0, QiFlush.ALL_PAGES, false)
                                : flush.flushIotlb(Invalidation.IOTLB_DOMAIN, did, 0, 0));
        return is612() || !cachesAbsence() ? worse(ret, flushDevice(info, pasid)) : ret;
    }

    @Override
    synchronized void free() {
        tables.values().forEach(PasidTable::free);
        tables.clear();
        contexts.free();
    }
}
