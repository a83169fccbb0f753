// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.SmmuScript.ABORTED;
import static io.iopf4j.qtest.SmmuScript.CMDQ_BASE;
import static io.iopf4j.qtest.SmmuScript.CMDQ_CONS;
import static io.iopf4j.qtest.SmmuScript.CMDQ_PROD;
import static io.iopf4j.qtest.SmmuScript.CR0;
import static io.iopf4j.qtest.SmmuScript.GERROR;
import static io.iopf4j.qtest.SmmuScript.GERRORN;
import static io.iopf4j.qtest.SmmuScript.OUTSIDE;
import static io.iopf4j.qtest.SmmuScript.S;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which commands there are, which are in error, and what those do that invalidate nothing. */
class EveryCommandTest {
    private static final int SID = 0x10;
    private static final long IOVA = 0x1234_5678L;
    private static final int ILL = 1;
    private static final int ABT = 2;

    /** Every opcode of a Non-secure queue of what is built in. */
    private static final int[] OPCODES = {
        0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x10, 0x11, 0x12, 0x13, 0x20, 0x21, 0x22, 0x23, 0x28,
        0x2a, 0x30, 0x40, 0x41, 0x44, 0x45, 0x46
    };

    /** Those with an address, a granule and a level. */
    private static final int[] ADDRESS_OPCODES = {0x12, 0x13, 0x22, 0x23, 0x2a};

    private static boolean isLegal(final int opcode) {
        return IntStream.of(OPCODES).anyMatch(legal -> legal == opcode);
    }

    @Test
    void shouldKnowEveryOpcodeAndNoOther() {
        try (SmmuScript script = new SmmuScript()) {
            for (int opcode = 0; opcode < 0x100; opcode++) {
                if (isLegal(opcode)) {
                    script.smmu.command(opcode, 0);
                    // SSec: there is no Secure state.
                    script.assertError(ILL, opcode | 1 << 10, 0);
                } else {
                    script.assertError(ILL, opcode, 0);
                }
            }
        }
    }

    @Test
    void shouldIgnoreStreamsThatAreNotThere() {
        try (SmmuScript script = new SmmuScript()) {
            for (final int opcode : new int[] {1, 2, 3, 4, 5, 6, 0x40, 0x41, 0x44, 0x45}) {
                script.smmu.command(opcode | 0xffff_f800L | -1L << 32, 0x1000);
            }
            script.endpoint.assertNoResponse();
            script.assertNoEvent();
            assertEquals(0, script.get(GERROR));
        }
    }

    @Test
    void shouldRefuseARangeOfNothing() {
        try (SmmuScript script = new SmmuScript()) {
            for (final int opcode : ADDRESS_OPCODES) {
                for (long tg = 1; tg <= 3; tg++) {
                    script.assertError(ILL, opcode, tg << 10);
                    script.smmu.command(opcode | 1 << 12, tg << 10);
                    script.smmu.command(opcode | 1 << 20, tg << 10);
                    script.smmu.command(opcode, tg << 10 | 2 << 8);
                    script.smmu.command(opcode, tg << 10 | 3 << 8);
                }
                // With 16 KiB there is no level 1 leaf: as if nothing were said of the level.
                script.assertError(ILL, opcode, 2 << 10 | 1 << 8);
                script.smmu.command(opcode, 1 << 10 | 1 << 8);
                script.smmu.command(opcode, 0);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "STAGE_1, 5 6 0x10 0x11 0x12 0x13 0x20 0x21 0x22 0x23, 3 4 0x28 0x2a 0x30 0x44 0x45 0x46",
        "STAGE_2, 0x28 0x2a, 5 6 0x10 0x11 0x12 0x13 0x20 0x30",
        "HYP, 0x20 0x21 0x22 0x23, 0x10 0x11 0x12 0x13 0x28 0x30",
        "PRI, 0x41, 0x40 0x46",
        "RANGE_INVALIDATION, 0, 0x12 0x13 0x22 0x23 0x2a"
    })
    void shouldRefuseTheCommandsOfWhatIsLeftOut(
            final SmmuFeature feature, final String refused, final String taken) {
        try (SmmuScript script = new SmmuScript(SmmuV3Config.roomy().without(feature))) {
            for (final String opcode : refused.split(" ", -1)) {
                script.assertError(ILL, Integer.decode(opcode), 0);
            }
            for (final String opcode : taken.split(" ", -1)) {
                // Without ranges the fields of one are reserved, and ignored.
                script.smmu.command(
                        Integer.decode(opcode),
                        feature == SmmuFeature.RANGE_INVALIDATION ? 1 << 10 : 0);
            }
        }
    }

    @Test
    void shouldRefuseAtcInvWithoutAts() {
        final SmmuV3Config config =
                SmmuV3Config.roomy().without(SmmuFeature.PRI).without(SmmuFeature.ATS);
        try (SmmuScript script = new SmmuScript(config)) {
            script.assertError(ILL, 0x40, 0);
            script.assertError(ILL, 0x41, 0);
        }
    }

    // ---- RESUME and STALL_TERM ------------------------------------------------------------------

    @Test
    void shouldRefuseToResumeWhereNothingStalls() {
        try (SmmuScript script =
                new SmmuScript(SmmuV3Config.roomy().withStallModel(SmmuV3Config.TERMINATE_ONLY))) {
            script.assertError(ILL, 0x44, 0);
            script.assertError(ILL, 0x45, 0);
        }
    }

    @Test
    void shouldEndStallsInAnyOrder() {
        try (SmmuScript script = new SmmuScript()) {
            script.oneContext(SID, 4, S);
            final int[] ids = new int[4];
            final int[] tags = new int[4];
            for (int i = 0; i < 4; i++) {
                ids[i] = script.assertWaits(SID, 3, IOVA + 0x1000L * i);
                tags[i] = script.assertReadStall(SID, 3, IOVA + 0x1000L * i);
            }
            for (final int i : new int[] {2, 0, 3, 1}) {
                script.resume(SID, tags[i], 2);
                script.endpoint.assertEnded(ids[i], ABORTED);
            }
            assertEquals(0, script.endpoint.outstanding());
        }
    }

    // ---- PRI_RESP and ATC_INV -------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"0, 15", "1, 1", "2, 0"})
    void shouldSendEveryResponse(final int resp, final int code) {
        try (SmmuScript script = new SmmuScript()) {
            script.endpoint.pageRequest(SID, NO_PASID, IOVA, READ, 0x1ff, true);
            script.smmu.command(0x41 | (long) SID << 32, 0x1ff | resp << 12);
            script.endpoint.assertResponse(NO_PASID, code, 0x1ff);
            script.smmu.command(0x41 | 1 << 11 | 0xfffff000L | (long) SID << 32, resp << 12);
            script.endpoint.assertResponse(0xfffff, code, 0);
            script.endpoint.assertNoResponse();
            // While the SMMU is off it is consumed and ignored.
            script.set(CR0, 0xe);
            script.smmu.command(0x41 | (long) SID << 32, resp << 12);
            script.endpoint.assertNoResponse();
            script.assertError(ILL, 0x41 | (long) SID << 32, 3 << 12);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0x34, 0, 0x7004, 0x3f, 0x1234_5678_9000L | 20})
    void shouldCompleteDeviceInvalidationsAtOnce(final long span) {
        try (SmmuScript script = new SmmuScript()) {
            script.smmu.command(0x40 | (long) SID << 32, span);
            script.smmu.command(0x40 | 1 << 11 | 7 << 12 | (long) SID << 32, span);
            script.smmu.command(0x40 | 1 << 9 | 1 << 11 | 7 << 12 | (long) SID << 32, span);
            script.smmu.command(0x46, 0);
            script.set(CR0, 0xe);
            script.smmu.command(0x40 | (long) SID << 32, span);
            script.smmu.command(0x46, 0);
        }
    }

    // ---- SYNC -----------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        // CS, whether there is a message, then what is seen: the message, the wire.
        "0, false, false, false",
        "0, true, false, false",
        "1, false, false, true",
        "1, true, true, true",
        "2, false, false, false",
        "2, true, false, false"
    })
    void shouldSignalASyncAsItsCsSays(
            final int cs, final boolean hasAddress, final boolean isWritten, final boolean pulses) {
        try (SmmuScript script = new SmmuScript()) {
            final long page = script.smmu.page();
            script.client.writeq(page + 8, -1);
            script.client.interrupts();
            // MSIAddr is bits 51:2: what lies below is none of it.
            script.smmu.command(
                    0x0fc0_0046L | cs << 12 | 0x8765_4321L << 32, hasAddress ? page + 8 | 3 : 0);
            assertEquals(isWritten ? 0xffff_ffff_8765_4321L : -1, script.client.readq(page + 8));
            assertEquals(pulses ? List.of(2) : List.of(), script.client.interrupts());
        }
    }

    @Test
    void shouldTakeCommandsWhileTheSmmuIsOff() {
        try (SmmuScript script = new SmmuScript()) {
            final long page = script.smmu.page();
            script.set(CR0, 0x8);
            script.smmu.command(0x30, 0);
            script.smmu.command(0x04, 0x1f);
            script.smmu.command(0x46 | 1 << 12 | 5L << 32, page);
            assertEquals(5, script.client.readq(page));
            assertEquals(List.of(2), script.client.interrupts());
            script.assertError(ILL, 0xff, 0);
        }
    }

    @Test
    void shouldRefuseAReservedSignal() {
        try (SmmuScript script = new SmmuScript()) {
            script.assertError(ILL, 0x46 | 3 << 12, 0);
        }
    }

    @Test
    void shouldSendNoMessageWithoutMsi() {
        try (SmmuScript script = new SmmuScript(SmmuV3Config.roomy().without(SmmuFeature.MSI))) {
            final long page = script.smmu.page();
            script.smmu.command(0x46 | 1 << 12 | 5L << 32, page);
            assertEquals(0, script.client.readq(page));
            assertEquals(List.of(2), script.client.interrupts());
        }
    }

    @Test
    void shouldZeroTheSlotOfASyncThatDriversPoll() {
        try (SmmuScript script = new SmmuScript()) {
            script.store(SmmuClient.COMMANDS, 0x0fc0_1046L, SmmuClient.COMMANDS);
            script.set(CMDQ_PROD, 1);
            assertEquals(0, script.client.readl(SmmuClient.COMMANDS));
            assertEquals(1, script.get(CMDQ_CONS));
        }
    }

    // ---- The queue ------------------------------------------------------------------------------

    @Test
    void shouldWrapTheCommandQueue() {
        try (SmmuScript script = new SmmuScript()) {
            for (int i = 0; i < 300; i++) {
                script.smmu.command(0x46, 0);
            }
            assertEquals(300 & 0x7f, script.get(CMDQ_CONS));
            assertEquals(0, script.get(GERROR));
        }
    }

    @Test
    void shouldTakeAFullQueueAndAQueueOfOne() {
        try (SmmuScript script = new SmmuScript()) {
            for (int i = 0; i < 64; i++) {
                script.store(SmmuClient.COMMANDS + 16L * i, 0x1046, 0);
            }
            script.set(CMDQ_PROD, 64);
            assertEquals(64, script.get(CMDQ_CONS));
            assertEquals(64, script.client.interrupts().size());

            script.set(CR0, 0x7);
            script.set64(CMDQ_BASE, SmmuClient.COMMANDS);
            script.set(CMDQ_PROD, 0);
            script.set(CMDQ_CONS, 0);
            script.set(CR0, 0xf);
            for (int i = 1; i <= 3; i++) {
                script.set(CMDQ_PROD, i & 1);
                assertEquals(i & 1, script.get(CMDQ_CONS));
                assertEquals(List.of(2), script.client.interrupts());
            }
        }
    }

    @Test
    void shouldStartWithWhatIsQueuedWhenItIsEnabled() {
        try (SmmuScript script = new SmmuScript()) {
            script.set(CR0, 0x7);
            script.store(SmmuClient.COMMANDS, 0x1046, 0, 0x1046, 0);
            script.set(CMDQ_PROD, 2);
            assertEquals(0, script.get(CMDQ_CONS));
            script.set(CMDQ_PROD, 1);
            script.set(CR0, 0xf);
            assertEquals(1, script.get(CMDQ_CONS));
            assertEquals(List.of(2), script.client.interrupts());
            // CONS is software's while the queue is off, and the SMMU's while it is on.
            script.set(CMDQ_CONS, 0);
            assertEquals(1, script.get(CMDQ_CONS));
            script.set64(CMDQ_BASE, OUTSIDE);
            script.set(CMDQ_PROD, 2);
            assertEquals(List.of(2), script.client.interrupts(), "the base stayed where it was");
        }
    }

    @Test
    void shouldReportAQueueThatCannotBeRead() {
        try (SmmuScript script = new SmmuScript()) {
            script.set(CR0, 0x7);
            script.set64(CMDQ_BASE, OUTSIDE | 6);
            script.set(CR0, 0xf);
            assertEquals(0, script.get(GERROR), "nothing is queued yet");
            script.set(CMDQ_PROD, 2);
            assertEquals(ABT << 24, script.get(CMDQ_CONS));
            assertEquals(1, script.get(GERROR));
            assertEquals(List.of(3), script.client.interrupts());
            // Acknowledged it fetches again, in vain.
            script.set(GERRORN, 1);
            assertEquals(ABT << 24, script.get(CMDQ_CONS));
            assertEquals(0, script.get(GERROR));
            // The enable neither clears the error nor goes past it.
            script.set(CR0, 0x7);
            assertEquals(1, script.get(GERRORN));
            script.set64(CMDQ_BASE, SmmuClient.COMMANDS | 6);
            script.store(SmmuClient.COMMANDS, 0x46, 0, 0x1046, 0);
            script.set(CR0, 0xf);
            assertEquals(0, script.get(CMDQ_CONS) & 0xffff);
            script.client.interrupts();
            script.set(GERRORN, 0);
            assertEquals(2, script.get(CMDQ_CONS) & 0xffff);
            assertEquals(List.of(2), script.client.interrupts());
        }
    }

    @Test
    void shouldHaveAllEffectsBeforeTheDoorbellIsAnswered() {
        try (SmmuScript script = new SmmuScript()) {
            final long root = script.oneContext(SID, 4, S);
            final int id = script.assertWaits(SID, 3, IOVA);
            final int tag = script.assertReadStall(SID, 3, IOVA);
            script.map(root, IOVA, script.pageOf(1) | SmmuScript.LEAF);
            final long done = script.smmu.page();
            script.store(
                    SmmuClient.COMMANDS, 0x1044 | (long) SID << 32, tag, 0x1046 | 1L << 32, done);
            script.set(CMDQ_PROD, 2);
            assertEquals(1, script.client.readl(done));
            script.endpoint.assertEnded(id, SmmuScript.DONE);
        }
    }
}
