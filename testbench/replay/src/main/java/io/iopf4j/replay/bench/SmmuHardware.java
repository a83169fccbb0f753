// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuDevice;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.Endpoint;
import io.iopf4j.emulation.EndpointListener;
import io.iopf4j.emulation.PluggedDevice;
import io.iopf4j.emulation.smmuv3.SmmuObserver;
import io.iopf4j.emulation.smmuv3.SmmuPlatform;
import io.iopf4j.emulation.smmuv3.SmmuV3;
import io.iopf4j.replay.ledger.SmmuLedger;
import java.util.List;
import java.util.Set;

/** An SMMUv3 with its driver; each stalled access is a group of one. */
final class SmmuHardware implements Hardware {
    private static final int PASID_BITS = 20;

    private final HardwareParts parts;
    private final SmmuV3 smmu;
    private final EndpointListener endpointListener;
    private final ArmSmmuDevice driver;

    SmmuHardware(final SmmuSettings settings, final HardwareParts parts) {
        this.parts = parts;
        final SmmuLedger ledger = parts.ledger() == null ? null : new SmmuLedger(parts.ledger());
        endpointListener = ledger == null ? this::accessEnded : ledger;
        smmu =
                new SmmuV3(
                        parts.memory(),
                        settings.config(),
                        ledger == null ? SmmuObserver.NONE : ledger);
        driver =
                ArmSmmuDevice.probe(
                        parts.forDriver(new SmmuPlatform("arm-smmu-v3.0", smmu, parts.allocator())),
                        parts.kernel(),
                        parts.core(),
                        settings.faultPaths());
        HardwareParts.requireProbed("SMMU", driver.error());
    }

    @Override
    public void close() {
        driver.close();
    }

    /** The model itself, with registers that say where its queues are. */
    SmmuV3 smmu() {
        return smmu;
    }

    private void accessEnded(final Endpoint issuer, final int id, final AccessResult result) {
        parts.accessListener().accessEnded(issuer.index(), id, result);
    }

    @Override
    public String name() {
        return "smmuv3";
    }

    @Override
    public int deviceLimit() {
        return 1 << smmu.config().sidBits();
    }

    @Override
    public boolean hasViommus() {
        return true;
    }

    @Override
    public GuestEndpoint endpoint(
            final int index,
            final String deviceName,
            final Set<Integer> pasids,
            final boolean isStreaming) {
        final int most = pasids.stream().mapToInt(Integer::intValue).max().orElse(0);
        final int bits = Integer.SIZE - Integer.numberOfLeadingZeros(most);
        return new StallingEndpoint(
                new Endpoint(index, deviceName, index, smmu, endpointListener),
                new IommuDevice(
                        deviceName, driver.ops(), new IommuFwspec(List.of(index), true, bits)));
    }

    @Override
    public HostEndpoint hostEndpoint(final int index, final String deviceName) {
        final Endpoint endpoint =
                new Endpoint(index, deviceName, index, smmu, (issuer, id, how) -> {});
        return new HostEndpoint(
                new IommuDevice(
                        deviceName,
                        driver.ops(),
                        new IommuFwspec(List.of(index), false, PASID_BITS)),
                endpoint::access);
    }

    @Override
    public GuestTables tables(final GuestDevice device) {
        return new SmmuTables(device, parts.allocator());
    }

    @Override
    public int openFaults() {
        return smmu.recordedStalls();
    }

    @Override
    public int waiting() {
        return smmu.heldStalls();
    }

    @Override
    public long queueOverflows() {
        return smmu.counters().eventQueueOverflows();
    }

    @Override
    public int queueHighWater() {
        return smmu.counters().eventQueueHighWater();
    }

    @Override
    public int stallHighWater() {
        return smmu.stallHighWater();
    }

    @Override
    public long commandErrors() {
        return smmu.counters().commandErrors();
    }

    /** A device whose accesses stall. */
    private record StallingEndpoint(Endpoint endpoint, IommuDevice device)
            implements GuestEndpoint {
        @Override
        public int index() {
            return endpoint.index();
        }

        @Override
        public String name() {
            return endpoint.name();
        }

        @Override
        public PluggedDevice plugged() {
            return endpoint;
        }

        @Override
        public int pasid(final int ssid) {
            return ssid;
        }

        @Override
        public long address(final long iova) {
            return iova;
        }

        @Override
        public boolean isStreaming() {
            return false;
        }

        @Override
        public int nextId() {
            return endpoint.nextId();
        }

        @Override
        public int inFlight() {
            return endpoint.inFlight();
        }

        @Override
        public void access(final int ssid, final long[] iovas, final int[] perms, final int count) {
            endpoint.access(ssid, iovas[0], one(perms[0]));
        }

        /** A stall is of one access: what asks to read and write is the write. */
        private static int one(final int perm) {
            final int privileged = perm & IommuFault.PERM_PRIV;
            if ((perm & IommuFault.PERM_WRITE) != 0) {
                return IommuFault.PERM_WRITE | privileged;
            }
            return IommuFault.PERM_READ | (perm & IommuFault.PERM_EXEC) | privileged;
        }
    }
}
