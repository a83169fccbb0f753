// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.iopf4j.api.hw.PciCapability;
import org.junit.jupiter.api.Test;

/** What a driver finds and can change in configuration space. */
final class PciFunctionTest {
    private static final int ATS = 0x100;
    private static final int PRI = 0x110;
    private static final int PASID = 0x120;

    private final PciFunction function = new PciFunction(PciFunctionConfig.roomy());

    @Test
    void shouldHaveAHeaderAndAChainOfCapabilities() {
        assertEquals(0x10f4_1af4, function.readl(0));
        assertEquals(0x1af4, function.readw(0));
        assertEquals(0x10f4, function.readw(2));
        assertEquals(0, function.readl(0x0c), "type 0");
        assertEquals(0x1101_000f, function.readl(ATS));
        assertEquals(0x1201_0013, function.readl(PRI));
        assertEquals(0x0001_001b, function.readl(PASID));
    }

    @Test
    void shouldChainOnlyWhatIsThere() {
        final PciFunction plain =
                new PciFunction(PciFunctionConfig.roomy().withPri(null).withAts(null));
        assertEquals(0x0001_001b, plain.readl(0x100));
        assertEquals(0, plain.readl(0x110));
        final PciFunction two = new PciFunction(PciFunctionConfig.roomy().withPri(null));
        assertEquals(0x1101_000f, two.readl(0x100));
        assertEquals(0x0001_001b, two.readl(0x110));
        final PciFunction none =
                new PciFunction(
                        PciFunctionConfig.roomy().withPri(null).withAts(null).withPasid(null));
        assertEquals(0, none.readl(0x100));
        none.writel(-1, 0x104);
        assertEquals(0, none.readl(0x104));
    }

    @Test
    void shouldShowWhatItsMakerChose() {
        assertEquals(0x60, function.readw(ATS + PciCapability.ATS_CAP));
        assertEquals(512, function.readl(PRI + PciCapability.PRI_CAPACITY));
        assertEquals(512, function.readw(PRI + PciCapability.PRI_CAPACITY));
        assertEquals(0x1406, function.readw(PASID + PciCapability.PASID_CAP));
        final PciFunction poor =
                new PciFunction(
                        PciFunctionConfig.roomy()
                                .withAts(new PciFunctionConfig.Ats(5, false, false))
                                .withPri(new PciFunctionConfig.Pri(0x1_0003, false))
                                .withPasid(new PciFunctionConfig.Pasid(8, true, false)));
        assertEquals(5, poor.readl(ATS + PciCapability.ATS_CAP));
        assertEquals(0x0100, poor.readw(PRI + PciCapability.PRI_STATUS));
        assertEquals(3, poor.readw(PRI + PciCapability.PRI_CAPACITY));
        assertEquals(1, poor.readw(PRI + PciCapability.PRI_CAPACITY + 2));
        assertEquals(0x0802, poor.readw(PASID + PciCapability.PASID_CAP));
        poor.writew(0xffff, PASID + PciCapability.PASID_CTRL);
        assertEquals(3, poor.readw(PASID + PciCapability.PASID_CTRL), "no privilege");
    }

    @Test
    void shouldComeOutOfResetStopped() {
        assertEquals(0, function.readw(ATS + PciCapability.ATS_CTRL));
        assertEquals(0x8100_0000, function.readl(PRI + PciCapability.PRI_CTRL));
        assertEquals(0, function.readl(PRI + PciCapability.PRI_ALLOCATION));
        assertEquals(0, function.readw(PASID + PciCapability.PASID_CTRL));
    }

    @Test
    void shouldKeepWhatCanOnlyBeRead() {
        for (int at = 0; at < 4096; at += 4) {
            if (at != PRI + PciCapability.PRI_ALLOCATION) {
                function.writel(-1, at);
            }
        }
        assertEquals(0x10f4_1af4, function.readl(0));
        assertEquals(0x1101_000f, function.readl(ATS));
        assertEquals(0x801f_0060, function.readl(ATS + PciCapability.ATS_CAP));
        assertEquals(1 | 0x8000_0000, function.readl(PRI + PciCapability.PRI_CTRL));
        assertEquals(512, function.readl(PRI + PciCapability.PRI_CAPACITY));
        assertEquals(0x1406, function.readw(PASID + PciCapability.PASID_CAP));
        assertEquals(0, function.readw(PASID + PciCapability.PASID_CTRL), "ATS was on before");
        assertEquals(0, function.readl(0x130));
        assertEquals(0, function.readl(0xffc));
    }

    @Test
    void shouldChangePasidsOnlyWhileAtsIsOff() {
        function.writew(7, PASID + PciCapability.PASID_CTRL);
        assertEquals(7, function.readw(PASID + PciCapability.PASID_CTRL));
        function.writew(0x8000, ATS + PciCapability.ATS_CTRL);
        function.writew(0, PASID + PciCapability.PASID_CTRL);
        assertEquals(7, function.readw(PASID + PciCapability.PASID_CTRL));
        function.writew(0, ATS + PciCapability.ATS_CTRL);
        function.writel(0, PASID + PciCapability.PASID_CAP);
        assertEquals(0, function.readw(PASID + PciCapability.PASID_CTRL));
    }

    @Test
    void shouldTakeTheAllocationInHalvesAndWhole() {
        function.writel(0x1234_5678, PRI + PciCapability.PRI_ALLOCATION);
        assertEquals(0x1234, function.readw(PRI + PciCapability.PRI_ALLOCATION + 2));
        function.writew(0xf_abcd, PRI + PciCapability.PRI_ALLOCATION);
        assertEquals(0x1234_abcd, function.readl(PRI + PciCapability.PRI_ALLOCATION));
        function.writew(0, PRI + PciCapability.PRI_ALLOCATION + 2);
        assertEquals(0xabcd, function.readl(PRI + PciCapability.PRI_ALLOCATION));
    }

    @Test
    void shouldReadOnesWhereNothingCanBe() {
        assertEquals(-1, function.readl(4096));
        assertEquals(-1, function.readl(2));
        assertEquals(-1, function.readl(-4));
        assertEquals(0xffff, function.readw(1));
        assertEquals(0xffff, function.readw(4096));
        function.writel(-1, PRI + PciCapability.PRI_CTRL + 1);
        function.writew(-1, PRI + PciCapability.PRI_CTRL - 1);
        function.writew(-1, Integer.MIN_VALUE);
        assertEquals(0, function.readw(PRI + PciCapability.PRI_CTRL));
    }

    @Test
    void shouldLeaveAnEnabledInterfaceAloneWhenToldToReset() {
        function.writew(PciCapability.PRI_CTRL_RESET, PRI + PciCapability.PRI_CTRL);
        assertEquals(0, function.readw(PRI + PciCapability.PRI_CTRL), "reads as zero");
        function.writew(PciCapability.PRI_CTRL_ENABLE, PRI + PciCapability.PRI_CTRL);
        assertEquals(0x8000, function.readw(PRI + PciCapability.PRI_STATUS), "not stopped");
        function.writew(3, PRI + PciCapability.PRI_CTRL);
        assertEquals(1, function.readw(PRI + PciCapability.PRI_CTRL));
    }

    @Test
    void shouldRefuseWhatCannotBeBuilt() {
        final PciFunctionConfig roomy = PciFunctionConfig.roomy();
        assertThrows(IllegalArgumentException.class, () -> roomy.withAts(null));
        assertThrows(IllegalArgumentException.class, () -> roomy.withRetryDelayNs(0));
        assertThrows(IllegalArgumentException.class, () -> roomy.withCachedTranslations(1));
        assertThrows(IllegalArgumentException.class, () -> roomy.withCachedTranslations(48));
        assertThrows(
                IllegalArgumentException.class, () -> new PciFunctionConfig.Ats(32, true, true));
        assertThrows(IllegalArgumentException.class, () -> new PciFunctionConfig.Pri(0, true));
        assertThrows(
                IllegalArgumentException.class, () -> new PciFunctionConfig.Pasid(21, true, true));
    }
}
