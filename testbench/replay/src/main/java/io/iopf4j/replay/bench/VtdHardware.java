// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.drivers.intel.IntelIommu;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.pci.PciEndpoint;
import io.iopf4j.emulation.pci.PciEndpointListener;
import io.iopf4j.emulation.pci.PciFunction;
import io.iopf4j.emulation.pci.PciFunctionConfig;
import io.iopf4j.emulation.pci.PcieFabric;
import io.iopf4j.emulation.vtd.Vtd;
import io.iopf4j.emulation.vtd.VtdObserver;
import io.iopf4j.emulation.vtd.VtdPlatform;
import io.iopf4j.replay.ledger.VtdLedger;
import java.util.List;
import java.util.Set;

/** A VT-d remapping unit with its driver, and PCI functions behind it. */
final class VtdHardware implements Hardware {
    private static final int FIRST_RID = 0x100;
    private static final int RIDS = 1 << 16;
    private static final int PASID_BITS = 20;

    private final VtdSettings settings;
    private final HardwareParts parts;
    private final PcieFabric fabric = new PcieFabric();
    private final EndpointTotals totals;
    private final Vtd vtd;
    private final IntelIommu driver;

    VtdHardware(final VtdSettings settings, final HardwareParts parts) {
        this.settings = settings;
        this.parts = parts;
        final VtdLedger ledger =
                parts.ledger() == null ? null : new VtdLedger(parts.ledger(), fabric::at);
        totals = new EndpointTotals(ledger == null ? new Ends(parts.accessListener()) : ledger);
        vtd =
                new Vtd(
                        parts.memory(),
                        settings.config(),
                        ledger == null ? VtdObserver.NONE : ledger);
        vtd.connect(fabric);
        driver =
                IntelIommu.probe(
                        parts.forDriver(new VtdPlatform("dmar0", vtd, parts.allocator())),
                        parts.kernel(),
                        parts.core(),
                        settings.options());
        HardwareParts.requireProbed("VT-d unit", driver.error());
    }

    /** The model itself, with registers that say where its queues are. */
    Vtd vtd() {
        return vtd;
    }

    /** Which endpoint a device is: its requester id says. */
    static int indexOf(final IommuDevice device) {
        return device.fwspec().ids().get(0) - FIRST_RID;
    }

    @Override
    public String name() {
        return "vtd";
    }

    @Override
    public int deviceLimit() {
        return RIDS - FIRST_RID;
    }

    @Override
    public boolean hasViommus() {
        return false;
    }

    @Override
    public GuestEndpoint endpoint(
            final int index,
            final String deviceName,
            final Set<Integer> pasids,
            final boolean isStreaming) {
        final boolean streams = isStreaming && settings.config().isRevision2();
        final PciFunctionConfig config =
                PciFunctionConfig.roomy()
                        .withPri(new PciFunctionConfig.Pri(settings.priCapacity(), true))
                        .withRetryDelayNs(VtdSettings.RETRY_DELAY_NS);
        final PciFunction function = new PciFunction(streams ? config.streaming() : config);
        final PciEndpoint endpoint = plug(index, deviceName, function, totals);
        totals.add(endpoint);
        return new PciGuestEndpoint(
                endpoint, device(endpoint, deviceName, function), unusedPasid(pasids), totals);
    }

    @Override
    public HostEndpoint hostEndpoint(final int index, final String deviceName) {
        final PciFunction function =
                new PciFunction(PciFunctionConfig.roomy().withPri(null).withAts(null));
        final PciEndpoint endpoint = plug(index, deviceName, function, (issuer, id, how) -> {});
        return new HostEndpoint(device(endpoint, deviceName, function), endpoint::access);
    }

    private PciEndpoint plug(
            final int index,
            final String deviceName,
            final PciFunction function,
            final PciEndpointListener listener) {
        final PciEndpoint endpoint =
                new PciEndpoint(
                        index,
                        deviceName,
                        FIRST_RID + index,
                        vtd,
                        parts.scheduler(),
                        function,
                        listener,
                        vtd::pageStreamRequest);
        fabric.add(endpoint);
        return endpoint;
    }

    /** What the driver knows of an endpoint. */
    private IommuDevice device(
            final PciEndpoint endpoint, final String deviceName, final PciFunction function) {
        return new IommuDevice(
                deviceName,
                driver.ops(),
                new IommuFwspec(List.of(endpoint.rid()), false, PASID_BITS, true),
                function);
    }

    /** A page request without PASID is refused, so that accesses without get one of their own. */
    private static int unusedPasid(final Set<Integer> pasids) {
        int pasid = 1;
        while (pasids.contains(pasid)) {
            pasid++;
        }
        return pasid;
    }

    @Override
    public GuestTables tables(final GuestDevice device) {
        return new VtdTables(device, parts.allocator());
    }

    @Override
    public int openFaults() {
        return totals.groups();
    }

    @Override
    public int waiting() {
        return totals.accesses() - totals.groups();
    }

    @Override
    public long queueOverflows() {
        return vtd.counters().overflows();
    }

    @Override
    public int queueHighWater() {
        return vtd.counters().queueHighWater();
    }

    @Override
    public int stallHighWater() {
        return 0;
    }

    @Override
    public long commandErrors() {
        return vtd.counters().commandErrors();
    }

    /** Tells how accesses end, and no more. */
    private record Ends(AccessListener listener) implements PciEndpointListener {
        @Override
        public void accessEnded(
                final PciEndpoint endpoint, final int id, final AccessResult result) {
            listener.accessEnded(endpoint.index(), id, result);
        }
    }
}
