// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.Requester;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.WiredInterrupt;
import io.iopf4j.emulation.smmuv3.NotModelled;
import io.iopf4j.emulation.smmuv3.SmmuObserver;
import io.iopf4j.emulation.smmuv3.SmmuV3;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * An SMMUv3 where QEMU's {@code virt} machine has it, 256 MiB of memory, and the endpoint block.
 */
public final class SmmuV3Machine implements Machine {
    /** Physical address of the SMMU's two register pages. */
    public static final long REGISTERS_BASE = 0x0905_0000L;

    /** Physical address of the endpoint block. */
    public static final long ENDPOINT_BASE = 0x0b00_0000L;

    /** Physical address of the memory. */
    public static final long MEMORY_BASE = 0x4000_0000L;

    /** Bytes of memory. */
    public static final long MEMORY_BYTES = 256L << 20;

    private static final long SEED = 1;

    private final PhysicalMemory memory = new PhysicalMemory(MEMORY_BASE, MEMORY_BYTES);
    private final Scheduler clock = new Scheduler(SEED);
    private final SmmuV3 smmu;
    private final EndpointBlock endpoint;
    private final List<Window> windows;
    private final List<WiredInterrupt> interrupts;

    /**
     * A machine out of reset.
     *
     * @param config the SMMU's integrator's choice
     */
    public SmmuV3Machine(final SmmuV3Config config) {
        smmu = new SmmuV3(memory, config, SmmuObserver.NONE);
        endpoint = new EndpointBlock(memory, smmu, new OddToSmmu(), null);
        windows =
                List.of(
                        new Window(REGISTERS_BASE, smmu.registerPages(), Integer.BYTES),
                        new Window(ENDPOINT_BASE, endpoint, Long.BYTES));
        interrupts =
                Stream.of("eventq", "priq", "cmdq-sync", "gerror").map(smmu::interrupt).toList();
    }

    @Override
    public PhysicalMemory memory() {
        return memory;
    }

    @Override
    public List<Window> windows() {
        return windows;
    }

    @Override
    public List<WiredInterrupt> interrupts() {
        return interrupts;
    }

    @Override
    public Scheduler clock() {
        return clock;
    }

    @Override
    public List<String> remarks() {
        final List<String> remarks = new ArrayList<>(endpoint.remarks());
        for (final NotModelled what : NotModelled.values()) {
            final long times = smmu.counters().notModelled(what);
            if (times > 0) {
                remarks.add(Machine.notModelled(what.name(), times, what.effect()));
            }
        }
        return remarks;
    }

    /** F_UUT and E_PAGE_REQUEST. IHI 0070, 7.3. */
    private final class OddToSmmu implements OddRequests {
        @Override
        public void unsupportedAccess(
                final Requester requester,
                final int id,
                final int streamId,
                final int substreamId,
                final long address,
                final int perm) {
            smmu.unsupportedAccess(requester, id, streamId, substreamId, address, perm);
        }

        @Override
        public void pageHint(
                final int streamId, final int substreamId, final long address, final int perm) {
            smmu.pageHint(streamId, substreamId, address, 1, perm);
        }
    }
}
