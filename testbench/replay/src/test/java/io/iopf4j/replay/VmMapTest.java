// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.iopf4j.replay.testing.ReadDump;
import io.iopf4j.replay.testing.TraceText;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VmMapTest {
    private static final int FIRST_FILE = 0xf1;
    private static final int OTHER_FILE = 0xf2;

    @Test
    void shouldMakeAVmForEachFaultQueue() throws IOException {
        final ReadDump dump = twoQueuesAndALoneDevice();
        final VmMap map = VmMap.of(dump.recording().devices(), dump.summary(), Map.of());
        assertEquals(
                Map.of("a+1", List.of("a", "b"), "c", List.of("c"), "lone", List.of("lone")),
                map.vms(dump.recording().devices()));
        assertEquals("a+1", map.vmOfFile(FIRST_FILE));
        assertEquals("c", map.vmOfFile(OTHER_FILE));
    }

    @Test
    void shouldPutADeviceWhereTheUserSays() throws IOException {
        final ReadDump dump = twoQueuesAndALoneDevice();
        final VmMap map =
                VmMap.of(
                        dump.recording().devices(),
                        dump.summary(),
                        Map.of("vm", List.of("c", "lone")));
        assertEquals("vm", map.vmOf("c"));
        assertEquals("vm", map.vmOf("lone"));
        assertEquals("a+1", map.vmOf("a"));
        assertEquals("vm", map.vmOfFile(OTHER_FILE), "its guest reads the queue");
    }

    @Test
    void shouldNotKnowWhatTheDumpDoesNotShow() throws IOException {
        final ReadDump dump = twoQueuesAndALoneDevice();
        final VmMap map = VmMap.of(dump.recording().devices(), dump.summary(), Map.of());
        assertNull(map.vmOf("absent"));
        assertNull(map.vmOfFile(0xf3));
    }

    private static ReadDump twoQueuesAndALoneDevice() throws IOException {
        final TraceText text = new TraceText();
        text.faults("a", 1, 1).faults("b", 2, 2).faults("c", 3, 3).faults("lone", 4, 4);
        text.writes(FIRST_FILE, 1, 0).responds("a", 1, 1, 1, 0).responds("b", 2, 2, 2, 0);
        text.writeReturns(16);
        text.writes(OTHER_FILE, 1, 0).responds("c", 3, 3, 1, 0).writeReturns(8);
        return ReadDump.of(text);
    }
}
