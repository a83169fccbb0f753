// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.READ;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Interrupts as lines before the answer of what caused them. */
class InterruptTest {
    private static final int SID = 7;

    @Test
    void shouldShowEachInterruptByItsNumber() {
        try (SmmuClient smmu = new SmmuClient().reset()) {
            assertEquals(List.of(), smmu.client.interrupts());
            smmu.endpoint.read(SID, NO_PASID, 0);
            assertEquals(List.of(0), smmu.client.interrupts());
            assertEquals(Events.C_BAD_STE, Events.number(smmu.event()[0]));
            smmu.endpoint.pageRequest(SID, NO_PASID, 0, READ, 0, true);
            assertEquals(List.of(1), smmu.client.interrupts());
            smmu.sync();
            assertEquals(List.of(2), smmu.client.interrupts());
            smmu.issue(0xff, 0);
            assertEquals(List.of(3), smmu.client.interrupts());
            assertEquals(CmdqOp.CERROR_ILL, smmu.commandError());
            smmu.recoverCommands();
            assertEquals(CmdqOp.CERROR_NONE, smmu.commandError());
            smmu.sync();
            assertEquals(List.of(2), smmu.client.interrupts());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "irq_intercept_in ioapic",
                "irq_intercept_out /machine/unattached/device[3]",
                "irq_intercept_in 0"
            })
    void shouldShowTheEdgeBeforeTheAnswerOnceItIsAsked(final String line) {
        try (SmmuClient smmu = new SmmuClient()) {
            smmu.client.ok(line);
            smmu.client.ok(line);
            // A store that pulses by itself: IRQ_CTRL enables, then the queue's error is raised.
            smmu.set(SmmuRegisters.IRQ_CTRL, SmmuRegisters.IRQ_CTRL_GERROR_IRQEN);
            smmu.set64(SmmuRegisters.CMDQ_BASE, 0);
            smmu.set(SmmuRegisters.CR0, SmmuRegisters.CR0_CMDQEN);
            assertEquals(List.of(), smmu.client.interrupts());
            smmu.set(SmmuRegisters.CMDQ_PROD, 1);
            assertEquals(List.of(3), smmu.client.interrupts());
            assertEquals(CmdqOp.CERROR_ABT, smmu.commandError());
        }
    }

    @Test
    void shouldShowNothingUntilItIsAsked() {
        try (SmmuClient smmu = new SmmuClient(SmmuV3Config.roomy())) {
            smmu.set(SmmuRegisters.IRQ_CTRL, SmmuRegisters.IRQ_CTRL_GERROR_IRQEN);
            smmu.set(SmmuRegisters.CR0, SmmuRegisters.CR0_CMDQEN);
            smmu.set(SmmuRegisters.CMDQ_PROD, 1);
            assertEquals(List.of(), smmu.client.interrupts());
        }
    }
}
