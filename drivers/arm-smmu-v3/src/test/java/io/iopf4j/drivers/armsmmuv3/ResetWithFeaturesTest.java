// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath.Ability;
import io.iopf4j.emulation.WiredInterrupt;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Probe and reset by what the identification registers say, store by store. */
final class ResetWithFeaturesTest {
    private static final int TWO_LEVELS = 1 << SmmuRegisters.IDR0_ST_LEVEL_SHIFT;

    private static FakeSmmu with(final int moreIdr0) {
        return new FakeSmmu(FakeSmmu.IDR0 | moreIdr0, FakeSmmu.IDR1);
    }

    private static FakeSmmu withSidBits(final int bits) {
        return new FakeSmmu(
                FakeSmmu.IDR0 | TWO_LEVELS,
                (FakeSmmu.IDR1 & ~SmmuRegisters.IDR1_SIDSIZE_MASK) | bits);
    }

    private static ArmSmmuFeatures features(final FakeSmmu fake) {
        return ArmSmmuFeatures.read(fake, fake.log, ArmSmmuOptions.DEFAULT, new int[1]);
    }

    // ---- Order ----------------------------------------------------------------------------------

    @Test
    void shouldSwitchOnWhatPcieDevicesNeedInTheKernelsOrder() {
        final FakeSmmu fake = with(SmmuRegisters.IDR0_ATS | SmmuRegisters.IDR0_PRI);
        assertEquals(0, fake.probe().error());
        final List<String> stores = new ArrayList<>(fake.stores);
        stores.removeIf(store -> store.startsWith("80=") || store.matches("(90|a0|c0)=.*"));
        assertEquals(
                List.of(
                        "20=0", "28=d75", "2c=6", "88=8", "98=0", "9c=0", "20=8", "98=2",
                        "98=4", // CFGI_ALL and TLBI_NSNH_ALL, each with its SYNC.
                        "100a8=0", "100ac=0", "20=c", "100c8=0", "100cc=0", "20=e",
                        "20=1e", // ATSCHK
                        "50=0", "68=0", "b0=0", "d0=0", "50=7", "20=1f"),
                stores);
        assertEquals(List.of("4:1f", "30:0"), fake.commandsButSync());
    }

    @Test
    void shouldForgetEl2ContextsWhereThereAre() {
        final FakeSmmu fake = with(SmmuRegisters.IDR0_HYP);
        assertEquals(0, fake.probe().error());
        assertEquals(List.of("4:1f", "20:0", "30:0"), fake.commandsButSync());
        assertTrue(fake.stores.contains("2c=6"));
    }

    @ParameterizedTest
    @CsvSource({"true, 2c=7", "false, 2c=6"})
    void shouldSetE2hForAKernelAtEl2(final boolean isHyp, final String cr2) {
        final FakeSmmu fake = with(isHyp ? SmmuRegisters.IDR0_HYP : 0);
        assertEquals(0, fake.probe(new ArmSmmuOptions(true)).error());
        assertTrue(fake.stores.contains(cr2));
    }

    @Test
    void shouldProgramATwoLevelStreamTable() {
        final FakeSmmu fake = withSidBits(16);
        assertEquals(0, fake.probe().error());
        assertTrue(fake.stores.contains("88=10210"));
    }

    @ParameterizedTest
    @CsvSource({"25, 88=10219, false", "26, 88=10219, true", "32, 88=10219, true"})
    void shouldCoverAsManyStreamsAsAFirstLevelOfOneMebibyte(
            final int bits, final String config, final boolean isShort) {
        final FakeSmmu fake = withSidBits(bits);
        assertEquals(0, fake.probe().error());
        assertTrue(fake.stores.contains(config));
        assertEquals(isShort, fake.logged("the stream table covers 25 of " + bits));
    }

    // ---- SYNC -----------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"true, true, fc01046", "true, false, fc02046", "false, true, fc02046"})
    void shouldPollMessagesWhereTheyAreCoherent(
            final boolean hasMsi, final boolean isCoherent, final String sync) {
        final FakeSmmu fake = with(hasMsi ? SmmuRegisters.IDR0_MSI : 0);
        fake.isCoherent = isCoherent;
        assertEquals(0, fake.probe().error());
        assertEquals(sync, Long.toHexString(fake.commands.get(1)[0]));
    }

    // ---- Interrupts -----------------------------------------------------------------------------

    @Test
    void shouldUseOneInterruptForAllWhereThereIs() {
        FaultPaths.assume(Ability.LOG);
        final FakeSmmu fake = with(SmmuRegisters.IDR0_ATS | SmmuRegisters.IDR0_PRI);
        final WiredInterrupt combined = new WiredInterrupt("combined");
        fake.lines.put("combined", combined);
        assertEquals(0, fake.probe().error());
        assertFalse(fake.stores.contains("68=0"), "the others' messages are not its affair");
        assertFalse(fake.lines.get("eventq").isConnected());
        fake.produce(SmmuRegisters.PRIQ_BASE, SmmuRegisters.PRIQ_PROD, 0x10, 0x1000);
        fake.produce(SmmuRegisters.EVENTQ_BASE, SmmuRegisters.EVENTQ_PROD, 0x2, 0, 0, 0);
        fake.registers.put((long) SmmuRegisters.GERROR, SmmuRegisters.GERROR_EVENTQ_ABT_ERR);
        combined.pulse();
        assertTrue(fake.logged("EVTQ write aborted"), "at once");
        fake.scheduler.runReady();
        assertTrue(fake.logged("event 0x02 received"));
        assertTrue(fake.logged("unexpected page request"));
    }

    @Test
    void shouldGoOnWithoutAnInterruptThatSomebodyElseHas() {
        final FakeSmmu fake = with(0);
        fake.lines.get("eventq").connect(() -> {});
        assertEquals(0, fake.probe().error());
        assertTrue(fake.logged("cannot have the eventq irq"));
    }

    @ParameterizedTest
    @CsvSource({
        "8, PRIQ write aborted",
        "4, EVTQ write aborted",
        "128, GERROR message aborted",
        "64, PRIQ message aborted",
        "32, EVTQ message aborted",
        "16, CMDQ message aborted",
        "256, Service Failure Mode"
    })
    void shouldReportAndAcknowledgeEachGlobalError(final int error, final String message) {
        final FakeSmmu fake = with(0);
        assertEquals(0, fake.probe().error());
        fake.registers.put((long) SmmuRegisters.GERROR, error);
        fake.lines.get("gerror").pulse();
        assertTrue(fake.logged(message));
        assertEquals(error, fake.readl(SmmuRegisters.GERRORN));
        assertEquals(error == 256 ? 0 : 0xd, fake.readl(SmmuRegisters.CR0));
        fake.registers.put((long) SmmuRegisters.GERROR, 0);
        fake.lines.get("gerror").pulse();
        assertEquals(0, fake.readl(SmmuRegisters.GERRORN), "the other way round as well");
    }

    @ParameterizedTest
    @CsvSource({"2", "512", "1024"})
    void shouldLeaveAloneWhatItDoesNotKnow(final int error) {
        final FakeSmmu fake = with(0);
        assertEquals(0, fake.probe().error());
        fake.registers.put((long) SmmuRegisters.GERROR, error);
        fake.lines.get("gerror").pulse();
        assertFalse(fake.logged("unexpected global error"));
        assertEquals(0, fake.readl(SmmuRegisters.GERRORN));
    }

    // ---- Features -------------------------------------------------------------------------------

    @Test
    void shouldLetFirmwareHaveTheLastWordOnCoherence() {
        final FakeSmmu fake = with(0);
        fake.isCoherent = false;
        assertFalse(features(fake).pollsMessages());
        assertFalse(features(fake).sva());
        assertTrue(fake.logged("firmware has the last word on coherence: false"));
    }

    @ParameterizedTest
    @CsvSource({"0, 32, 0", "2, 40, 2", "5, 48, 5", "6, 52, 5", "7, 48, 5"})
    void shouldReadTheOutputSize(final int field, final int oas, final int ips) {
        final FakeSmmu fake = with(0);
        fake.registers.put((long) SmmuRegisters.IDR5, SmmuRegisters.IDR5_GRAN4K | field);
        final ArmSmmuFeatures features = features(fake);
        assertEquals(oas, features.oas());
        assertEquals(oas, features.ias());
        assertEquals(ips, features.oasField());
    }

    @Test
    void shouldTakeAtLeast40BitsInWhereAarch32TablesAreWalked() {
        final FakeSmmu fake = with(3 << SmmuRegisters.IDR0_TTF_SHIFT);
        fake.registers.put((long) SmmuRegisters.IDR5, SmmuRegisters.IDR5_GRAN4K);
        assertEquals(40, features(fake).ias());
        assertEquals(32, features(fake).oas());
    }

    @Test
    void shouldReadTheRest() {
        final FakeSmmu fake =
                new FakeSmmu(
                        FakeSmmu.IDR0
                                | SmmuRegisters.IDR0_ASID16
                                | SmmuRegisters.IDR0_S2P
                                | SmmuRegisters.IDR0_CD2L,
                        FakeSmmu.IDR1
                                | SmmuRegisters.IDR1_ATTR_TYPES_OVR
                                | 20 << SmmuRegisters.IDR1_SSIDSIZE_SHIFT);
        fake.registers.put((long) SmmuRegisters.IDR3, SmmuRegisters.IDR3_RIL);
        final ArmSmmuFeatures features = features(fake);
        assertEquals(16, features.asidBits());
        assertEquals(8, features.vmidBits());
        assertEquals(20, features.ssidBits());
        assertEquals(3, features.priQueueLog2());
        assertTrue(features.stage1() && features.stage2());
        assertTrue(features.rangeInvalidation());
        assertTrue(features.overridesTypes());
        assertTrue(features.twoLevelContexts());
        assertFalse(features.twoLevelStreams());
        assertTrue(features.sva());
    }

    @Test
    void shouldHaveNoDomainsOfPagesThatAreNotWalked() {
        final FakeSmmu fake = with(0);
        fake.registers.put((long) SmmuRegisters.IDR5, SmmuRegisters.IDR5_GRAN64K | 5);
        final ArmSmmuDevice smmu = fake.probe();
        assertEquals(0, smmu.error());
        assertNull(smmu.ops().domainAllocPaging(null));
        assertNull(smmu.ops().domainAllocSva(null, null));
    }

    // ---- What is given back ---------------------------------------------------------------------

    @Test
    void shouldGiveMemoryAndInterruptsBackWhenItIsRemoved() {
        final FakeSmmu fake = with(SmmuRegisters.IDR0_ATS | SmmuRegisters.IDR0_PRI);
        for (int i = 0; i < 300; i++) { // 8 MiB, in a memory of 4.
            final ArmSmmuDevice smmu = fake.probe();
            assertEquals(0, smmu.error(), "round " + i);
            smmu.remove();
        }
        assertFalse(fake.lines.values().stream().anyMatch(WiredInterrupt::isConnected));
        assertEquals(0, fake.readl(SmmuRegisters.CR0));
    }

    @Test
    void shouldKeepMemoryThatTheHardwareDoesNotLetGoOf() {
        final FakeSmmu fake =
                new FakeSmmu(FakeSmmu.IDR0, FakeSmmu.IDR1) {
                    @Override
                    public int readl(final long offset) {
                        final int value = super.readl(offset);
                        return offset == SmmuRegisters.CR0ACK && commands.size() > 0 ? -1 : value;
                    }
                };
        final long next = fake.allocator.allocCoherent(4096).dmaAddress() + 4096;
        assertEquals(-Errno.ETIMEDOUT, fake.probe().error());
        assertTrue(fake.allocator.allocCoherent(2048).dmaAddress() > next, "not the queue's");
    }

    @Test
    void shouldGiveMemoryAndInterruptsBackWhenProbingFails() {
        final FakeSmmu fake = with(SmmuRegisters.IDR0_ATS | SmmuRegisters.IDR0_PRI);
        fake.consumes = false;
        for (int i = 0; i < 160; i++) {
            assertEquals(-Errno.ETIMEDOUT, fake.probe().error());
        }
        fake.consumes = true;
        assertEquals(0, fake.readl(SmmuRegisters.CR0), "switched off first");
        assertEquals(0, fake.probe().error());
    }
}
