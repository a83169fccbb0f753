// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.Dumps;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import io.iopf4j.trace.fault.FaultEvent.Kind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultEventsTest {
    private static TraceReader text(final String lines) throws IOException {
        final byte[] bytes = ("# tracer: nop\n" + lines).getBytes(StandardCharsets.UTF_8);
        return Traces.open(new ByteArrayInputStream(bytes), "input");
    }

    @Test
    void shouldReadTheFieldsOfEachStep() throws IOException {
        try (TraceReader reader = Traces.open(Dumps.path("selftest-iopf.v7.dat"))) {
            final FaultEvents faults = new FaultEvents(reader);
            final FaultEvent fault = faults.event();
            String device = null;
            long group = 0;
            while (faults.next()) {
                switch (fault.kind()) {
                    case REPORT -> {
                        device = fault.device();
                        assertEquals("iommufd_mock0", device);
                        assertEquals(1, fault.type());
                        assertEquals(3, fault.flags());
                        assertEquals(1, fault.pasid());
                        assertEquals(2, fault.grpid());
                        assertEquals(3, fault.perm());
                        assertEquals(0xdeadbeafL, fault.addr());
                        assertEquals(0xffff8881006c9c00L, fault.dev());
                        assertEquals(127, fault.pid());
                        assertEquals(0, fault.cpu());
                        assertEquals(5_680_678L, (fault.timeNs() + 500) / 1000);
                    }
                    case DELIVER -> {
                        group = fault.group();
                        assertEquals(1, fault.count());
                        assertEquals(0, fault.cookie());
                    }
                    case WRITE -> {
                        assertEquals(1, fault.cookie());
                        assertEquals(8, fault.count());
                        assertEquals(0xffff888120e68c00L, fault.file());
                        assertNull(fault.device());
                    }
                    case RESPONSE -> {
                        assertEquals(group, fault.group());
                        assertSame(device, fault.device());
                    }
                    case READ_RETURN -> assertEquals(40, fault.ret());
                    case AUTO_RESPONSE -> {
                        assertEquals(0xffff888120e6aec0L, fault.hwpt());
                        assertEquals(0xffff888100738240L, fault.handle());
                    }
                    default -> {}
                }
            }
        }
    }

    @Test
    void shouldNameAMissingFieldOnce() throws IOException {
        final String line = " x-1 [000] 1.5: iopf_free: group=0x10\n";
        try (TraceReader reader = text(line + line)) {
            final FaultEvents faults = new FaultEvents(reader);
            assertTrue(faults.next());
            assertEquals(Kind.OTHER, faults.event().kind());
            assertTrue(faults.next());
            assertFalse(faults.next());
            assertEquals(
                    List.of("event iopf_free: field cookie is missing in the format"),
                    faults.warnings());
        }
    }

    @Test
    void shouldMakeAnEventOtherWhenOnlyItsLineLacksAField() throws IOException {
        final String whole = " x-1 [000] 1.5: iopf_free: group=0x10 cookie=3\n";
        final String cut = " x-1 [000] 1.6: iopf_free: group=0x10\n";
        try (TraceReader reader = text(whole + cut + whole)) {
            final FaultEvents faults = new FaultEvents(reader);
            assertTrue(faults.next());
            assertEquals(Kind.FREE, faults.event().kind());
            assertTrue(faults.next());
            assertEquals(Kind.OTHER, faults.event().kind());
            assertTrue(faults.next());
            assertEquals(Kind.FREE, faults.event().kind());
            assertEquals(3, faults.event().cookie());
        }
    }

    @Test
    void shouldNotTakeAnotherSystemsEventForOurs() throws IOException {
        try (TraceReader reader = text(" x-1 [000] 1.5: mine:iopf_free: group=1 cookie=2\n")) {
            final FaultEvents faults = new FaultEvents(reader);
            assertTrue(faults.next());
            assertEquals(Kind.OTHER, faults.event().kind());
            assertEquals(List.of(), faults.warnings());
        }
    }
}
