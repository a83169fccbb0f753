// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.SmmuScript.ABORTED;
import static io.iopf4j.qtest.SmmuScript.CMDQ_PROD;
import static io.iopf4j.qtest.SmmuScript.CR0;
import static io.iopf4j.qtest.SmmuScript.GERROR;
import static io.iopf4j.qtest.SmmuScript.GERRORN;
import static io.iopf4j.qtest.SmmuScript.IRQ_CTRL;
import static io.iopf4j.qtest.SmmuScript.OUTSIDE;
import static io.iopf4j.qtest.SmmuScript.PRIQ_CONS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The register map: what is there out of reset, what sticks, what guards what, what interrupts. */
class RegisterMapTest {
    private static final Set<Integer> IDENTIFICATION = Set.of(0, 4, 0xc, 0x14, 0x1c);
    private static final int PAGE_1 = 0x10000;

    private SmmuClient smmu = new SmmuClient();

    @AfterEach
    void leave() {
        smmu.close();
    }

    private void restart(final SmmuV3Config config) {
        smmu.close();
        smmu = new SmmuClient(config);
    }

    // ---- Out of reset ---------------------------------------------------------------------------

    @Test
    void shouldIdentifyItself() {
        final int idr0 = smmu.get(0);
        assertEquals(3, idr0 & 3, "both stages");
        assertEquals(2, idr0 >>> 2 & 3, "AArch64 tables");
        assertEquals(1, idr0 >>> 10 & 1, "ATS");
        assertEquals(1, idr0 >>> 13 & 1, "MSI");
        assertEquals(1, idr0 >>> 16 & 1, "PRI");
        assertEquals(1, idr0 >>> 19 & 1, "CD2L");
        assertEquals(0, idr0 >>> 24 & 3, "STALL_MODEL");
        assertEquals(1, idr0 >>> 27 & 3, "two-level stream tables");
        final int idr1 = smmu.get(4);
        assertTrue((idr1 & 0x3f) >= 12, "SIDSIZE");
        assertTrue((idr1 >>> 6 & 0x1f) >= 8, "SSIDSIZE");
        assertEquals(0, idr1 >>> 28, "no presets, no enhanced queues");
        for (final int shift : new int[] {11, 16, 21}) {
            final int queue = idr1 >>> shift & 0x1f;
            assertTrue(queue >= 7 && queue <= 19, "a queue's size");
        }
        final int idr5 = smmu.get(0x14);
        assertEquals(7, idr5 >>> 4 & 7, "three granules");
        assertEquals(5, idr5 & 7, "48 bits out");
        assertTrue(idr5 >>> 16 >= 40, "STALL_MAX");
    }

    @Test
    void shouldBeZeroOutOfReset() {
        for (int at = 0; at < 0x200; at += 4) {
            if (!IDENTIFICATION.contains(at)) {
                assertEquals(0, smmu.get(at), Integer.toHexString(at));
            }
        }
        for (final int at : new int[] {0xa8, 0xac, 0xc8, 0xcc, 0x8000, 0xfffc}) {
            assertEquals(0, smmu.get(at));
            assertEquals(0, smmu.get(PAGE_1 + (at & 0xffff)));
        }
    }

    @Test
    void shouldIgnoreStoresToWhatIsReadOnlyAndToWhatIsNoRegister() {
        final int[] readOnly = {
            0, 4, 8, 0xc, 0x10, 0x14, 0x18, 0x1c, 0x24, 0x40, 0x54, 0x60, 0x34, 0x100, 0x180, 0xfd0,
            0x8000, 0xfffc, 0x1fffc
        };
        for (final int at : readOnly) {
            final int was = smmu.get(at);
            smmu.set(at, -1);
            assertEquals(was, smmu.get(at), Integer.toHexString(at));
        }
    }

    @ParameterizedTest
    @CsvSource({
        // Register, bytes, what sticks of all ones while nothing is enabled.
        "0x28, 4, 0xfff",
        "0x2c, 4, 0xf",
        "0x50, 4, 0x7",
        "0x64, 4, 0x1fd",
        "0x68, 8, 0x000ffffffffffffc",
        "0x70, 4, 0xffffffff",
        "0x74, 4, 0x3f",
        "0x80, 8, 0x400fffffffffffc0",
        "0x88, 4, 0x307ff",
        "0x90, 8, 0x400fffffffffffff",
        "0xa0, 8, 0x400fffffffffffff",
        "0xb0, 8, 0x000ffffffffffffc",
        "0xb8, 4, 0xffffffff",
        "0xbc, 4, 0x3f",
        "0xc0, 8, 0x400fffffffffffff",
        "0xd0, 8, 0x000ffffffffffffc",
        "0xd8, 4, 0xffffffff",
        "0xdc, 4, 0x8000003f"
    })
    void shouldKeepTheBitsThatExist(final String register, final int bytes, final String bits) {
        final int at = Integer.decode(register);
        final long expected = Long.decode(bits);
        if (bytes == 4) {
            smmu.set(at, -1);
            assertEquals(Long.toHexString(expected), Integer.toHexString(smmu.get(at)));
            return;
        }
        smmu.set64(at, -1);
        assertEquals(
                Long.toHexString(expected),
                Long.toHexString(smmu.client.readq(SmmuClient.REGISTERS + at)));
        // Each half by itself.
        smmu.set(at, 0);
        assertEquals(0, smmu.get(at));
        assertEquals((int) (expected >>> 32), smmu.get(at + 4));
        smmu.set(at, -1);
        smmu.set(at + 4, 0);
        assertEquals((int) expected, smmu.get(at));
        assertEquals(0, smmu.get(at + 4));
    }

    @Test
    void shouldAcknowledgeWhatExistsOnly() {
        smmu.set(CR0, 0xffff_fffe);
        final int shown = smmu.get(0x24);
        assertEquals(0x1e, shown, "neither VMW nor what is reserved");
        assertEquals(shown, smmu.get(CR0));
        smmu.set(CR0, 0);
        assertEquals(0, smmu.get(0x24));
        smmu.set(CR0, 2);
        assertEquals(2, smmu.get(0x24), "PRIQEN as written, though without SMMUEN it does nothing");
        smmu.set(IRQ_CTRL, -1);
        assertEquals(7, smmu.get(0x54));
        assertEquals(7, smmu.get(IRQ_CTRL));
    }

    @ParameterizedTest
    @CsvSource({"0x98", "0x9c", "0x100a8", "0x100ac", "0x100c8", "0x100cc"})
    void shouldShowPointersAsWideAsTheQueue(final String register) {
        final int at = Integer.decode(register);
        smmu.set64(0x90, SmmuClient.COMMANDS | 6);
        smmu.set64(0xa0, SmmuClient.EVENTS | 6);
        smmu.set64(0xc0, SmmuClient.PAGE_REQUESTS | 6);
        smmu.set(at, 0x000f_ffff);
        assertEquals(0x7f, smmu.get(at));
        if (at >= PAGE_1) {
            smmu.set(at, 0x8000_0003);
            assertEquals(0x8000_0003, smmu.get(at), "the overflow's flag");
        }
    }

    @Test
    void shouldRefuseOtherSizesWithoutHarm() {
        smmu.set(0x28, 0xabc);
        final QtestClient client = smmu.client;
        final long at = SmmuClient.REGISTERS;
        for (final String line :
                List.of("writeb 0x%x 1", "writew 0x%x 1", "writel 0x%x 1", "writeq 0x%x 1")) {
            // Unaligned but for the first two.
            client.ok(line.formatted(at + 0x2a));
        }
        assertEquals(0xabc, smmu.get(0x28));
        assertEquals(0, client.value("readb 0x%x".formatted(at + 0x28)));
        assertEquals(0, client.value("readw 0x%x".formatted(at + 0x28)));
    }

    // ---- Guards ---------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        // The enable in CR0 or IRQ_CTRL, the register, what is stored, what is left of it.
        "0x20, 0x1, 0x28, 0xfff, 0x3f",
        "0x20, 0x2, 0x28, 0xfff, 0xfc0",
        "0x20, 0x4, 0x28, 0xfff, 0xfc0",
        "0x20, 0x8, 0x28, 0xfff, 0xfc0",
        "0x20, 0xf, 0x28, 0xfff, 0",
        "0x20, 0x1, 0x2c, 0xf, 0",
        "0x20, 0xe, 0x2c, 0xf, 0xf",
        "0x20, 0x1, 0x80, 0x1000, 0",
        "0x20, 0x1, 0x84, 0x1000, 0",
        "0x20, 0x1, 0x88, 0x5, 0",
        "0x20, 0xe, 0x80, 0x1000, 0x1000",
        "0x20, 0xe, 0x88, 0x5, 0x5",
        "0x20, 0x8, 0x90, 0x1005, 0",
        "0x20, 0x8, 0x94, 0x5, 0",
        "0x20, 0x8, 0x9c, 0x0, 0",
        "0x20, 0x7, 0x90, 0x1005, 0x1005",
        "0x20, 0x4, 0xa0, 0x1005, 0",
        "0x20, 0x4, 0x100a8, 0x1, 0",
        "0x20, 0x4, 0x100ac, 0x1, 0x1",
        "0x20, 0xb, 0xa0, 0x1005, 0x1005",
        "0x20, 0xb, 0x100a8, 0x1, 0x1",
        // PRIQEN as it is written guards, also without SMMUEN.
        "0x20, 0x2, 0xc0, 0x1005, 0",
        "0x20, 0x2, 0x100c8, 0x1, 0",
        "0x20, 0x3, 0x100cc, 0x1, 0x1",
        "0x20, 0xd, 0xc0, 0x1005, 0x1005",
        "0x20, 0xd, 0x100c8, 0x1, 0x1",
        "0x50, 0x1, 0x68, 0x1000, 0",
        "0x50, 0x1, 0x70, 0x1, 0",
        "0x50, 0x1, 0x74, 0x1, 0",
        "0x50, 0x6, 0x68, 0x1000, 0x1000",
        "0x50, 0x4, 0xb0, 0x1000, 0",
        "0x50, 0x4, 0xb8, 0x1, 0",
        "0x50, 0x4, 0xbc, 0x1, 0",
        "0x50, 0x3, 0xb8, 0x1, 0x1",
        "0x50, 0x2, 0xd0, 0x1000, 0",
        "0x50, 0x2, 0xd8, 0x1, 0",
        "0x50, 0x2, 0xdc, 0x80000001, 0",
        "0x50, 0x5, 0xdc, 0x80000001, 0x80000001",
        // Nothing guards these.
        "0x20, 0xf, 0x50, 0x7, 0x7",
        "0x20, 0xf, 0x70, 0x7, 0x7"
    })
    void shouldGuardRegistersByTheirEnable(
            final String control,
            final String enable,
            final String register,
            final String stored,
            final String left) {
        smmu.set(Integer.decode(control), Integer.decode(enable));
        smmu.set(Integer.decode(register), Long.decode(stored).intValue());
        assertEquals(Long.decode(left).intValue(), smmu.get(Integer.decode(register)));
    }

    // ---- GBPA -----------------------------------------------------------------------------------

    @Test
    void shouldTakeGbpaWithUpdateOnly() {
        smmu.set(0x44, 1 << 20);
        assertEquals(0, smmu.get(0x44));
        smmu.set(0x44, 1 << 31 | 1 << 20 | 0x1000);
        assertEquals(1 << 20 | 0x1000, smmu.get(0x44), "Update is 0 once it is done");
        final int id = smmu.endpoint.read(5, NO_PASID, SmmuClient.MEMORY);
        smmu.endpoint.assertEnded(id, ABORTED);
        smmu.set(0x44, 0);
        assertEquals(1 << 20 | 0x1000, smmu.get(0x44));
        smmu.set(0x44, 1 << 31);
        assertEquals(0, smmu.get(0x44));
        smmu.endpoint.assertEnded(smmu.endpoint.read(5, NO_PASID, SmmuClient.MEMORY), 1);
    }

    // ---- What is not built in -------------------------------------------------------------------

    @Test
    void shouldHaveNoRegistersOfWhatIsLeftOut() {
        restart(SmmuV3Config.roomy().without(SmmuFeature.PRI).without(SmmuFeature.MSI));
        assertEquals(0, smmu.get(0) & (1 << 13 | 1 << 16));
        smmu.set(CR0, 2);
        assertEquals(0, smmu.get(0x24));
        smmu.set(IRQ_CTRL, 2);
        assertEquals(0, smmu.get(0x54));
        final int[] left = {
            0xc0, 0xd0, 0xd8, 0xdc, 0x100c8, 0x100cc, 0x68, 0x70, 0x74, 0xb0, 0xb8, 0xbc
        };
        for (final int at : left) {
            smmu.set(at, -1);
            assertEquals(0, smmu.get(at), Integer.toHexString(at));
        }
    }

    @Test
    void shouldSayWhatItsIntegratorChose() {
        restart(
                SmmuV3Config.roomy()
                        .withSidBits(16)
                        .withSsidBits(9)
                        .withStallMax(77)
                        .withCommandQueueLog2Max(8)
                        .withEventQueueLog2Max(9)
                        .withPriQueueLog2Max(10)
                        .withOas(4)
                        .withStallModel(SmmuV3Config.STALL_FORCED));
        assertEquals(8 << 21 | 9 << 16 | 10 << 11 | 9 << 6 | 16, smmu.get(4) & 0x3ff_ffff);
        assertEquals(77 << 16 | 4, smmu.get(0x14) & 0xffff_0007);
        assertEquals(2, smmu.get(0) >>> 24 & 3);
        restart(SmmuV3Config.roomy().withStallModel(SmmuV3Config.TERMINATE_ONLY));
        assertEquals(1, smmu.get(0) >>> 24 & 3);
        assertEquals(0, smmu.get(0x14) >>> 16, "no STALL_MAX where nothing stalls");
    }

    // ---- Interrupts -----------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"0xb0, 0x4, 0", "0xd0, 0x2, 1", "0x68, 0x1, 3"})
    void shouldSendAMessageAndPulse(final String cfg0, final String enable, final int number) {
        smmu.reset();
        smmu.set(IRQ_CTRL, 0);
        final int at = Integer.decode(cfg0);
        final long page = smmu.page();
        smmu.client.writeq(page, -1);
        smmu.set64(at, page | 3);
        smmu.set(at + 8, 0x1234_5678);
        cause(number);
        assertEquals(-1, smmu.client.readq(page), "not enabled");
        assertEquals(List.of(), smmu.client.interrupts());
        quiet();
        smmu.set(IRQ_CTRL, Integer.decode(enable));
        cause(number);
        assertEquals(0xffff_ffff_1234_5678L, smmu.client.readq(page));
        assertEquals(List.of(number), smmu.client.interrupts());
    }

    /** An event, a page request, or an error. */
    private void cause(final int number) {
        switch (number) {
            case 0 -> smmu.endpoint.read(7, NO_PASID, 0);
            case 1 -> smmu.endpoint.pageRequest(7, NO_PASID, 0, READ, 0, true);
            default -> smmu.issue(0xff, 0);
        }
    }

    /** What was caused is taken away again. */
    private void quiet() {
        smmu.event();
        smmu.pageRequest();
        if (smmu.commandError() != 0) {
            smmu.recoverCommands();
        }
    }

    @ParameterizedTest
    @CsvSource({
        // Source, what its aborted message makes active, the pulses.
        "0xb0, 0, 0x20, '3 0'",
        "0xd0, 1, 0x40, '3 1'",
        "0x68, 3, 0x81, '3'"
    })
    void shouldReportAMessageThatGoesNowhere(
            final String cfg0, final int number, final String errors, final String pulses) {
        smmu.reset();
        smmu.set(IRQ_CTRL, 0);
        smmu.set64(Integer.decode(cfg0), OUTSIDE);
        smmu.set(IRQ_CTRL, 7);
        cause(number);
        assertEquals(Integer.decode(errors), smmu.get(GERROR));
        assertEquals(
                pulses,
                smmu.client.interrupts().toString().replaceAll("[\\[\\],]", ""),
                "the abort of the error's own message is not signalled");
        final int was = smmu.get(GERROR);
        smmu.set(GERRORN, was & ~1);
        assertEquals(was, smmu.get(GERROR));
        assertEquals(number == 3 ? 1 : 0, smmu.commandError());
    }

    @Test
    void shouldSendNoMessageToAddressZero() {
        smmu.reset();
        cause(0);
        cause(1);
        cause(3);
        assertEquals(1, smmu.get(GERROR), "no abort of a message");
        assertEquals(List.of(0, 1, 3), smmu.client.interrupts());
    }

    @Test
    void shouldInterruptForEachLastRequestWithLo() {
        smmu.withQueues(5, 1).reset();
        smmu.set(IRQ_CTRL, 0);
        smmu.set(0xdc, 1 << 31);
        smmu.set(IRQ_CTRL, 7);
        smmu.endpoint.pageRequest(7, NO_PASID, 0, READ, 1, false);
        assertEquals(List.of(), smmu.client.interrupts(), "not for non-empty");
        smmu.endpoint.pageRequest(7, NO_PASID, 0, READ, 1, true);
        assertEquals(List.of(1), smmu.client.interrupts());
        // Discarded by overflow they count as well.
        smmu.endpoint.pageRequest(7, NO_PASID, 0, READ, 2, false);
        assertEquals(List.of(), smmu.client.interrupts());
        smmu.endpoint.pageRequest(7, NO_PASID, 0, READ, 2, true);
        assertEquals(List.of(1), smmu.client.interrupts());
        // Discarded for another reason they do not.
        smmu.set(CR0, 0xd);
        smmu.endpoint.pageRequest(7, NO_PASID, 0, READ, 3, true);
        assertEquals(List.of(), smmu.client.interrupts());
        assertEquals(0, smmu.get(PRIQ_CONS));
        assertEquals(0, smmu.get(CMDQ_PROD));
    }
}
