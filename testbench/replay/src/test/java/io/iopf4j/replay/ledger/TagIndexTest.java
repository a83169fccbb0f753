// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.ledger;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFwspec;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Numbers of all devices together, or of each. */
class TagIndexTest {
    @Test
    void shouldKnowAStallByItsTagAlone() {
        final TagIndex tags = TagIndex.shared();
        tags.put(3, 0xffff, 8);
        assertEquals(8, tags.get(4, 0xffff));
        assertEquals(8, tags.get(-1, 0xffff));
        tags.remove(0, 0xffff);
        assertEquals(Ledger.NONE, tags.get(3, 0xffff));
    }

    @Test
    void shouldKeepTheGroupsOfDevicesApart() {
        final TagIndex tags = TagIndex.ofEachDevice(device -> device.fwspec().ids().get(0) - 1);
        assertEquals(
                6,
                tags.endpointOf(new IommuDevice("d", null, new IommuFwspec(List.of(7), true, 0))));
        tags.put(0, 511, 8);
        tags.put(9, 511, 9);
        assertEquals(8, tags.get(0, 511));
        assertEquals(9, tags.get(9, 511));
        assertEquals(Ledger.NONE, tags.get(5, 511));
        assertEquals(Ledger.NONE, tags.get(100, 511));
        assertEquals(Ledger.NONE, tags.get(-1, 511));
        tags.remove(9, 511);
        assertEquals(Ledger.NONE, tags.get(9, 511));
        assertEquals(8, tags.get(0, 511));
    }
}
