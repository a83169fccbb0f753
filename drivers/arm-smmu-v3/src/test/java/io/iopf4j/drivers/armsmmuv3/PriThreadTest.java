// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.smmuv3.PriEntry;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Page requests of PCIe devices, which the driver refuses. */
final class PriThreadTest {
    private final FakeSmmu fake =
            new FakeSmmu(
                    FakeSmmu.IDR0 | SmmuRegisters.IDR0_ATS | SmmuRegisters.IDR0_PRI, FakeSmmu.IDR1);
    private ArmSmmuDevice smmu;

    @BeforeEach
    void probe() {
        smmu = fake.probe();
        assertEquals(0, smmu.error());
        fake.commands.clear();
        fake.stores.clear();
    }

    private void request(final long word0, final int group) {
        fake.produce(
                SmmuRegisters.PRIQ_BASE,
                SmmuRegisters.PRIQ_PROD,
                word0,
                PriEntry.word1(0x7f00_1000L, group));
    }

    private void interrupt() {
        fake.lines.get("priq").pulse();
        fake.scheduler.runReady();
    }

    @Test
    void shouldRefuseAGroupOnce() {
        request(PriEntry.word0(0x10, 7, PriEntry.READ), 3);
        request(0xf000_0007_0000_0010L, 3);
        interrupt();
        assertEquals(List.of("1000007841:3"), fake.commandsButSync());
        assertEquals(0, fake.syncs());
        assertEquals(2, fake.readl(SmmuRegisters.PRIQ_CONS));
        assertTrue(fake.logged("stream 0x00000010.0x00007 group 3 last, RW at 0x000000007f001000"));
    }

    @Test
    void shouldRefuseWithoutPasidWhatCameWithout() {
        request(PriEntry.word0(0x10, -1, PriEntry.LAST | PriEntry.READ), 4);
        interrupt();
        assertEquals(List.of("1000000041:4"), fake.commandsButSync());
    }

    @Test
    void shouldAnswerAStopMarkerAsLinuxDoes() {
        request(0xc000_0007_0000_0010L, 3);
        interrupt();
        assertEquals(List.of("1000007841:3"), fake.commandsButSync());
    }

    @Test
    void shouldNotAnswerAGroupWhoseLastRequestIsMissing() {
        request(PriEntry.word0(0x10, 7, PriEntry.WRITE), 3);
        interrupt();
        assertEquals(List.of(), fake.commandsButSync());
        assertTrue(fake.logged("unexpected page request"));
    }

    @Test
    void shouldGiveEachSlotBackBeforeItAnswers() {
        request(0xf000_0007_0000_0010L, 3);
        request(0xf000_0007_0000_0010L, 4);
        interrupt();
        assertEquals(List.of("100cc=1", "98=5", "100cc=2", "98=6"), fake.stores);
    }

    @Test
    void shouldAcknowledgeAnOverflowWhenAllIsDrained() {
        for (int i = 0; i < 8; i++) {
            request(PriEntry.word0(0x10, 7, PriEntry.READ), i);
        }
        final int prod = fake.readl(SmmuRegisters.PRIQ_PROD);
        fake.registers.put((long) SmmuRegisters.PRIQ_PROD, prod | QueueIndex.OVERFLOW);
        interrupt();
        assertTrue(fake.logged("PRIQ overflow detected"));
        assertEquals(1, smmu.requestsLostNotices());
        assertEquals("100cc=8", fake.stores.get(7), "the old flag while it drains");
        assertEquals("100cc=80000008", fake.stores.get(8));
        interrupt();
        assertEquals(1, smmu.requestsLostNotices(), "noticed once");
    }
}
