// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The mirrored types carry values and nothing else. */
class IommuFaultTest {
    private final IommuFault fault =
            new IommuFault()
                    .pageRequest(
                            IommuFault.FLAG_PASID_VALID | IommuFault.FLAG_LAST_PAGE,
                            7,
                            5,
                            IommuFault.PERM_READ | IommuFault.PERM_EXEC,
                            0x12345678L);

    @Test
    void shouldHaveTheKernelsNumbers() {
        assertEquals(1, IommuFault.TYPE_DMA_UNRECOV);
        assertEquals(2, IommuFault.TYPE_PAGE_REQ);
        assertEquals(1, IommuFault.FLAG_PASID_VALID);
        assertEquals(2, IommuFault.FLAG_LAST_PAGE);
        assertEquals(4, IommuFault.FLAG_PRIV_DATA);
        assertEquals(8, IommuFault.FLAG_NEEDS_PASID);
        assertEquals(List.of(1, 2, 4, 8), permissions());
        assertEquals(0, PageResponseCode.SUCCESS);
        assertEquals(1, PageResponseCode.INVALID);
        assertEquals(2, PageResponseCode.FAILURE);
    }

    private static List<Integer> permissions() {
        return List.of(
                IommuFault.PERM_READ,
                IommuFault.PERM_WRITE,
                IommuFault.PERM_EXEC,
                IommuFault.PERM_PRIV);
    }

    @Test
    void shouldHaveNoTypeUntilFilled() {
        assertEquals(0, new IommuFault().type());
        assertEquals(IommuFault.TYPE_PAGE_REQ, fault.type());
    }

    @Test
    void shouldTellFlagsApart() {
        assertTrue(fault.hasPasid());
        assertTrue(fault.isLast());
        fault.pageRequest(IommuFault.FLAG_NEEDS_PASID, 0, 5, 0, 0);
        assertFalse(fault.hasPasid());
        assertFalse(fault.isLast());
    }

    @Test
    void shouldCopyEveryValue() {
        final IommuFault copy = new IommuFault();
        copy.copyFrom(fault.type(2));
        assertEquals(2, copy.type());
        assertEquals(3, copy.flags());
        assertEquals(7, copy.pasid());
        assertEquals(5, copy.grpid());
        assertEquals(5, copy.perm());
        assertEquals(0x12345678L, copy.addr());
    }

    @Test
    void shouldNotFollowItsOriginal() {
        final IommuFault copy = new IommuFault();
        copy.copyFrom(fault);
        fault.pageRequest(0, 0, 0, 0, 0);
        assertEquals(5, copy.grpid());
    }

    @Test
    void shouldShowEveryValue() {
        assertEquals(
                "IommuFault[type=2 flags=0x3 pasid=7 grpid=5 perm=0x5 addr=0x12345678]",
                fault.toString());
    }

    @Test
    void shouldCarryAnyCodeInResponse() {
        final IommuPageResponse response = new IommuPageResponse().set(7, 5, 99);
        assertEquals(7, response.pasid());
        assertEquals(5, response.grpid());
        assertEquals(99, response.code());
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 21})
    void shouldRefusePasidBitsOutOfRange(final int bits) {
        final IllegalArgumentException refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new IommuFwspec(List.of(), false, bits));
        assertEquals("pasidNumBits must be in [0, 20]: pasidNumBits=" + bits, refused.getMessage());
    }

    @Test
    void shouldCopyIdsOfFwspec() {
        final List<Integer> ids = new ArrayList<>(List.of(16));
        final IommuFwspec fwspec = new IommuFwspec(ids, true, 20);
        ids.add(17);
        assertEquals(List.of(16), fwspec.ids());
    }
}
