// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.VtdCapabilities;
import org.junit.jupiter.api.Test;

/** PASID entries bit for bit. */
final class PasidEntriesTest {
    private static final long FIRST = 0x1234_5000L;
    private static final long SECOND = 0xabc_d000L;
    private static final VtdCapabilities ALL = FakeUnit.SCALABLE;
    private static final VtdCapabilities WITHOUT_SNOOP =
            new VtdCapabilities(ALL.cap(), ALL.ecap() & ~VtdCapabilities.SMPWCS);

    private final PasidEntries now = new PasidEntries(ALL, FaultGeneration.LINUX_6_12);
    private final PasidEntries before = new PasidEntries(ALL, FaultGeneration.LINUX_5_X);

    @Test
    void shouldEncodeAFirstStage() {
        final Regime regime = Regime.first(FIRST, true, PasidEntry.AW_57, 7);
        // P, AW 3, PGTT 1; DID 7 and snooped walks; five levels.
        assertEquals(0x4d, PasidEntries.qw0(regime));
        assertEquals(0x80_0007, now.qw1(regime));
        assertEquals(FIRST | 4, now.qw2(regime, 3));
        assertEquals(FIRST, now.qw2(Regime.first(FIRST, false, PasidEntry.AW_48, 1), 3));
    }

    @Test
    void shouldEncodeASecondStage() {
        final Regime regime = Regime.second(SECOND, PasidEntry.AW_48, 0xffff);
        assertEquals(SECOND | 0x89, PasidEntries.qw0(regime));
        assertEquals(0x80_ffff, now.qw1(regime));
        assertEquals(0, now.qw2(regime, 3));
    }

    @Test
    void shouldEncodePassThrough() {
        final Regime regime = Regime.passThrough(PasidEntry.AW_39);
        assertEquals(0x105, PasidEntries.qw0(regime));
        assertEquals(0x80_0001, now.qw1(regime));
        assertEquals(0, now.qw2(regime, 0));
    }

    @Test
    void shouldEncodeNesting() {
        final Regime regime =
                Regime.nested(
                        FIRST,
                        true,
                        SECOND,
                        PasidEntry.AW_48,
                        9,
                        PasidEntry.SRE | PasidEntry.WPE | PasidEntry.EAFE);
        assertEquals(SECOND | 0xc9, PasidEntries.qw0(regime));
        assertEquals(0x80_0009, now.qw1(regime));
        assertEquals(FIRST | 0x95, now.qw2(regime, 3));
    }

    @Test
    void shouldNotAskForSnoopedWalksThatTheUnitDoesNotKnow() {
        final PasidEntries plain = new PasidEntries(WITHOUT_SNOOP, FaultGeneration.LINUX_6_12);
        assertEquals(7, plain.qw1(Regime.second(SECOND, PasidEntry.AW_48, 7)));
    }

    @Test
    void shouldSetMoreBefore612() {
        assertEquals(
                FIRST | PasidEntry.NXE,
                before.qw2(Regime.first(FIRST, false, PasidEntry.AW_48, 1), 3));
        final Regime second = Regime.second(SECOND, PasidEntry.AW_48, 7);
        assertEquals(PasidEntry.SRE, before.qw2(second, 3));
        assertEquals(0, before.qw2(second, 0));
        assertEquals(PasidEntry.SRE, before.qw2(Regime.passThrough(PasidEntry.AW_48), 0));
        final PasidEntries without =
                new PasidEntries(
                        new VtdCapabilities(ALL.cap(), ALL.ecap() & ~VtdCapabilities.SRS),
                        FaultGeneration.LINUX_5_X);
        assertEquals(0, without.qw2(second, 3));
    }
}
