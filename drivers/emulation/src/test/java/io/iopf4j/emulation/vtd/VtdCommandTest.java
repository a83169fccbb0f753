// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import static io.iopf4j.emulation.vtd.VtdBench.NO_PASID;
import static io.iopf4j.emulation.vtd.VtdBench.PASID;
import static io.iopf4j.emulation.vtd.VtdBench.READ;
import static io.iopf4j.emulation.vtd.VtdBench.RID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.iopf4j.api.vtd.FaultRecord;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.AtsCompletion;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** GCMD, GSTS and what they put in force; invalidation by registers. */
final class VtdCommandTest {
    private static final int IOTLB = 0xf8;
    private static final int IVA = 0xf0;
    private static final long LEGACY_ROOT = 0x9000;

    @Test
    void shouldFollowLevelsAndRememberOneShots() {
        final VtdBench bench = new VtdBench(VtdConfig.scalable());
        bench.regs.writel(VtdRegisters.TE | VtdRegisters.SRTP, VtdRegisters.GCMD);
        assertEquals(VtdRegisters.TE | VtdRegisters.SRTP, bench.regs.readl(VtdRegisters.GSTS));
        bench.regs.writel(VtdRegisters.QIE, VtdRegisters.GCMD);
        assertEquals(VtdRegisters.QIE | VtdRegisters.SRTP, bench.regs.readl(VtdRegisters.GSTS));
        bench.regs.writel(VtdRegisters.WBF, VtdRegisters.GCMD);
        assertEquals(VtdRegisters.SRTP, bench.regs.readl(VtdRegisters.GSTS));
        bench.regs.writel(VtdRegisters.SIRTP, VtdRegisters.GCMD);
        assertEquals(VtdRegisters.SIRTP | VtdRegisters.SRTP, bench.regs.readl(VtdRegisters.GSTS));
    }

    @Test
    void shouldCountWhatIsNotModelled() {
        final List<VtdNotModelled> seen = new ArrayList<>();
        final VtdBench bench =
                VtdBench.scalable(
                        VtdConfig.scalable(),
                        new VtdObserver() {
                            @Override
                            public void notModelled(final VtdNotModelled what) {
                                seen.add(what);
                            }
                        });
        bench.command(VtdRegisters.IRE);
        bench.command(VtdRegisters.EAFL);
        bench.submit(Invalidation.INTERRUPT_ENTRY_CACHE, 0);
        assertEquals(
                List.of(
                        VtdNotModelled.INTERRUPT_REMAPPING,
                        VtdNotModelled.ADVANCED_FAULT_LOG,
                        VtdNotModelled.INTERRUPT_REMAPPING),
                seen);
        assertEquals(2, bench.vtd.counters().notModelled(VtdNotModelled.INTERRUPT_REMAPPING));
        assertEquals(
                0, bench.regs.readl(VtdRegisters.GSTS) & (VtdRegisters.IRE | VtdRegisters.EAFL));
        assertEquals(0, bench.fsts());
    }

    @Test
    void shouldUseTheRootTableFromSrtpOn() {
        final VtdBench bench = VtdBench.scalable();
        bench.regs.writeq(0xa000 | 1 << VtdRegisters.TTM_SHIFT, VtdRegisters.RTADDR);
        bench.context(VtdBench.ALLOWED); // Nothing is cached.
        assertEquals(AccessResult.DONE, bench.access(RID, NO_PASID, VtdBench.PAGE, READ));
        bench.command(VtdRegisters.SRTP);
        bench.context(VtdBench.ALLOWED);
        assertEquals(AccessResult.ABORTED, bench.access(RID, NO_PASID, VtdBench.PAGE, READ));
        assertEquals(0x39, FaultRecord.reason(bench.regs.readq(0x228)));
    }

    @Test
    void shouldUseAddressesAsTheyAreWhileTranslationIsOff() {
        final VtdBench bench = new VtdBench(VtdConfig.scalable());
        assertEquals(AccessResult.DONE, bench.access(RID, PASID, VtdBench.PAGE + 5, READ));
        assertEquals(VtdBench.PAGE + 5, bench.reached);
        assertEquals(AccessResult.ABORTED, bench.access(RID, NO_PASID, VtdBench.OUTSIDE, READ));
        assertEquals(0, bench.fsts());
        assertEquals(
                AtsCompletion.UNSUPPORTED, bench.vtd.translationRequest(RID, NO_PASID, 0, READ));
        bench.ended = null;
        bench.vtd.translatedAccess(bench, 1, RID, NO_PASID, VtdBench.PAGE, READ);
        assertEquals(AccessResult.ABORTED, bench.ended);
        assertEquals(0, bench.fsts());
    }

    @Test
    void shouldStartTheQueueAnewWhenItIsEnabledAnew() {
        final VtdBench bench = VtdBench.scalable();
        bench.submit(Invalidation.waitFor(1, Invalidation.WAIT_SW), VtdBench.STATUS);
        assertEquals(32, bench.head());
        bench.commandOff(VtdRegisters.QIE);
        assertEquals(0, bench.head());
        assertEquals(0, bench.regs.readl(VtdRegisters.GSTS) & VtdRegisters.QIE);
        // Address and size count from the next time on.
        bench.regs.writeq(VtdBench.QUEUE + 0x2000 | 1 | VtdRegisters.IQA_DW, VtdRegisters.IQA);
        bench.memory.writeLong(
                VtdBench.QUEUE + 0x2000, Invalidation.waitFor(7, Invalidation.WAIT_SW));
        bench.memory.writeLong(VtdBench.QUEUE + 0x2008, VtdBench.STATUS);
        assertEquals(1, bench.memory.readInt(VtdBench.STATUS));
        bench.command(VtdRegisters.QIE);
        assertEquals(32, bench.head());
        assertEquals(7, bench.memory.readInt(VtdBench.STATUS));
    }

    // ---- Invalidation by registers --------------------------------------------------------------

    /** Legacy tables: {@link VtdBench#RID} is in domain 5 and has just been let through. */
    private static VtdBench legacy() {
        final VtdBench bench = new VtdBench(VtdConfig.scalable());
        bench.memory.writeLong(LEGACY_ROOT + 3 * 16, VtdBench.CONTEXTS | 1);
        final long at = VtdBench.CONTEXTS + 0x10 * 16;
        bench.memory.writeLong(at, 1 | 2 << 2);
        bench.memory.writeLong(at + 8, 2 | 5 << 8);
        bench.regs.writeq(LEGACY_ROOT, VtdRegisters.RTADDR);
        bench.command(VtdRegisters.SRTP);
        bench.command(VtdRegisters.TE);
        assertEquals(AccessResult.DONE, bench.access(RID, NO_PASID, VtdBench.PAGE, READ));
        bench.memory.writeLong(at, 0);
        return bench;
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0, 0, 0, true",
        "2, 5, 0, 0, true",
        "3, 5, 0x310, 0, true",
        "3, 5, 0x317, 3, true",
        "3, 5, 0x317, 2, false",
        "0, 5, 0x310, 3, false"
    })
    void shouldInvalidateContexts(
            final int asked,
            final int did,
            final String sid,
            final int mask,
            final boolean isGone) {
        final VtdBench bench = legacy();
        bench.regs.writel(Integer.decode(sid) << 16 | did, VtdRegisters.CCMD);
        assertEquals(AccessResult.DONE, bench.access(RID, NO_PASID, VtdBench.PAGE, READ));
        bench.regs.writel(1 << 31 | asked << 29 | mask, VtdRegisters.CCMD + 4);
        final long after = bench.regs.readq(VtdRegisters.CCMD);
        assertEquals(0, after >>> 63);
        assertEquals(asked, after >>> VtdRegisters.CCMD_CAIG_SHIFT & 3);
        assertEquals(
                isGone ? AccessResult.ABORTED : AccessResult.DONE,
                bench.access(RID, NO_PASID, VtdBench.PAGE, READ));
    }

    @ParameterizedTest
    @CsvSource({"0, 0, 0", "1, 0, 1", "2, 0, 2", "3, 18, 3", "3, 19, 0", "3, 63, 0", "1, 63, 1"})
    void shouldSayWhatOfTheIotlbWasInvalidated(final int asked, final int mask, final int done) {
        final VtdBench bench = legacy();
        bench.regs.writeq(VtdBench.PAGE | mask, IVA);
        bench.regs.writeq(1L << 63 | (long) asked << 60 | 5L << 32, IOTLB);
        final long after = bench.regs.readq(IOTLB);
        assertEquals(0, after >>> 63);
        assertEquals(done, after >>> 57 & 3);
        assertEquals(5, after >>> 32 & 0xffff);
    }

    @Test
    void shouldInvalidateADomainWhereItCannotChoosePages() {
        final VtdBench bench =
                new VtdBench(VtdConfig.scalable().without(VtdFeature.PAGE_SELECTIVE));
        bench.regs.writeq(1L << 63 | 3L << 60, IOTLB);
        assertEquals(2, bench.regs.readq(IOTLB) >>> 57 & 3);
    }

    /** Software that waits for the bit to be cleared waits forever. */
    @Test
    void shouldLeaveCommandsAloneInScalableModeAndWithTheQueueOn() {
        final VtdBench bench = VtdBench.scalable();
        bench.regs.writeq(1L << 63 | 1L << 61, VtdRegisters.CCMD);
        bench.regs.writeq(1L << 63 | 1L << 60, IOTLB);
        assertNotEquals(0, bench.regs.readq(VtdRegisters.CCMD) >>> 63);
        assertNotEquals(0, bench.regs.readq(IOTLB) >>> 63);
        bench.commandOff(VtdRegisters.QIE);
        bench.regs.writeq(1L << 63 | 1L << 61, VtdRegisters.CCMD);
        assertNotEquals(0, bench.regs.readq(VtdRegisters.CCMD) >>> 63, "scalable mode");
        bench.regs.writeq(0, VtdRegisters.RTADDR);
        bench.command(VtdRegisters.SRTP);
        bench.regs.writeq(1L << 63 | 1L << 61, VtdRegisters.CCMD);
        assertEquals(0, bench.regs.readq(VtdRegisters.CCMD) >>> 63);
        bench.command(VtdRegisters.QIE);
        bench.regs.writeq(1L << 63 | 1L << 61, VtdRegisters.CCMD);
        assertNotEquals(0, bench.regs.readq(VtdRegisters.CCMD) >>> 63, "queue");
    }
}
