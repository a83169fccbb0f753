// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.vtd.VtdCapabilities;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an integrator may choose. */
final class VtdConfigTest {
    private static final VtdConfig BASE = VtdConfig.scalable();

    @Test
    void shouldHaveOneRevisionOrTheOther() {
        assertFalse(BASE.isRevision2());
        assertTrue(VtdConfig.revision2().isRevision2());
        assertEquals(0xf0, VtdConfig.revision2().capabilities().iotlbOffset());
        assertEquals(0x220, VtdConfig.revision2().capabilities().faultRecordsOffset());
    }

    @Test
    void shouldChangeWhatItIsAskedToAndNothingElse() {
        final VtdConfig changed =
                BASE.withVersion(0x60)
                        .withFaultRecords(256)
                        .withAddressBits(48)
                        .withMaxAddressMask(9)
                        .withPasidBits(16)
                        .with(VtdFeature.CACHING_MODE)
                        .without(VtdFeature.PASS_THROUGH);
        assertEquals(0x60, changed.version());
        assertEquals(256, changed.capabilities().faultRecords());
        assertEquals(48, changed.capabilities().addressBits());
        assertEquals(9, changed.capabilities().maxAddressMask());
        assertEquals(16, changed.capabilities().pasidBits());
        assertEquals(
                BASE,
                changed.withVersion(0x10)
                        .withFaultRecords(8)
                        .withAddressBits(BASE.capabilities().addressBits())
                        .withMaxAddressMask(18)
                        .withPasidBits(20)
                        .without(VtdFeature.CACHING_MODE)
                        .with(VtdFeature.PASS_THROUGH));
    }

    /** Fields of CAP and ECAP: mask to clear, bits to set. */
    @ParameterizedTest
    @CsvSource({
        "0x3ff000000, 0xe000000, 0, 0",
        "0x3ff000000, 0xf000000, 0, 0",
        "0, 0, 0x3ff00, 0xe00",
        "0, 0, 0x3ff00, 0x2200",
        "0x1f00, 0, 0, 0",
        "0x1f00, 0x100, 0, 0",
        "0x7, 0x7, 0, 0",
        "0, 0x8, 0, 0",
        "0, 0, 0xf800000000, 0xf800000000",
        "0, 0, 0, 0x1000000",
        "0, 0, 0, 0x8",
        "0, 0, 0x2, 0"
    })
    void shouldRefuseNonsenseInOneLine(
            final String capMask, final String cap, final String ecapMask, final String ecap) {
        final VtdCapabilities capabilities =
                new VtdCapabilities(
                        (BASE.capabilities().cap() & ~Long.decode(capMask)) | Long.decode(cap),
                        (BASE.capabilities().ecap() & ~Long.decode(ecapMask)) | Long.decode(ecap));
        final IllegalArgumentException refused =
                assertThrows(
                        IllegalArgumentException.class, () -> new VtdConfig(0x30, capabilities));
        assertEquals(1, refused.getMessage().lines().count());
    }

    @Test
    void shouldRefuseNumbersOutOfRange() {
        assertThrows(IllegalArgumentException.class, () -> BASE.withVersion(0x100));
        assertThrows(IllegalArgumentException.class, () -> BASE.withVersion(-1));
        assertThrows(IllegalArgumentException.class, () -> BASE.withFaultRecords(0));
        assertThrows(IllegalArgumentException.class, () -> BASE.withFaultRecords(257));
        assertThrows(IllegalArgumentException.class, () -> BASE.withPasidBits(21));
        assertThrows(IllegalArgumentException.class, () -> BASE.withMaxAddressMask(64));
        assertThrows(IllegalArgumentException.class, () -> BASE.without(VtdFeature.DEVICE_TLB));
    }
}
