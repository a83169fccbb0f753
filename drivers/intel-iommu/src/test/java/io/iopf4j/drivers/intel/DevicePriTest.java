// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.hw.PciCapability;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code intel_iommu_enable_iopf()}: the order, and what is undone. */
final class DevicePriTest {
    private final FakeUnit unit = new FakeUnit(FakeUnit.SCALABLE, FaultGeneration.LINUX_6_12);
    private final FakeConfig config = FakeConfig.full();
    private final List<String> steps = unit.core.queue;
    private final List<Integer> storesAtPre = new ArrayList<>();
    private int preResult;
    private PciFeatures pci;
    private DeviceInfo info;
    private DevicePri pri;

    @BeforeEach
    void probe() {
        final IntelIommu iommu = unit.probe();
        pci = new PciFeatures(config, null, unit.kernel, "dev");
        info = TestDevices.make(iommu, 0x310);
        info.setAtsEnabled(true);
        info.setPasidEnabled(true);
        pri =
                new DevicePri(
                        iommu,
                        (device, enabled) -> {
                            steps.add("pre " + enabled);
                            storesAtPre.add(config.stores.size());
                            return enabled ? preResult : 0;
                        });
        steps.clear();
    }

    @Test
    void shouldEnableTheDeviceLast() {
        assertEquals(0, pri.enable(info, pci));
        assertEquals(List.of("add", "pre true"), steps);
        assertEquals(List.of("144=2", "14c=200", "144=1"), config.stores);
        assertEquals(List.of(1), storesAtPre);
        assertTrue(info.isPriEnabled());
        assertEquals(-Errno.EBUSY, pri.enable(info, pci));
    }

    @Test
    void shouldDisableTheDeviceLast() {
        pri.enable(info, pci);
        steps.clear();
        storesAtPre.clear();
        assertEquals(0, pri.disable(info, pci));
        assertEquals(List.of("pre false", "remove"), steps);
        assertEquals(List.of(3), storesAtPre);
        assertEquals("144=0", config.stores.get(3));
        assertFalse(info.isPriEnabled());
        assertEquals(-Errno.EINVAL, pri.disable(info, pci));
    }

    @Test
    void shouldWantAtsAndPri() {
        info.setAtsEnabled(false);
        assertEquals(-Errno.ENODEV, pri.enable(info, pci));
        info.setAtsEnabled(true);
        info.setSupported(true, true, false);
        assertEquals(-Errno.ENODEV, pri.enable(info, pci));
        assertEquals(List.of(), config.stores);
    }

    @Test
    void shouldWantPasidsInResponses() {
        config.put(FakeConfig.PRI + PciCapability.PRI_STATUS, 0x100, 2);
        final PciFeatures without = new PciFeatures(config, null, unit.kernel, "dev");
        assertEquals(-Errno.EINVAL, pri.enable(info, without));
        info.setPasidEnabled(false);
        assertEquals(0, pri.enable(info, without));
    }

    @Test
    void shouldUndoWhatFailed() {
        config.put(FakeConfig.PRI + PciCapability.PRI_STATUS, 0x8000, 2);
        assertEquals(-Errno.EBUSY, pri.enable(info, pci));
        assertEquals(List.of("add", "pre true", "pre false", "remove"), steps);
        assertFalse(info.isPriEnabled());
        steps.clear();
        preResult = -Errno.EINVAL;
        assertEquals(-Errno.EINVAL, pri.enable(info, pci));
        assertEquals(List.of("add", "pre true", "remove"), steps);
        steps.clear();
        unit.core.addResult = -Errno.ENOMEM;
        assertEquals(-Errno.ENOMEM, pri.enable(info, pci));
        assertEquals(List.of("add"), steps);
    }

    @Test
    void shouldEnableTheDeviceAloneIn61() {
        pri.enableAtAttach(info, pci);
        assertTrue(info.isPriEnabled());
        assertEquals(List.of("144=2", "14c=200", "144=1"), config.stores);
        assertEquals(List.of(), steps);
        pri.disableAtDetach(info, pci);
        assertFalse(pci.isPriEnabled());
    }

    @Test
    void shouldFailSilentlyIn61() {
        config.put(FakeConfig.PRI + PciCapability.PRI_STATUS, 0x8000, 2);
        pri.enableAtAttach(info, pci);
        assertFalse(info.isPriEnabled());
    }
}
