// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.EXEC;
import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.PRIV;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.VtdScript.LEAF;
import static io.iopf4j.qtest.VtdScript.PASID;
import static io.iopf4j.qtest.VtdScript.RID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.emulation.vtd.VtdConfig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the machine around VT-d has what, and what the protocol shows of it. */
class VtdMachineTest {
    private static String run(final VtdMachine machine, final String lines) {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        new QtestSession(
                        machine,
                        new ByteArrayInputStream(lines.getBytes(StandardCharsets.US_ASCII)),
                        out)
                .run();
        return out.toString(StandardCharsets.US_ASCII);
    }

    @Test
    void shouldHaveItsMemoryFromZeroOn() {
        try (QtestClient client = QtestClient.of(new VtdMachine(VtdConfig.scalable()))) {
            for (final long at : new long[] {0, 0x0fff_fff8L}) {
                assertEquals(0, client.readq(at));
                client.writeq(at, 0x1122_3344_5566_7788L);
                assertEquals(0x1122_3344_5566_7788L, client.readq(at));
            }
            client.refused("readq 0x0ffffffc");
            client.refused("readl 0x10000000");
            client.refused("write 0x0ffffffe 4 0x00000000");
            client.refused("memset 0x0ffff000 0x1001 1");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0xfed8_fffcL, 0xfed9_1000L, 0xfeda_0000L, 0xfedb_1000L, 0xfee0_0000L})
    void shouldHaveNothingElsewhere(final long at) {
        try (QtestClient client = QtestClient.of(new VtdMachine(VtdConfig.scalable()))) {
            client.refused("readl 0x%x".formatted(at));
            client.refused("writel 0x%x 0".formatted(at));
        }
    }

    @Test
    void shouldShowAnInterruptAsAnEdgeBeforeTheAnswer() {
        assertEquals(
                """
                OK
                OK
                OK
                OK
                OK
                IRQ raise 2
                IRQ lower 2
                OK
                OK 0x0000000000000041
                """,
                run(
                        new VtdMachine(VtdConfig.scalable()),
                        """
                        irq_intercept_out anything
                        write 0x1000 8 0x1500000000000000
                        writeq 0xfed90090 0x1000
                        write 0xfed900a0 12 0x000000004100000000200000
                        writel 0xfed90018 0x04000000
                        writel 0xfed90088 0x10
                        readl 0x2000
                        """));
    }

    @Test
    void shouldShowNoInterruptThatNobodyAskedFor() {
        assertEquals(
                """
                OK
                OK
                OK
                OK
                OK
                """,
                run(
                        new VtdMachine(VtdConfig.scalable()),
                        """
                        write 0x1000 8 0x1500000000000000
                        writeq 0xfed90090 0x1000
                        writel 0xfed900a0 0
                        writel 0xfed90018 0x04000000
                        writel 0xfed90088 0x10
                        """));
    }

    @Test
    void shouldSayAfterwardsWhatTheModelDoesNotDo() {
        final VtdMachine machine = new VtdMachine(VtdConfig.scalable());
        assertEquals(0, machine.remarks().size());
        run(machine, "writel 0xfed90018 0x02000000\n");
        assertEquals(1, machine.remarks().size());
        assertTrue(
                machine.remarks()
                        .get(0)
                        .matches("not modelled: INTERRUPT_REMAPPING used 1 time: .+"),
                machine.remarks().toString());
    }

    /** A requester of VT-d takes ids for all that it issues, and counts accesses alone. */
    @Test
    void shouldCountAccessesAlone() {
        try (VtdScript script = new VtdScript()) {
            script.device(RID);
            script.map(script.firstStage(RID, PASID, 1), 0x5000, script.pageOf(7) | LEAF);
            script.endpoint.pageRequest(RID, PASID, 0, READ, 0, true);
            script.endpoint.request(RID, PASID, 0, READ).go(3);
            script.endpoint.request(RID, NO_PASID, 0, READ).go(3);
            final int id = script.endpoint.read(RID, PASID, 0x5000);
            assertEquals(3, id);
            assertEquals(0, script.endpoint.outstanding());
            script.endpoint.assertEnded(id, VtdScript.DONE);
            script.endpoint.assertNothingEnded();
            // It has none of what only SMMUv3 takes.
            for (final int go : new int[] {0, 6, 7, 8, 9}) {
                assertEquals(3, script.endpoint.request(RID, PASID, 0x5000, READ).go(go));
            }
            script.endpoint.assertNothingEnded();
        }
    }

    @Test
    void shouldIgnoreExecuteAndPrivilegeWithoutPasid() {
        try (VtdScript script = new VtdScript()) {
            script.device(RID);
            script.map(script.firstStage(RID, 0, 1), 0x5000, script.pageOf(7) | LEAF);
            script.assertEnds(VtdScript.DONE, RID, NO_PASID, 0x5000, READ | EXEC | PRIV);
            script.assertFaults(0x71, RID, NO_PASID, 0x6000, READ | EXEC | PRIV);
            script.assertFaults(0x5d, RID, 0, 0x5000, READ | PRIV);
        }
    }

    /** What a read that ended left stays through one that was aborted. */
    @Test
    void shouldKeepItsDataThroughAFault() {
        try (VtdScript script = new VtdScript()) {
            script.device(RID);
            script.map(script.firstStage(RID, PASID, 1), 0x5000, script.pageOf(7) | LEAF);
            script.assertReads(7, RID, PASID, 0x5000);
            script.assertEnds(VtdScript.ABORTED, RID, PASID, 0x6000, READ);
            assertEquals(7, script.endpoint.data());
        }
    }
}
