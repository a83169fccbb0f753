// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Devices that come and go, and the features that are switched on for them. */
final class DeviceOpsTest {
    private final DriverBench bench = DriverBench.probed();

    @Test
    void shouldRefuseADeviceTwice() {
        final IommuDevice device = probed(0x10);
        assertEquals(-Errno.EBUSY, device.ops().probeDevice(device));
    }

    @Test
    void shouldRefuseADeviceWithoutStream() {
        assertEquals(-Errno.ENODEV, bench.smmu.ops().probeDevice(bench.device()));
    }

    @ParameterizedTest
    @ValueSource(ints = {0x100, -1, Integer.MIN_VALUE})
    void shouldRefuseAStreamOutOfRange(final int sid) {
        final IommuDevice device = bench.device(0x10, sid);
        assertEquals(-Errno.ERANGE, device.ops().probeDevice(device));
        assertNull(bench.smmu.streams().find(0x10), "nothing is kept");
        assertNull(device.driverData());
    }

    @Test
    void shouldRefuseAStreamThatAnotherDeviceOwns() {
        final IommuDevice owner = probed(0x11);
        final IommuDevice device = bench.device(0x10, 0x11);
        assertEquals(-Errno.EINVAL, device.ops().probeDevice(device));
        assertNull(bench.smmu.streams().find(0x10));
        assertEquals(owner, bench.smmu.streams().find(0x11).device());
    }

    @Test
    void shouldTakeADeviceThatNamesAStreamTwice() {
        final IommuDevice device = probed(0x10, 0x10);
        assertEquals(device, bench.smmu.streams().find(0x10).device());
    }

    @Test
    void shouldTakeADeviceAgainAfterItsRelease() {
        final IommuDevice device = probed(0x10);
        device.ops().releaseDevice(device);
        assertNull(bench.smmu.streams().find(0x10));
        assertEquals(0, device.ops().probeDevice(device));
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0x10, 0x7fff_ffff})
    void shouldFindNoMasterOfAForeignStream(final int sid) {
        assertNull(bench.smmu.streams().find(sid));
    }

    // ---- Faults ---------------------------------------------------------------------------------

    @Test
    void shouldSwitchFaultsOnAndOff() {
        final IommuDevice device = probed(0x10);
        assertEquals(0, enable(device, DevFeature.IOPF));
        assertEquals(-Errno.EBUSY, enable(device, DevFeature.IOPF));
        assertEquals(0, disable(device, DevFeature.IOPF));
        assertEquals(-Errno.EINVAL, disable(device, DevFeature.IOPF));
    }

    @Test
    void shouldRefuseFaultsOfADeviceWithTwoStreams() {
        assertEquals(-Errno.EINVAL, enable(probed(0x10, 0x11), DevFeature.IOPF));
    }

    @Test
    void shouldRefuseFaultsOfADeviceThatMustNotStall() {
        final IommuDevice device = bench.device(false, 5, 0x10);
        assertEquals(0, device.ops().probeDevice(device));
        assertEquals(-Errno.EINVAL, enable(device, DevFeature.IOPF));
    }

    @Test
    void shouldPassOnThatTheDeviceIsOnAQueue() {
        final IommuDevice device = probed(0x10);
        assertEquals(0, bench.core.iopfQueueAlloc("other").addDevice(device));
        assertEquals(-Errno.EBUSY, enable(device, DevFeature.IOPF));
        assertEquals(-Errno.EINVAL, disable(device, DevFeature.IOPF), "still off");
    }

    @ParameterizedTest
    @EnumSource(DevFeature.class)
    void shouldKnowNoFeatureOfADeviceThatWasNotProbed(final DevFeature feature) {
        assertEquals(-Errno.ENODEV, enable(bench.device(0x10), feature));
        assertEquals(-Errno.EINVAL, disable(bench.device(0x10), feature));
    }

    // ---- SVA ------------------------------------------------------------------------------------

    @Test
    void shouldSwitchSvaOnAfterFaultsAndOffBeforeThem() {
        final IommuDevice device = probed(0x10);
        assertEquals(-Errno.EINVAL, enable(device, DevFeature.SVA), "faults are off");
        assertEquals(0, enable(device, DevFeature.IOPF));
        assertEquals(0, enable(device, DevFeature.SVA));
        assertEquals(-Errno.EBUSY, enable(device, DevFeature.SVA));
        assertEquals(-Errno.EBUSY, disable(device, DevFeature.IOPF), "SVA is on");
        assertEquals(0, disable(device, DevFeature.SVA));
        assertEquals(-Errno.EINVAL, disable(device, DevFeature.SVA));
        assertEquals(0, disable(device, DevFeature.IOPF));
    }

    @Test
    void shouldSwitchSvaOnWithoutFaultsWhereTheDeviceHasNone() {
        final IommuDevice device = bench.device(false, 5, 0x10);
        assertEquals(0, device.ops().probeDevice(device));
        assertEquals(0, enable(device, DevFeature.SVA));
    }

    @Test
    void shouldRefuseSvaWithoutPasids() {
        final IommuDevice device = bench.device(true, 0, 0x10);
        assertEquals(0, device.ops().probeDevice(device));
        assertEquals(-Errno.EINVAL, enable(device, DevFeature.SVA));
    }

    @Test
    void shouldSayThatGuestsTablesCoverEveryPasid() {
        assertTrue(bench.smmu.ops().userPasidTable());
    }

    private IommuDevice probed(final int... sids) {
        final IommuDevice device = bench.device(sids);
        assertEquals(0, device.ops().probeDevice(device));
        return device;
    }

    private static int enable(final IommuDevice device, final DevFeature feature) {
        return device.ops().devEnableFeature(device, feature);
    }

    private static int disable(final IommuDevice device, final DevFeature feature) {
        return device.ops().devDisableFeature(device, feature);
    }
}
