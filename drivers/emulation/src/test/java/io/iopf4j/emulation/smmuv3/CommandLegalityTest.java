// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.SmmuBench.CONFIG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each opcode with each configuration: legal, or CERROR_ILL. IHI 0070, chapter 4. */
final class CommandLegalityTest {
    private static final Set<Integer> ALWAYS = Set.of(0x01, 0x02, 0x03, 0x04, 0x30, 0x46);
    private static final Set<Integer> STAGE_1 = Set.of(0x05, 0x06, 0x10, 0x11, 0x12, 0x13);
    private static final Set<Integer> EL2 = Set.of(0x20, 0x21, 0x22, 0x23);
    private static final Set<Integer> STAGE_2 = Set.of(0x28, 0x2a);
    private static final Set<Integer> ATS = Set.of(0x40);
    private static final Set<Integer> PRI = Set.of(0x41);
    private static final Set<Integer> STALL = Set.of(0x44, 0x45);

    static Stream<Arguments> configurations() {
        return Stream.of(
                Arguments.of("all", CONFIG, union(STAGE_1, EL2, STAGE_2, ATS, PRI, STALL)),
                Arguments.of(
                        "no stage 1",
                        CONFIG.without(SmmuFeature.STAGE_1),
                        union(STAGE_2, ATS, PRI, STALL)),
                Arguments.of(
                        "no stage 2",
                        CONFIG.without(SmmuFeature.STAGE_2),
                        union(STAGE_1, EL2, ATS, PRI, STALL)),
                Arguments.of(
                        "no EL2",
                        CONFIG.without(SmmuFeature.HYP),
                        union(STAGE_1, STAGE_2, ATS, PRI, STALL)),
                Arguments.of(
                        "no ATS",
                        CONFIG.without(SmmuFeature.PRI).without(SmmuFeature.ATS),
                        union(STAGE_1, EL2, STAGE_2, STALL)),
                Arguments.of(
                        "no PRI",
                        CONFIG.without(SmmuFeature.PRI),
                        union(STAGE_1, EL2, STAGE_2, ATS, STALL)),
                Arguments.of(
                        "no stalls",
                        CONFIG.withStallModel(SmmuV3Config.TERMINATE_ONLY),
                        union(STAGE_1, EL2, STAGE_2, ATS, PRI)),
                Arguments.of(
                        "stalls forced",
                        CONFIG.withStallModel(SmmuV3Config.STALL_FORCED),
                        union(STAGE_1, EL2, STAGE_2, ATS, PRI, STALL)));
    }

    @SafeVarargs
    private static Set<Integer> union(final Set<Integer>... sets) {
        final Set<Integer> all = new TreeSet<>(ALWAYS);
        for (final Set<Integer> set : sets) {
            all.addAll(set);
        }
        return all;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("configurations")
    void shouldTakeTheOpcodesOfWhatIsBuiltIn(
            final String name, final SmmuV3Config config, final Set<Integer> legal) {
        final Set<Integer> taken = new TreeSet<>();
        for (int opcode = 0; opcode <= 0xff; opcode++) {
            final SmmuBench bench = SmmuBench.enabled(config, 0);
            bench.command(opcode, 0);
            if (bench.commandCons() == 1) {
                taken.add(opcode);
            } else {
                assertEquals(CmdqOp.CERROR_ILL, bench.commandErrorCode());
                assertEquals(0, bench.commandCons());
            }
        }
        assertEquals(legal, taken);
    }

    @Test
    void shouldRefuseEveryOpcodeWithSsec() {
        final CommandLegality legality = new CommandLegality(CONFIG);
        for (int opcode = 0; opcode <= 0xff; opcode++) {
            assertFalse(legality.isLegal(opcode | Commands.SSEC, 0), Integer.toHexString(opcode));
        }
    }

    @ParameterizedTest
    @CsvSource({"0, true", "1, true", "2, true", "3, false"})
    void shouldRefuseTheReservedSignalOfASync(final int signal, final boolean legal) {
        assertEquals(legal, isLegal(CONFIG, Commands.sync(signal, 0), 0));
    }

    @ParameterizedTest
    @CsvSource({"0, true", "1, true", "2, true", "3, false"})
    void shouldRefuseTheReservedResponse(final int response, final boolean legal) {
        assertEquals(
                legal, isLegal(CONFIG, Commands.priResp(1, 2), Commands.priRespCode(1, response)));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0, 0, true", // No range.
        "1, 0, 0, 0, false",
        "2, 0, 0, 0, false",
        "3, 0, 0, 0, false",
        "1, 1, 0, 0, true",
        "1, 0, 1, 0, true",
        "1, 0, 0, 1, true",
        "3, 0, 0, 1, true",
        "2, 0, 0, 1, false", // There is no such leaf.
        "2, 0, 0, 2, true",
        "2, 1, 0, 1, true"
    })
    void shouldRefuseARangeOfNothingInParticular(
            final int granule, final int num, final int scale, final int ttl, final boolean legal) {
        final long word1 = Commands.tlbiRange(0x1000, true, granule, ttl);
        for (final int opcode : new int[] {0x12, 0x13, 0x22, 0x23, 0x2a}) {
            assertEquals(
                    legal,
                    isLegal(CONFIG, Commands.withRange(opcode, num, scale), word1),
                    Integer.toHexString(opcode));
        }
    }

    @Test
    void shouldIgnoreTheRangeWithoutRangeInvalidation() {
        assertTrue(
                isLegal(
                        CONFIG.without(SmmuFeature.RANGE_INVALIDATION),
                        CmdqOp.TLBI_NH_VA,
                        Commands.tlbiRange(0x1000, true, 1, 0)));
    }

    @Test
    void shouldIgnoreReservedFields() {
        assertTrue(isLegal(CONFIG, CmdqOp.CFGI_STE | 1L << 8 | 1L << 11, 0xffeL));
        assertTrue(isLegal(CONFIG, CmdqOp.STALL_TERM | 0xff_f000L, -1));
    }

    @Test
    void shouldTakeAnAtcInvalidationOfAnySize() {
        assertTrue(isLegal(CONFIG, Commands.atcInv(1, 2), 63));
    }

    private static boolean isLegal(final SmmuV3Config config, final long word0, final long word1) {
        return new CommandLegality(config).isLegal(word0, word1);
    }
}
