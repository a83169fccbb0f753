// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.ResponseOrigin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What shares a word does not get in each other's way. */
class ChargedFaultTest {
    private final ChargedFault fault = new ChargedFault() {};

    private void set(final int requests, final boolean isSet) {
        fault.reset(null);
        for (int i = 0; i < requests; i++) {
            assertTrue(fault.addRequest());
        }
        fault.setLive(isSet);
        fault.setTimed(isSet);
        fault.setHeld(isSet);
    }

    @Test
    void shouldBeNothingAtFirst() {
        assertEquals(0, fault.requests());
        assertNull(fault.endOrigin());
        assertFalse(fault.hasEndOrigin());
        assertFalse(fault.isLive() || fault.isTimed() || fault.isHeld());
    }

    @ParameterizedTest
    @EnumSource(ResponseOrigin.class)
    void shouldKeepEachOrigin(final ResponseOrigin origin) {
        set(3, true);
        fault.setEndOrigin(ResponseOrigin.POLICY);
        fault.setEndOrigin(origin);
        assertEquals(origin, fault.endOrigin());
        assertTrue(fault.hasEndOrigin());
        assertEquals(3, fault.requests());
        assertTrue(fault.isLive() && fault.isTimed() && fault.isHeld());
    }

    @Test
    void shouldClearEachBitAlone() {
        set(1, true);
        fault.setHeld(false);
        assertTrue(fault.isLive() && fault.isTimed() && !fault.isHeld());
        fault.setTimed(false);
        assertTrue(fault.isLive() && !fault.isTimed());
        fault.setLive(false);
        assertFalse(fault.isLive());
        assertEquals(1, fault.requests());
    }

    @Test
    void shouldCountNoMoreThanFit() {
        set(ChargedFault.MAX_REQUESTS, true);
        assertFalse(fault.addRequest());
        assertEquals(ChargedFault.MAX_REQUESTS, fault.requests());
        assertTrue(fault.isLive() && fault.isTimed() && fault.isHeld());
        fault.removeRequest();
        assertEquals(ChargedFault.MAX_REQUESTS - 1, fault.requests());
        assertNull(fault.endOrigin());
    }

    @Test
    void shouldTakeOverAllButTheTimer() {
        final ChargedFault other = new ChargedFault() {};
        set(2, true);
        fault.setEndOrigin(ResponseOrigin.TIMED_OUT);
        fault.arrival = 7;
        other.takeOver(fault);
        assertEquals(2, other.requests());
        assertEquals(7, other.arrival);
        assertEquals(ResponseOrigin.TIMED_OUT, other.endOrigin());
        assertTrue(other.isLive() && other.isHeld() && !other.isTimed());
    }
}
