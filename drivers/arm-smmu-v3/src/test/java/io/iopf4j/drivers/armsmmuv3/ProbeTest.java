// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What hardware the driver takes, what it refuses and why. */
final class ProbeTest {

    @Test
    void shouldTakeTheModelAsItIs() {
        final DriverBench bench = DriverBench.probed();
        assertNotNull(bench.smmu.ops());
        assertEquals(64, bench.smmu.maxStalls());
        assertEquals(128, bench.smmu.eventQueueEntries());
        assertEquals(0, bench.smmu.eventsLostNotices());
    }

    @ParameterizedTest
    @CsvSource({
        "IDR0, 0x00600000, 0x00200000", // TTENDIAN reserved.
        "IDR0, 0x00600000, 0x00600000", // TTENDIAN big.
        "IDR0, 0x00000003, 0", // Neither stage.
        "IDR0, 0x0000000c, 0x00000004", // AArch32 tables alone.
        "IDR0, 0x0000000c, 0", // TTF reserved.
        "IDR1, 0x40000000, 0x40000000", // TABLES_PRESET
        "IDR1, 0x20000000, 0x20000000", // QUEUES_PRESET
        "IDR1, 0x10000000, 0x10000000", // REL
        "IDR1, 0x03e00000, 0x00c00000" // A command queue of 64.
    })
    void shouldRefuseHardwareThatItCannotDrive(
            final String register, final String field, final String value) {
        final int offset = register.equals("IDR0") ? SmmuRegisters.IDR0 : SmmuRegisters.IDR1;
        assertEquals(-Errno.ENXIO, probeWith(offset, Integer.decode(field), Integer.decode(value)));
    }

    @ParameterizedTest
    @CsvSource({
        "IDR0, 0x00600000, 0", // TTENDIAN mixed.
        "IDR0, 0x0000000c, 0x0000000c" // Both table formats.
    })
    void shouldTakeHardwareThatCanDoMore(
            final String register, final String field, final String value) {
        assertEquals("IDR0", register);
        assertEquals(
                0, probeWith(SmmuRegisters.IDR0, Integer.decode(field), Integer.decode(value)));
    }

    @Test
    void shouldRefuseACommandQueueThatCannotTakeABatch() {
        final SmmuV3Config config = SmmuV3Config.roomy().withSidBits(8).withCommandQueueLog2Max(6);
        assertEquals(-Errno.ENXIO, new DriverBench(config).probe());
    }

    @Test
    void shouldOfferNothingWhenProbingFailed() {
        final DriverBench bench =
                new DriverBench(SmmuV3Config.roomy().withSidBits(8).withCommandQueueLog2Max(6));
        bench.probe();
        assertNull(bench.smmu.ops());
        assertTrue(bench.logged("probe failed: -ENXIO"));
    }

    @Test
    void shouldCapQueuesAtWhatCanBeAllocated() {
        final ArmSmmuFeatures features =
                featuresOf(
                        SmmuV3Config.roomy()
                                .withSidBits(8)
                                .withSsidBits(8)
                                .withCommandQueueLog2Max(19)
                                .withEventQueueLog2Max(19)
                                .withStallMax(1));
        assertEquals(18, features.commandQueueLog2());
        assertEquals(17, features.eventQueueLog2());
    }

    @Test
    void shouldCapSubstreamsAtALinearTable() {
        assertEquals(20, featuresOf(DriverBench.CONFIG).ssidBits());
        assertEquals(
                10,
                featuresOf(DriverBench.CONFIG.without(SmmuFeature.TWO_LEVEL_CD_TABLE)).ssidBits());
    }

    @ParameterizedTest
    @CsvSource({"0, true, false", "1, false, false", "2, true, true"})
    void shouldReadTheStallModel(final int model, final boolean stalls, final boolean forced) {
        final ArmSmmuFeatures features = featuresOf(DriverBench.CONFIG.withStallModel(model));
        assertEquals(stalls, features.stalls());
        assertEquals(forced, features.stallForced());
    }

    @ParameterizedTest
    @ValueSource(ints = {SmmuRegisters.CR0ACK, SmmuRegisters.IRQ_CTRLACK})
    void shouldTimeOutWhenAnAcknowledgementNeverFollows(final int ack) {
        final DriverBench bench =
                new DriverBench(
                        DriverBench.CONFIG, pages -> new FieldOverride(pages, ack, -1, 0x100));
        assertEquals(-Errno.ETIMEDOUT, bench.probe());
        assertTrue(bench.kernel.nowNs() >= 1_000_000_000L, "after a second of virtual time");
    }

    @Test
    void shouldTimeOutWhenCommandsAreNotConsumed() {
        final DriverBench bench =
                new DriverBench(
                        DriverBench.PLAIN,
                        pages -> new FieldOverride(pages, SmmuRegisters.CMDQ_CONS, -1, 0));
        assertEquals(-Errno.ETIMEDOUT, bench.probe());
        assertTrue(bench.logged("CMD_SYNC timeout"));
    }

    @Test
    void shouldSayThatGbpaDoesNotRespond() {
        final DriverBench bench =
                new DriverBench(
                        DriverBench.CONFIG,
                        pages ->
                                new FieldOverride(
                                        pages,
                                        SmmuRegisters.GBPA,
                                        SmmuRegisters.GBPA_UPDATE,
                                        SmmuRegisters.GBPA_UPDATE));
        bench.model.registerPages().writel(SmmuRegisters.CR0_SMMUEN, SmmuRegisters.CR0);
        assertEquals(0, bench.probe(), "Linux goes on");
        assertTrue(bench.logged("GBPA not responding to update"));
    }

    @Test
    void shouldFailWithoutMemory() {
        final DriverBench bench = new DriverBench();
        for (long size = 1 << 20; size > 4096; size >>= 1) {
            while (bench.allocator.allocCoherent(size) != null) {
                // Until nothing of that size is left.
            }
        }
        assertEquals(-Errno.ENOMEM, bench.probe());
        assertNull(bench.smmu.ops());
    }

    @Test
    void shouldGoOnWithoutInterrupts() {
        final DriverBench bench = new DriverBench();
        final var withoutWires =
                new io.iopf4j.api.hw.PlatformDevice() {
                    @Override
                    public String name() {
                        return "smmu";
                    }

                    @Override
                    public Mmio mmio() {
                        return bench.mmio;
                    }

                    @Override
                    public io.iopf4j.api.hw.DmaAllocator dma() {
                        return bench.allocator;
                    }

                    @Override
                    public boolean isCoherent() {
                        return true;
                    }

                    @Override
                    public InterruptLine interrupt(final String name) {
                        return null;
                    }
                };
        final ArmSmmuDevice smmu =
                ArmSmmuDevice.probe(withoutWires, bench.kernel, bench.core, FaultPaths.current());
        assertEquals(0, smmu.error());
        assertTrue(bench.logged("no eventq irq"));
        smmu.remove();
        assertEquals(0, bench.mmio.readl(SmmuRegisters.CR0));
    }

    @Test
    void shouldAbortEveryStreamUntilADomainIsAttached() {
        final DriverBench bench = DriverBench.probed();
        final DriverBench.Client client = bench.client(DriverBench.SID);
        client.access(DriverBench.NO_PASID, bench.page, DriverBench.READ);
        assertEquals(java.util.List.of(AccessResult.ABORTED), client.results());
        assertEquals(0, bench.mmio.readl(SmmuRegisters.EVENTQ_PROD), "silently");
    }

    @Test
    void shouldDisableAnSmmuInServiceFailureMode() {
        final DriverBench bench =
                new DriverBench(
                        DriverBench.CONFIG,
                        pages ->
                                new FieldOverride(
                                        pages,
                                        SmmuRegisters.GERROR,
                                        SmmuRegisters.GERROR_SFM_ERR,
                                        SmmuRegisters.GERROR_SFM_ERR));
        assertEquals(0, bench.probe());
        bench.model.interrupt("gerror").pulse();
        assertTrue(bench.logged("device has entered Service Failure Mode!"));
        assertEquals(0, bench.mmio.readl(SmmuRegisters.CR0));
        assertEquals(SmmuRegisters.GERROR_SFM_ERR, bench.mmio.readl(SmmuRegisters.GERRORN));
    }

    @Test
    void shouldLetGoOfTheHardwareWhenRemoved() {
        final DriverBench bench = DriverBench.probed();
        bench.smmu.remove();
        assertEquals(0, bench.mmio.readl(SmmuRegisters.CR0));
        assertEquals(false, bench.model.interrupt("eventq").isConnected());
        assertEquals(0, bench.probe(), "somebody else can take over");
    }

    private static ArmSmmuFeatures featuresOf(final SmmuV3Config config) {
        final DriverBench bench = new DriverBench(config);
        return ArmSmmuFeatures.read(bench, bench.log, ArmSmmuOptions.DEFAULT, new int[1]);
    }

    private static int probeWith(final int offset, final int mask, final int bits) {
        return new DriverBench(
                        DriverBench.CONFIG, pages -> new FieldOverride(pages, offset, mask, bits))
                .probe();
    }

    /** Register pages one of whose fields reads as something else. */
    private record FieldOverride(Mmio pages, int register, int mask, int bits) implements Mmio {
        @Override
        public long sizeBytes() {
            return pages.sizeBytes();
        }

        @Override
        public int readl(final long offset) {
            final int value = pages.readl(offset);
            return offset == register ? (value & ~mask) | bits : value;
        }

        @Override
        public void writel(final int value, final long offset) {
            pages.writel(value, offset);
        }

        @Override
        public long readq(final long offset) {
            return pages.readq(offset);
        }

        @Override
        public void writeq(final long value, final long offset) {
            pages.writeq(value, offset);
        }
    }
}
