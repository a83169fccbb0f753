// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not modelled is counted and reported, and nothing else is. */
final class NotModelledTest {
    private final List<NotModelled> reported = new ArrayList<>();
    private final SmmuBench bench =
            new SmmuBench(
                    SmmuBench.CONFIG,
                    new SmmuObserver() {
                        @Override
                        public void notModelled(final NotModelled what) {
                            reported.add(what);
                        }
                    });

    @ParameterizedTest
    @CsvSource({
        "0x030, LATER_REGISTERS",
        "0x100, ADDRESS_TRANSLATION_REGISTERS",
        "0x118, ADDRESS_TRANSLATION_REGISTERS",
        "0x138, LATER_REGISTERS",
        "0x13c, LATER_REGISTERS",
        "0x180, ADDRESS_TRANSLATION_REGISTERS",
        "0x200, LATER_REGISTERS",
        "0x4000, LATER_REGISTERS",
        "0x7ffc, LATER_REGISTERS",
        "0x8000, SECURE_REGISTERS",
        "0xfffc, SECURE_REGISTERS"
    })
    void shouldReadZeroIgnoreStoresAndCountEachUse(final String hex, final NotModelled what) {
        final int offset = Integer.decode(hex);
        bench.regs.writel(-1, offset);
        assertEquals(0, bench.regs.readl(offset));
        assertEquals(List.of(what, what), reported);
        assertEquals(2, bench.smmu.counters().notModelled(what));
    }

    @Test
    void shouldCountAnAccessOf64BitsOnce() {
        bench.regs.writeq(-1, 0x8080);
        assertEquals(0, bench.regs.readq(0x8080));
        assertEquals(2, reported.size());
    }

    @ParameterizedTest
    @ValueSource(ints = {0x000, 0x034 + 4, 0x040, 0x048, 0x130, 0x190, 0xfe0, 0x10000, 0x100a8})
    void shouldCountNothingForOtherOffsets(final int offset) {
        bench.regs.readl(offset);
        assertEquals(List.of(), reported);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x07, 0x70, 0x73, 0x80, 0x8f})
    void shouldCountLaterCommands(final int opcode) {
        bench.regs.writel(SmmuBench.ALL_ENABLED, 0x20);
        bench.command(opcode, 0);
        assertEquals(1, bench.commandErrorCode());
        assertEquals(List.of(NotModelled.LATER_COMMANDS), reported);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x00, 0x18, 0x50, 0x60, 0x71, 0x90, 0xff})
    void shouldNotCountWhatIsIllegalAnyway(final int opcode) {
        bench.regs.writel(SmmuBench.ALL_ENABLED, 0x20);
        bench.command(opcode, 0);
        assertEquals(1, bench.commandErrorCode());
        assertEquals(List.of(), reported);
    }
}
