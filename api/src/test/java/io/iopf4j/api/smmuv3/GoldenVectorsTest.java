// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.smmuv3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole words as Linux 6.12 writes and reads them, for StreamID 0x10, SubstreamID 7, tag 5. */
class GoldenVectorsTest {
    private static final int SID = 0x10;
    private static final int SSID = 7;
    private static final int ASID = 0x21;

    private static void assertWord(final long expected, final long actual) {
        assertEquals(Long.toHexString(expected), Long.toHexString(actual));
    }

    // ---- Commands -------------------------------------------------------------------------------

    @Test
    void shouldBuildConfigurationInvalidations() {
        assertWord(0x0000001000000003L, Commands.cfgiSte(SID));
        assertWord(0x0000001000005005L, Commands.cfgiCd(SID, 5));
        assertWord(0x0000001000000006L, Commands.cfgiCdAll(SID));
        assertWord(0x04, CmdqOp.CFGI_STE_RANGE);
        assertWord(0x1f, Commands.RANGE_ALL);
    }

    @Test
    void shouldBuildTranslationInvalidations() {
        assertWord(0x30, CmdqOp.TLBI_NSNH_ALL);
        assertWord(0x20, CmdqOp.TLBI_EL2_ALL);
        assertWord(0x0021000000000011L, Commands.tlbiNhAsid(0, ASID));
        assertWord(0x0021000000000012L, Commands.tlbiNhVa(0, ASID));
        assertWord(0x12345001L, Commands.tlbiAddress(0x12345000L, true));
        assertWord(0x12345000L, Commands.tlbiAddress(0x12345fffL, false));
    }

    @Test
    void shouldBuildResumeOfEachKind() {
        assertWord(0x0000001000001044L, Commands.resume(SID, Commands.RESUME_RETRY));
        assertWord(0x0000001000002044L, Commands.resume(SID, Commands.RESUME_ABORT));
        assertWord(0x0000001000000044L, Commands.resume(SID, Commands.RESUME_TERM));
        assertWord(0x0000001000000045L, Commands.stallTerm(SID));
    }

    @Test
    void shouldBuildSyncOfEachKind() {
        assertWord(0x0fc00046L, Commands.sync(Commands.SYNC_CS_NONE, 0));
        assertWord(0x0fc01046L, Commands.sync(Commands.SYNC_CS_IRQ, 0));
        assertWord(0x0fc02046L, Commands.sync(Commands.SYNC_CS_SEV, 0));
    }

    @Test
    void shouldBuildRangeInvalidations() {
        final long word0 = Commands.tlbiNhVa(0, ASID);
        assertWord(0x0021000000100012L, Commands.withRange(word0, 0, 1));
        assertWord(0x0021000000400012L, Commands.withRange(word0, 0, 4));
        assertWord(0x40000400L, Commands.tlbiRange(0x40000000L, false, 1, 0));
        assertWord(0x40000701L, Commands.tlbiRange(0x40000000L, true, 1, 3));
    }

    @Test
    void shouldBuildWhatPcieDevicesNeed() {
        assertWord(0x0000001000007841L, Commands.priResp(SID, SSID));
        assertWord(0x3, Commands.priRespCode(3, Commands.PRI_RESP_FAILURE));
        assertWord(0x2003, Commands.priRespCode(3, Commands.PRI_RESP_SUCCESS));
        assertWord(0x0000001000000040L, Commands.atcInv(SID, -1));
        assertWord(0x34, Commands.atcInvSpan(0, Commands.ATC_SIZE_ALL));
        assertWord(0x0000001000007840L, Commands.atcInv(SID, SSID));
        assertWord(0x4, Commands.atcInvSpan(0, 4));
    }

    @Test
    void shouldNotSpillHighStreamIdIntoOtherFields() {
        assertWord(0xffffffff00001044L, Commands.resume(-1, Commands.RESUME_RETRY));
        assertEquals(-1, Commands.streamId(Commands.resume(-1, Commands.RESUME_RETRY)));
        assertWord(0xffff000000000011L, Commands.tlbiNhAsid(0, -1));
        assertWord(0x0000ffff00000011L, Commands.tlbiNhAsid(-1, 0));
    }

    @Test
    void shouldReadCommandsBack() {
        assertEquals(CmdqOp.RESUME, Commands.opcode(0x0000001000002044L));
        assertEquals(SID, Commands.streamId(0x0000001000002044L));
        assertEquals(Commands.RESUME_ABORT, Commands.resumeAction(0x0000001000002044L));
        assertEquals(5, Commands.stag(0xffff_0005L));
        assertEquals(5, Commands.substreamId(0x0000001000005005L));
        assertEquals(Commands.SYNC_CS_SEV, Commands.syncSignal(0x0fc02046L));
        final long sync = Commands.sync(Commands.SYNC_CS_IRQ, 0x89abcdef);
        assertEquals(0x89abcdef, Commands.syncMsiData(sync));
        assertWord(0x0001_2345_6788L, Commands.syncMsiAddress(0x0001_2345_678bL));
    }

    @Test
    void shouldReplaceOnlyWhatTheHostOwns() {
        assertWord(0x0021_0003_0000_0011L, Commands.withVmid(Commands.tlbiNhAsid(0xffff, ASID), 3));
        assertWord(0x00000020_00005005L, Commands.withStreamId(Commands.cfgiCd(SID, 5), 0x20));
    }

    // ---- Event records --------------------------------------------------------------------------

    @Test
    void shouldReadStalledTranslationFault() {
        final long word0 = 0x0000001000007810L;
        final long word1 = 0x0000020880000005L;
        assertEquals(Events.F_TRANSLATION, Events.number(word0));
        assertEquals(SID, Events.streamId(word0));
        assertEquals(SSID, Events.substreamId(word0));
        assertNotEquals(0, word0 & Events.SSV);
        assertEquals(5, Events.stag(word1));
        assertWord(Events.STALL | Events.RNW | Events.classBits(Events.CLASS_IN) | 5, word1);
        assertWord(word0, Events.word0(Events.F_TRANSLATION, SID, SSID));
    }

    @Test
    void shouldReadPrivilegedWriteWithoutStall() {
        final long word0 = 0x0000001000000013L;
        final long word1 = 0x0000020200000000L;
        assertEquals(Events.F_PERMISSION, Events.number(word0));
        assertEquals(0, Events.substreamId(word0));
        assertWord(Events.PNU | Events.classBits(Events.CLASS_IN), word1);
        assertWord(word0, Events.word0(Events.F_PERMISSION, SID, -1));
    }

    @ParameterizedTest
    @CsvSource({"33, 0x0200000000", "34, 0x0400000000", "35, 0x0800000000", "39, 0x8000000000"})
    void shouldHaveAccessBitsWhereTheArchitectureSays(final int bit, final String value) {
        final long word =
                switch (bit) {
                    case 33 -> Events.PNU;
                    case 34 -> Events.IND;
                    case 35 -> Events.RNW;
                    default -> Events.S2;
                };
        assertWord(Long.decode(value), word);
    }

    @Test
    void shouldReadPageRequests() {
        final long word0 = 0xf000000700000010L;
        final long word1 = 0x7f001003L;
        assertEquals(SID, PriEntry.streamId(word0));
        assertEquals(SSID, PriEntry.substreamId(word0));
        assertEquals(3, PriEntry.group(word1));
        assertWord(0x7f001000L, PriEntry.address(word1));
        assertEquals(false, PriEntry.isStopMarker(word0));
        assertWord(
                word0, PriEntry.word0(SID, SSID, PriEntry.LAST | PriEntry.READ | PriEntry.WRITE));
        assertWord(word1, PriEntry.word1(0x7f001fffL, 3));
        assertEquals(true, PriEntry.isStopMarker(0xc000000700000010L));
        assertWord(0xc000000700000010L, PriEntry.word0(SID, SSID, PriEntry.LAST));
    }

    @Test
    void shouldAdvanceAndCompareQueuePointers() {
        assertEquals(8, QueueIndex.advance(7, 1, 3));
        assertEquals(0, QueueIndex.advance(0xf, 1, 3));
        assertEquals(0x8000_0008, QueueIndex.advance(0x8000_0007, 1, 3));
        assertEquals(true, QueueIndex.isEmpty(0, 0, 3));
        assertEquals(true, QueueIndex.isFull(8, 0, 3));
        assertEquals(6, QueueIndex.used(0xb, 5, 3));
    }

    // ---- Tables ---------------------------------------------------------------------------------

    @Test
    void shouldBuildEntriesWithoutStage1() {
        assertWord(0x1, StreamTableEntry.word0(StreamTableEntry.CONFIG_ABORT));
        assertWord(0x9, StreamTableEntry.word0(StreamTableEntry.CONFIG_BYPASS));
        assertWord(0xd, StreamTableEntry.word0(StreamTableEntry.CONFIG_S2));
    }

    @Test
    void shouldBuildFirstLevels() {
        assertWord(0x48000009L, LevelOneDescriptor.ofStreams(0x48000000L, 9));
        assertWord(0x48010001L, LevelOneDescriptor.ofContexts(0x48010000L));
    }

    @Test
    void shouldReadEntryWithContextDescriptors() {
        final long word0 = 0xf800f0f0f0f0f0ebL;
        final long word1 = 0xd6L;
        assertEquals(StreamTableEntry.CONFIG_S1, StreamTableEntry.config(word0));
        assertWord(0xf0f0f0f0f0c0L, StreamTableEntry.contextPtr(word0));
        assertEquals(0x1f, StreamTableEntry.s1CdMax(word0));
        assertEquals(2, StreamTableEntry.s1Fmt(word0));
        assertEquals(StreamTableEntry.S1DSS_SSID0, StreamTableEntry.s1Dss(word1));
        assertWord(word1, StreamTableEntry.S1C_WRITE_BACK_ISH | StreamTableEntry.S1DSS_SSID0);
    }

    @Test
    void shouldBuildEntryWithLinearTable() {
        assertWord(
                0x5000_0000_4801_000bL,
                StreamTableEntry.word0(StreamTableEntry.CONFIG_S1, 0x48010000L, 10));
        assertWord(
                0x0000_0000_4801_004fL,
                StreamTableEntry.word0(StreamTableEntry.CONFIG_NESTED, 0x4801007fL, 0));
    }

    @Test
    void shouldReadContextDescriptor() {
        final long word0 = 0x07cde201c0003684L;
        assertEquals(1997, ContextDescriptor.asid(word0));
        assertEquals(1, ContextDescriptor.ips(word0));
        assertEquals(2, ContextDescriptor.tg0(word0));
        assertEquals(4, ContextDescriptor.t0sz(word0));
        assertNotEquals(0, word0 & ContextDescriptor.V);
        assertEquals(778, ContextDescriptor.asid(0x030ae201c0003684L));
    }

    @Test
    void shouldBuildContextDescriptor() {
        // 48 bits in and out, 4 KiB pages; the rest as in the vector above.
        assertWord(0x07cde205c0003510L, ContextDescriptor.word0(48, 5, 1997, false));
        assertWord(0x07cdf205c0003510L, ContextDescriptor.word0(48, 5, 1997, true));
    }

    @ParameterizedTest
    @CsvSource({"0, 32", "1, 36", "2, 40", "3, 42", "4, 44", "5, 48", "6, 52", "7, 56", "8, 32"})
    void shouldDecodeAddressSizes(final int field, final int bits) {
        assertEquals(bits, SmmuRegisters.addressBits(field));
    }

    @Test
    void shouldPlaceRegistersWhereTheArchitectureSays() {
        assertEquals(0x100a8, SmmuRegisters.EVENTQ_PROD);
        assertEquals(0x100ac, SmmuRegisters.EVENTQ_CONS);
        assertEquals(0x00010000, 1 << SmmuRegisters.STRTAB_BASE_CFG_FMT_SHIFT);
        assertEquals(0x10, 0x00010210 & SmmuRegisters.STRTAB_BASE_CFG_LOG2SIZE_MASK);
    }
}
