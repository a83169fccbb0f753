// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.hw.PciCapability;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.PcieBus;
import io.iopf4j.emulation.Scheduler;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One endpoint behind a scripted IOMMU, and what it told its listener. */
final class PciBench implements PciEndpointListener {
    static final int RID = 0x0310;
    static final int PASID = 0x42;
    static final int NO_PASID = ScriptedIommu.NO_PASID;
    static final int READ = IommuFault.PERM_READ;
    static final int WRITE = IommuFault.PERM_WRITE;
    static final int EXEC = IommuFault.PERM_EXEC;
    static final int PRIV = IommuFault.PERM_PRIV;
    static final long IOVA = 0x7f12_3456_7000L;
    static final long MEMORY = 0x4000_0000L;
    static final int PAGE = 12;
    static final long DELAY = PciFunctionConfig.DEFAULT_RETRY_DELAY_NS;

    final Scheduler scheduler = new Scheduler(1);
    final ScriptedIommu iommu = new ScriptedIommu();
    final PcieFabric bus = new PcieFabric();
    final PciFunction function;
    final PciEndpoint endpoint;
    final List<String> told = new ArrayList<>();
    final Set<Integer> ended = new HashSet<>();
    boolean isQuiet;
    long reached;
    int ends;

    PciBench(final PciFunctionConfig config) {
        function = new PciFunction(config);
        iommu.connect(bus);
        endpoint = new PciEndpoint(7, "nic", RID, iommu, scheduler, function, this, iommu);
        bus.add(endpoint);
    }

    /** Everything is on, and may have so many page requests outstanding. */
    static PciBench enabled(final PciFunctionConfig config, final int allocation) {
        final PciBench bench = new PciBench(config);
        bench.enablePasid();
        bench.enableAts();
        bench.enablePri(allocation);
        return bench;
    }

    static PciBench enabled() {
        return enabled(PciFunctionConfig.roomy(), 32);
    }

    /** Offset of a capability, found as a driver finds it. */
    int capability(final int id) {
        int at = PciCapability.FIRST;
        while (at != 0 && (function.readl(at) & PciCapability.ID_MASK) != id) {
            at = function.readl(at) >>> PciCapability.NEXT_SHIFT;
        }
        assertNotEquals(0, at, "no capability " + id);
        return at;
    }

    void enablePasid() {
        function.writew(
                PciCapability.PASID_CTRL_ENABLE
                        | PciCapability.PASID_EXEC
                        | PciCapability.PASID_PRIV,
                capability(PciCapability.PASID) + PciCapability.PASID_CTRL);
    }

    void enableAts() {
        function.writew(
                PciCapability.ATS_CTRL_ENABLE,
                capability(PciCapability.ATS) + PciCapability.ATS_CTRL);
    }

    void disableAts() {
        function.writew(0, capability(PciCapability.ATS) + PciCapability.ATS_CTRL);
    }

    void enablePri(final int allocation) {
        function.writel(allocation, capability(PciCapability.PRI) + PciCapability.PRI_ALLOCATION);
        priControl(PciCapability.PRI_CTRL_ENABLE);
    }

    void priControl(final int value) {
        function.writew(value, capability(PciCapability.PRI) + PciCapability.PRI_CTRL);
    }

    int priControl() {
        return function.readw(capability(PciCapability.PRI) + PciCapability.PRI_CTRL);
    }

    /** Without the bit that says what answers need. */
    int priStatus() {
        return function.readw(capability(PciCapability.PRI) + PciCapability.PRI_STATUS)
                & ~PciCapability.PRI_STATUS_PASID_REQUIRED;
    }

    int access(final long iova, final int perm) {
        return endpoint.access(PASID, iova, perm);
    }

    int accessPages(final int count) {
        final long[] iovas = new long[count];
        final int[] perms = new int[count];
        for (int i = 0; i < count; i++) {
            iovas[i] = IOVA + ((long) i << PAGE);
            perms[i] = READ;
        }
        return endpoint.access(PASID, iovas, perms, count);
    }

    void map(final long iova, final int perm) {
        iommu.map(PASID, iova, MEMORY + (iova - IOVA & -1L << PAGE), PAGE, perm);
    }

    void respond(final int code, final int group) {
        bus.pageRequestResponse(RID, PASID, code, group);
    }

    void succeed(final int group) {
        respond(PcieBus.SUCCESS, group);
    }

    List<String> news() {
        final List<String> news = List.copyOf(told);
        told.clear();
        return news;
    }

    void rest() {
        scheduler.runUntil(scheduler.nowNs() + DELAY);
    }

    private void tell(final String what) {
        if (!isQuiet) {
            told.add(what);
        }
    }

    @Override
    public void requesting(final PciEndpoint who, final int id, final int group) {
        if (!isQuiet) {
            tell("asks " + id + " g" + group);
        }
    }

    @Override
    public void answered(final PciEndpoint who, final int id, final int group, final int code) {
        if (!isQuiet) {
            tell("answered " + id + " g" + group + " " + code);
        }
    }

    @Override
    public void unexpectedResponse(final PciEndpoint who, final int group, final int code) {
        if (!isQuiet) {
            tell("unexpected g" + group + " " + code);
        }
    }

    @Override
    public void reached(final PciEndpoint who, final int id, final long address) {
        reached = address;
    }

    @Override
    public void accessEnded(final PciEndpoint who, final int id, final AccessResult result) {
        ends++;
        if (!isQuiet) {
            if (!ended.add(id)) {
                throw new AssertionError("ended twice: " + id);
            }
            tell("ended " + id + " " + result);
        }
    }
}
