// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.hw.PciCapability;
import io.iopf4j.emulation.RecentLog;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.SimulatedKernel;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code drivers/pci/ats.c}: who may enable what, and what is written then. */
final class PciFeaturesTest {
    private final SimulatedKernel kernel = new SimulatedKernel(new Scheduler(1), new RecentLog(10));
    private final FakeConfig config = FakeConfig.full();
    private final PciFeatures pci = features(config, null);

    private PciFeatures features(final FakeConfig space, final PciFeatures physical) {
        return new PciFeatures(space, physical, kernel, "dev");
    }

    @Test
    void shouldFindCapabilities() {
        assertEquals(FakeConfig.PRI, PciCapabilities.find(config, PciCapability.PRI));
        assertEquals(FakeConfig.PASID, PciCapabilities.find(config, PciCapability.PASID));
        assertEquals(0, PciCapabilities.find(config, 0x10));
        assertEquals(0, PciCapabilities.find(FakeConfig.empty(), PciCapability.ATS));
        assertEquals(0, PciCapabilities.find(null, PciCapability.ATS));
    }

    @Test
    void shouldNotFollowARoundListForEver() {
        config.put(FakeConfig.PASID, 0x7777 | 1 << 16 | FakeConfig.ATS << 20, 4);
        assertEquals(0, PciCapabilities.find(config, PciCapability.PASID));
        config.put(FakeConfig.ATS, 0x7777 | 1 << 16 | 0x40 << 20, 4);
        assertEquals(0, PciCapabilities.find(config, PciCapability.PRI));
    }

    @Test
    void shouldEnablePriWithWhatTheFunctionCan() {
        assertEquals(0, pci.enablePri(2048));
        assertEquals(List.of("14c=200", "144=1"), config.stores);
        assertTrue(pci.isPriEnabled());
    }

    @Test
    void shouldEnablePriWithNoMoreThanIsAskedFor() {
        config.put(FakeConfig.PRI + PciCapability.PRI_CAPACITY, 4096, 4);
        assertEquals(0, pci.enablePri(2048));
        assertEquals(List.of("14c=800", "144=1"), config.stores);
    }

    @Test
    void shouldNotEnablePriBeforeItHasStopped() {
        config.put(FakeConfig.PRI + PciCapability.PRI_STATUS, 0x8000, 2);
        assertEquals(-Errno.EBUSY, pci.enablePri(2048));
        assertEquals(List.of(), config.stores);
        assertFalse(pci.isPriEnabled());
    }

    @Test
    void shouldKnowWhatIsOn() {
        assertEquals(0, pci.resetPri());
        assertEquals(List.of("144=2"), config.stores);
        assertEquals(0, pci.enablePri(1));
        assertEquals(-Errno.EBUSY, pci.enablePri(1));
        assertEquals(-Errno.EBUSY, pci.resetPri());
        config.stores.clear();
        pci.disablePri();
        assertEquals(List.of("144=0"), config.stores);
        pci.disablePri();
        assertEquals(1, config.stores.size());
        assertEquals(0, pci.enableAts(12));
        assertEquals(-Errno.EBUSY, pci.enableAts(12));
        assertEquals(0, pci.enablePasid(6));
        assertEquals(-Errno.EBUSY, pci.enablePasid(6));
        assertEquals(List.of("144=0", "106=8000", "186=7"), config.stores);
        pci.disableAts();
        pci.disablePasid();
        assertEquals(List.of("106=0", "186=0"), config.stores.subList(3, 5));
    }

    @Test
    void shouldRefuseWhatIsNotThere() {
        final PciFeatures none = features(FakeConfig.empty(), null);
        assertEquals(-Errno.EINVAL, none.enablePri(1));
        assertEquals(-Errno.EINVAL, none.resetPri());
        assertEquals(-Errno.EINVAL, none.enableAts(12));
        assertEquals(-Errno.EINVAL, none.enablePasid(0));
        assertEquals(-Errno.EINVAL, none.atsQueueDepth());
        assertEquals(-Errno.EINVAL, none.maxPasids());
        assertEquals(-Errno.EINVAL, none.pasidFeatures());
        assertFalse(none.hasAts() || none.hasPri() || none.isAtsPageAligned());
        config.put(FakeConfig.PASID + PciCapability.PASID_CAP, 20 << 8, 2);
        assertEquals(-Errno.EINVAL, pci.enablePasid(PciCapability.PASID_EXEC));
        assertEquals(-Errno.EINVAL, pci.enableAts(11));
        assertEquals(List.of(), config.stores);
    }

    @Test
    void shouldSayWhatTheFunctionCan() {
        assertEquals(16, pci.atsQueueDepth());
        config.put(FakeConfig.ATS + PciCapability.ATS_CAP, 0, 2);
        assertEquals(32, pci.atsQueueDepth());
        assertFalse(pci.isAtsPageAligned());
        assertEquals(1 << 20, pci.maxPasids());
        assertEquals(6, pci.pasidFeatures());
        assertTrue(pci.responsesNeedPasid());
        config.put(FakeConfig.PRI + PciCapability.PRI_STATUS, 0, 2);
        assertTrue(pci.responsesNeedPasid(), "as it was at first");
    }

    @Test
    void shouldFollowThePhysicalFunction() {
        final FakeConfig virtualSpace = FakeConfig.full();
        final PciFeatures virtual = features(virtualSpace, pci);
        assertEquals(-Errno.EINVAL, virtual.enablePri(1));
        assertEquals(-Errno.EINVAL, virtual.enablePasid(6));
        assertEquals(-Errno.EINVAL, virtual.enableAts(12));
        assertEquals(0, virtual.resetPri());
        pci.enablePri(1);
        pci.enablePasid(6);
        pci.enableAts(12);
        assertEquals(0, virtual.enablePri(1));
        assertEquals(0, virtual.enablePasid(6));
        assertEquals(0, virtual.enableAts(12));
        assertEquals(0, virtual.atsQueueDepth());
        assertTrue(virtual.isPriEnabled() && virtual.isPasidEnabled());
        virtual.disablePri();
        virtual.disablePasid();
        assertEquals(List.of("106=8000"), virtualSpace.stores);
        assertTrue(pci.isPriEnabled());
    }

    @Test
    void shouldRestoreTheAllocationBeforeItEnables() {
        pci.enablePasid(6);
        pci.enablePri(2048);
        pci.enableAts(12);
        config.stores.clear();
        pci.restore();
        assertEquals(List.of("186=7", "14c=200", "144=1", "106=8000"), config.stores);
    }
}
