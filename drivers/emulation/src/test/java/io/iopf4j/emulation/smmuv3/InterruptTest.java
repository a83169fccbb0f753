// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.SmmuBench.CONFIG;
import static io.iopf4j.emulation.smmuv3.SmmuBench.IOVA;
import static io.iopf4j.emulation.smmuv3.SmmuBench.READ;
import static io.iopf4j.emulation.smmuv3.SmmuBench.SID;
import static io.iopf4j.emulation.smmuv3.SmmuBench.SSID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Wires: when each is pulsed, when not, and listeners that store. IHI 0070, 3.18. */
final class InterruptTest {
    private SmmuBench bench = SmmuBench.enabled(ContextDescriptor.R | ContextDescriptor.A);

    @ParameterizedTest
    @ValueSource(strings = {"eventq", "priq", "cmdq-sync", "gerror"})
    void shouldHaveAWire(final String name) {
        assertEquals(name, bench.smmu.interrupt(name).name());
        assertNotNull(
                new SmmuBench(CONFIG.without(SmmuFeature.PRI)).smmu.interrupt(name), "always");
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "1, 0, 1", "4, 1, 0", "5, 1, 1"})
    void shouldSignalWhatIsEnabledAlone(final int irqCtrl, final long events, final long errors) {
        bench.regs.writel(irqCtrl, SmmuRegisters.IRQ_CTRL);
        bench.read(IOVA);
        bench.command(0, 0);
        assertEquals(events, pulses("eventq"));
        assertEquals(errors, pulses("gerror"));
    }

    @Test
    void shouldNotGateTheSyncInterrupt() {
        bench.regs.writel(0, SmmuRegisters.IRQ_CTRL);
        bench.command(Commands.sync(Commands.SYNC_CS_IRQ, 0), 0);
        assertEquals(1, pulses("cmdq-sync"));
    }

    @Test
    void shouldNotSignalWhatHappenedBeforeTheSourceWasEnabled() {
        bench.regs.writel(0, SmmuRegisters.IRQ_CTRL);
        bench.read(IOVA);
        bench.command(0, 0);
        bench.regs.writel(7, SmmuRegisters.IRQ_CTRL);
        bench.read(IOVA);
        assertEquals(0, pulses("eventq"), "not empty before");
        assertEquals(0, pulses("gerror"));
    }

    @Test
    void shouldNotSignalAnErrorThatIsActiveAlready() {
        bench.command(0, 0);
        bench.regs.writel(0, SmmuRegisters.CR0);
        bench.regs.writel(SmmuBench.ALL_ENABLED, SmmuRegisters.CR0);
        assertEquals(1, pulses("gerror"));
    }

    @Test
    void shouldShowTheErrorBeforeTheInterrupt() {
        final AtomicBoolean seen = new AtomicBoolean();
        final AtomicInteger code = new AtomicInteger();
        bench.smmu
                .interrupt("gerror")
                .connect(
                        () -> {
                            seen.set(bench.isErrorActive(SmmuRegisters.GERROR_CMDQ_ERR));
                            code.set(bench.commandErrorCode());
                        });
        bench.command(0, 0);
        assertTrue(seen.get());
        assertEquals(1, code.get());
    }

    @Test
    void shouldNotEnterAListenerAgainFromWithin() {
        final AtomicInteger depth = new AtomicInteger();
        final AtomicInteger deepest = new AtomicInteger();
        final AtomicInteger runs = new AtomicInteger();
        bench.smmu
                .interrupt("eventq")
                .connect(
                        () -> {
                            deepest.accumulateAndGet(depth.incrementAndGet(), Math::max);
                            bench.takeEvent();
                            if (runs.incrementAndGet() < 5) {
                                bench.read(IOVA);
                            }
                            depth.decrementAndGet();
                        });
        bench.read(IOVA);
        assertEquals(1, deepest.get());
        assertEquals(5, runs.get(), "each edge is heard");
    }

    @Test
    void shouldEndWhenAListenerCausesItsOwnInterruptForEver() {
        bench.smmu
                .interrupt("eventq")
                .connect(
                        () -> {
                            bench.takeEvent();
                            bench.read(IOVA);
                        });
        bench.read(IOVA);
        assertTrue(pulses("eventq") > 1000);
        bench.smmu.interrupt("eventq").connect(null);
        bench.takeEvent();
        final long before = pulses("eventq");
        bench.read(IOVA);
        assertEquals(before + 1, pulses("eventq"), "and goes on afterwards");
    }

    @Test
    void shouldEndWhenAListenerAnswersEachSyncWithAnother() {
        bench.smmu
                .interrupt("cmdq-sync")
                .connect(() -> bench.command(Commands.sync(Commands.SYNC_CS_IRQ, 0), 0));
        bench.command(Commands.sync(Commands.SYNC_CS_IRQ, 0), 0);
        bench.smmu.interrupt("cmdq-sync").connect(null);
        bench.command(Commands.sync(Commands.SYNC_CS_NONE, 0), 0);
        assertEquals(bench.commandProd(), bench.commandCons(), "the next store goes on");
    }

    @Test
    void shouldLetAListenerAnswerAStallAtOnce() {
        bench = SmmuBench.stalling();
        bench.smmu
                .interrupt("eventq")
                .connect(
                        () -> {
                            while (bench.pendingEvents() > 0) {
                                bench.resume(
                                        SID,
                                        (int) bench.takeEvent()[1] & 0xffff,
                                        Commands.RESUME_ABORT);
                            }
                        });
        for (int i = 0; i < 100; i++) {
            bench.access(SID, SSID, IOVA, READ);
        }
        assertEquals(100, bench.endedOrder.size());
        assertEquals(0, bench.smmu.recordedStalls());
    }

    @Test
    void shouldLetAListenerDisableTheSmmu() {
        bench = SmmuBench.stalling();
        bench.smmu.interrupt("eventq").connect(() -> bench.regs.writel(0, SmmuRegisters.CR0));
        bench.read(IOVA);
        assertEquals(1, bench.endedOrder.size());
        assertFalse(bench.isErrorActive(-1));
    }

    private long pulses(final String name) {
        return bench.smmu.interrupt(name).pulses();
    }
}
