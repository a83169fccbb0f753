// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The guest's names of its devices. */
class IommufdViommuTest {
    private static final long HIGHEST = 0xffff_ffffL;

    private final IommufdViommu viommu =
            new IommufdViommu(null) {
                @Override
                public IommuDomain allocDomainNested(final IommuUserData data) {
                    return null;
                }

                @Override
                public int cacheInvalidate(final long word0, final long word1) {
                    return 0;
                }
            };

    private final IommuDevice one = device();
    private final IommuDevice other = device();

    @Test
    void shouldFindEachDeviceByItsName() {
        assertEquals(0, viommu.vdeviceAlloc(0, one));
        assertEquals(0, viommu.vdeviceAlloc(HIGHEST, other));
        assertSame(one, viommu.findDev(0));
        assertSame(other, viommu.findDev(HIGHEST));
        assertNull(viommu.findDev(1));
        assertNull(viommu.parent());
    }

    @Test
    void shouldRefuseANameThatIsTaken() {
        assertEquals(0, viommu.vdeviceAlloc(7, one));
        assertEquals(-Errno.EEXIST, viommu.vdeviceAlloc(7, other));
        assertSame(one, viommu.findDev(7));
    }

    @Test
    void shouldRefuseANameOfMoreThan32Bits() {
        assertEquals(-Errno.EINVAL, viommu.vdeviceAlloc(HIGHEST + 1, one));
        assertEquals(-Errno.EINVAL, viommu.vdeviceAlloc(-1, one));
    }

    @Test
    void shouldForgetANameAlone() {
        viommu.vdeviceAlloc(1, one);
        viommu.vdeviceAlloc(2, other);
        viommu.vdeviceAlloc(3, one);
        viommu.vdeviceDestroy(1);
        viommu.vdeviceDestroy(9);
        assertNull(viommu.findDev(1));
        assertSame(other, viommu.findDev(2));
        assertSame(one, viommu.findDev(3));
        assertEquals(0, viommu.vdeviceAlloc(1, other));
    }

    private static IommuDevice device() {
        return new IommuDevice("dev", null, new IommuFwspec(List.of(16), false, 0));
    }
}
