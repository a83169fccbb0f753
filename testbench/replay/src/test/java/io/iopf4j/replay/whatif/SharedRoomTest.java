// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.whatif;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class SharedRoomTest {
    private static final double EXACT = 1e-6;

    @Test
    void shouldBlameEachInProportionToWhatItHolds() {
        final SharedRoom room = new SharedRoom(3);
        room.change(0, 48);
        room.change(1, 16);
        room.pass(1_000);
        assertEquals(750, room.blamedNs(0), EXACT);
        assertEquals(250, room.blamedNs(1), EXACT);
        assertEquals(0, room.blamedNs(2), EXACT);
    }

    @Test
    void shouldBlameForWhatIsHeldAtTheTime() {
        final SharedRoom room = new SharedRoom(2);
        room.change(0, 1);
        room.pass(100);
        room.change(1, 1);
        room.pass(100);
        room.change(0, -1);
        room.pass(100);
        assertEquals(150, room.blamedNs(0), EXACT);
        assertEquals(150, room.blamedNs(1), EXACT);
    }

    @Test
    void shouldBlameNobodyWhileNobodyHoldsIt() {
        final SharedRoom room = new SharedRoom(1);
        room.pass(100);
        room.change(0, 1);
        assertEquals(0, room.blamedNs(0), EXACT);
    }

    @Test
    void shouldCopyWhatAnotherHoldsAndKeepTheBlame() {
        final SharedRoom room = new SharedRoom(2);
        room.change(0, 2);
        room.pass(100);
        final SharedRoom other = new SharedRoom(2);
        other.change(1, 5);
        room.copy(other);
        room.pass(100);
        assertArrayEquals(new int[] {0, 5}, room.heldByEach());
        assertEquals(100, room.blamedNs(0), EXACT);
        assertEquals(100, room.blamedNs(1), EXACT);
    }
}
