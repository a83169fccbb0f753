// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import static io.iopf4j.emulation.smmuv3.SmmuBench.CONFIG;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.PhysicalMemory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each register: its reset value, the bits that it keeps, what guards it. IHI 0070, 6.3. */
final class RegisterTest {
    private static final int ALL_ONES = -1;

    private SmmuRegisterPages regs = pages(CONFIG);

    private static SmmuRegisterPages pages(final SmmuV3Config config) {
        final PhysicalMemory memory = new PhysicalMemory(SmmuBench.MEMORY, SmmuBench.MEMORY_BYTES);
        return new SmmuV3(memory, config, SmmuObserver.NONE).registerPages();
    }

    @ParameterizedTest
    @CsvSource({
        "0x020, 0x0000001f", // CR0
        "0x028, 0x00000fff", // CR1
        "0x02c, 0x0000000f", // CR2
        "0x040, 0x00000000", // STATUSR
        "0x044, 0x001f3f1f", // GBPA
        "0x048, 0x00000000", // AGBPA
        "0x050, 0x00000007", // IRQ_CTRL
        "0x060, 0x00000000", // GERROR
        "0x064, 0x000001fd", // GERRORN
        "0x068, 0xfffffffc", // GERROR_IRQ_CFG0
        "0x06c, 0x000fffff",
        "0x070, 0xffffffff", // GERROR_IRQ_CFG1
        "0x074, 0x0000003f", // GERROR_IRQ_CFG2
        "0x080, 0xffffffc0", // STRTAB_BASE
        "0x084, 0x400fffff",
        "0x088, 0x000307ff", // STRTAB_BASE_CFG
        "0x090, 0xffffffff", // CMDQ_BASE
        "0x094, 0x400fffff",
        "0x098, 0x00000001", // CMDQ_PROD, of a queue of one entry
        "0x09c, 0x7f000001", // CMDQ_CONS
        "0x0a0, 0xffffffff", // EVENTQ_BASE
        "0x0a4, 0x400fffff",
        "0x0a8, 0x00000000", // EVENTQ_PROD is in page 1
        "0x0ac, 0x00000000",
        "0x0b0, 0xfffffffc", // EVENTQ_IRQ_CFG0
        "0x0b4, 0x000fffff",
        "0x0b8, 0xffffffff",
        "0x0bc, 0x0000003f",
        "0x0c0, 0xffffffff", // PRIQ_BASE
        "0x0c4, 0x400fffff",
        "0x0c8, 0x00000000",
        "0x0cc, 0x00000000",
        "0x0d0, 0xfffffffc", // PRIQ_IRQ_CFG0
        "0x0d4, 0x000fffff",
        "0x0d8, 0xffffffff",
        "0x0dc, 0x8000003f",
        "0x100a8, 0x80000001", // EVENTQ_PROD
        "0x100ac, 0x80000001", // EVENTQ_CONS
        "0x100c8, 0x80000001", // PRIQ_PROD
        "0x100cc, 0x80000001" // PRIQ_CONS
    })
    void shouldResetToZeroAndKeepTheBitsThatItHas(final String hex, final String kept) {
        final int offset = Integer.decode(hex);
        assertEquals(0, regs.readl(offset), "reset");
        regs.writel(ALL_ONES, offset);
        assertEquals(bits(kept), regs.readl(offset));
    }

    @ParameterizedTest
    @CsvSource({
        "0x028, 0xfc0, 0x020, 0x1", // CR1: table attributes by SMMUEN
        "0x028, 0x03f, 0x020, 0x2", // queue attributes by each queue
        "0x028, 0x03f, 0x020, 0x4",
        "0x028, 0x03f, 0x020, 0x8",
        "0x02c, 0x00f, 0x020, 0x1",
        "0x068, -4, 0x050, 0x1",
        "0x06c, 0xfffff, 0x050, 0x1",
        "0x070, -1, 0x050, 0x1",
        "0x074, 0x3f, 0x050, 0x1",
        "0x080, -64, 0x020, 0x1",
        "0x084, 0x400fffff, 0x020, 0x1",
        "0x088, 0x307ff, 0x020, 0x1",
        "0x090, -1, 0x020, 0x8",
        "0x094, 0x400fffff, 0x020, 0x8",
        "0x09c, 0x7f000001, 0x020, 0x8",
        "0x0a0, -1, 0x020, 0x4",
        "0x0a4, 0x400fffff, 0x020, 0x4",
        "0x0b0, -4, 0x050, 0x4",
        "0x0b8, -1, 0x050, 0x4",
        "0x0bc, 0x3f, 0x050, 0x4",
        "0x0c0, -1, 0x020, 0x2", // By PRIQEN as stored, though SMMUEN is 0.
        "0x0c4, 0x400fffff, 0x020, 0x2",
        "0x0d0, -4, 0x050, 0x2",
        "0x0d8, -1, 0x050, 0x2",
        "0x0dc, 0x8000003f, 0x050, 0x2",
        "0x100a8, 0x80000001, 0x020, 0x4",
        "0x100c8, 0x80000001, 0x020, 0x2"
    })
    void shouldIgnoreStoresWhileItsGuardIsSet(
            final String hex, final String guarded, final String enable, final String bit) {
        final int offset = Integer.decode(hex);
        regs.writel(Integer.decode(bit), Integer.decode(enable));
        regs.writel(ALL_ONES, offset);
        assertEquals(0, regs.readl(offset) & bits(guarded));
        regs.writel(0, Integer.decode(enable));
        regs.writel(ALL_ONES, offset);
        assertEquals(bits(guarded), regs.readl(offset) & bits(guarded), "and keeps them after");
    }

    @ParameterizedTest
    @ValueSource(ints = {0x098, 0x100ac, 0x100cc})
    void shouldNeverGuardThePointersOfSoftware(final int offset) {
        regs.writel(0x1e, SmmuRegisters.CR0);
        regs.writel(1, offset);
        assertEquals(1, regs.readl(offset));
    }

    @Test
    void shouldNotGuardByAnotherEnable() {
        regs.writel(SmmuRegisters.CR0_SMMUEN, SmmuRegisters.CR0);
        regs.writeq(SmmuBench.EVENTS | 3, SmmuRegisters.EVENTQ_BASE);
        assertEquals(SmmuBench.EVENTS | 3, regs.readq(SmmuRegisters.EVENTQ_BASE));
    }

    // ---- What is not built in -------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            ints = {0x068, 0x06c, 0x070, 0x074, 0x0b0, 0x0b4, 0x0b8, 0x0bc, 0x0d0, 0x0d4, 0x0d8})
    void shouldHaveNoMessageRegistersWithoutMsi(final int offset) {
        regs = pages(CONFIG.without(SmmuFeature.MSI));
        regs.writel(ALL_ONES, offset);
        assertEquals(0, regs.readl(offset));
    }

    @Test
    void shouldKeepLastOnlyWithoutMsi() {
        regs = pages(CONFIG.without(SmmuFeature.MSI));
        regs.writel(ALL_ONES, SmmuRegisters.PRIQ_IRQ_CFG2);
        assertEquals(SmmuRegisters.PRIQ_IRQ_CFG2_LO, regs.readl(SmmuRegisters.PRIQ_IRQ_CFG2));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x0c0, 0x0c4, 0x0d0, 0x0d4, 0x0d8, 0x0dc, 0x100c8, 0x100cc})
    void shouldHaveNoPriRegistersWithoutPri(final int offset) {
        regs = pages(CONFIG.without(SmmuFeature.PRI));
        regs.writel(ALL_ONES, offset);
        assertEquals(0, regs.readl(offset));
    }

    @ParameterizedTest
    @CsvSource({
        "PRI, 0x020, 0x1d",
        "PRI, 0x050, 0x5",
        "HYP, 0x02c, 0xe",
        "ATS_RECORDS_ERRORS, 0x02c, 0x7",
        "ATTRIBUTE_TYPES_OVERRIDE, 0x044, 0x1f0000",
        "ATTRIBUTE_PERMISSIONS_OVERRIDE, 0x044, 0x103f1f"
    })
    void shouldHaveNoBitsForWhatIsNotBuiltIn(
            final SmmuFeature feature, final String offset, final String kept) {
        regs = pages(CONFIG.without(feature));
        regs.writel(ALL_ONES, Integer.decode(offset));
        assertEquals(bits(kept), regs.readl(Integer.decode(offset)));
    }

    @Test
    void shouldHaveNoTwoLevelTablesWhereTheyAreNotBuiltIn() {
        regs = pages(CONFIG.withSidBits(6).without(SmmuFeature.TWO_LEVEL_STREAM_TABLE));
        regs.writel(ALL_ONES, SmmuRegisters.STRTAB_BASE_CFG);
        assertEquals(0x3f, regs.readl(SmmuRegisters.STRTAB_BASE_CFG));
    }

    @Test
    void shouldHaveNoAtsCheckWithoutAts() {
        regs = pages(CONFIG.without(SmmuFeature.PRI).without(SmmuFeature.ATS));
        regs.writel(ALL_ONES, SmmuRegisters.CR0);
        assertEquals(0xd, regs.readl(SmmuRegisters.CR0ACK));
    }

    // ---- Acknowledgement ------------------------------------------------------------------------

    @Test
    void shouldShowPriqenInCr0AckThoughItIsNotEffective() {
        regs.writel(SmmuRegisters.CR0_PRIQEN, SmmuRegisters.CR0);
        assertEquals(SmmuRegisters.CR0_PRIQEN, regs.readl(SmmuRegisters.CR0ACK));
    }

    @ParameterizedTest
    @CsvSource({"0x024, 0x020", "0x054, 0x050"})
    void shouldIgnoreStoresToAcknowledgements(final String ack, final String control) {
        regs.writel(ALL_ONES, Integer.decode(ack));
        assertEquals(0, regs.readl(Integer.decode(control)));
    }

    // ---- Widths ---------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {0x068, 0x080, 0x090, 0x0a0, 0x0b0, 0x0c0, 0x0d0})
    void shouldTake64BitsAtA64BitRegister(final int offset) {
        regs.writeq(0x0004_3210_8765_43c0L, offset);
        assertEquals(0x0004_3210_8765_43c0L, regs.readq(offset));
        assertEquals(0x8765_43c0, regs.readl(offset));
        assertEquals(0x0004_3210, regs.readl(offset + 4));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x020, 0x028, 0x070, 0x098, 0x100a8})
    void shouldIgnore64BitsAtAPairOf32BitRegisters(final int offset) {
        regs.writeq(-1L, offset);
        assertEquals(0, regs.readl(offset));
        assertEquals(0, regs.readl(offset + 4));
        regs.writel(1, offset);
        assertEquals(0, regs.readq(offset));
    }

    @ParameterizedTest
    @CsvSource({
        "0x90, 1",
        "0x90, 2",
        "0x91, 1",
        "0x92, 2",
        "0x92, 4",
        "0x94, 8",
        "0x91, 4",
        "0x90, 3",
        "0x90, 0",
        "0x90, -8",
        "0x90, 16",
        "-8, 8",
        "0x1fffc, 8",
        "0x20000, 4"
    })
    void shouldReadZeroAndIgnoreStoresOfAnyOtherShape(final String offset, final int bytes) {
        regs.writeq(SmmuBench.COMMANDS | 4, SmmuRegisters.CMDQ_BASE);
        regs.store(Long.decode(offset), bytes, -1);
        assertEquals(0, regs.load(Long.decode(offset), bytes));
        assertEquals(SmmuBench.COMMANDS | 4, regs.readq(SmmuRegisters.CMDQ_BASE));
    }

    @Test
    void shouldLoadAndStoreAsABusDoes() {
        regs.store(SmmuRegisters.CMDQ_BASE, 8, 0x8765_4320L);
        assertEquals(0x8765_4320L, regs.load(SmmuRegisters.CMDQ_BASE, 8));
        assertEquals(0x8765_4320L, regs.load(SmmuRegisters.CMDQ_BASE, 4), "zero-extended");
        regs.store(SmmuRegisters.CR1, 4, 0xabcd_0000_0fffL);
        assertEquals(0xfff, regs.load(SmmuRegisters.CR1, 4));
    }

    @Test
    void shouldBeTheSamePagesForWhoeverAsks() {
        final SmmuBench bench = new SmmuBench();
        assertSame(bench.regs, bench.smmu.registerPages());
    }

    private static int bits(final String number) {
        return (int) (long) Long.decode(number);
    }
}
