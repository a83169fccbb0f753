// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.Traces;
import io.iopf4j.trace.fault.FaultEvent.Kind;
import io.iopf4j.trace.input.ValueEvent;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What drivers' tracepoints show, in records and in text. */
class IommuRulesTest {
    private static FaultEvent text(final String message) throws IOException {
        final String line =
                "# tracer: nop\n      dsa-42    [003] d..1.    1.000020: " + message + "\n";
        final FaultEvents events =
                new FaultEvents(
                        Traces.open(
                                new ByteArrayInputStream(line.getBytes(StandardCharsets.UTF_8)),
                                "input"));
        assertTrue(events.next(), message);
        return events.event();
    }

    private static FaultEvent record(
            final String name, final String[] fields, final Object... values) throws IOException {
        final int colon = name.indexOf(':');
        final ValueEvent event = new ValueEvent();
        event.begin(
                ValueEvent.format(name.substring(0, colon), name.substring(colon + 1), fields), 7);
        for (int i = 0; i < values.length; i++) {
            if (values[i] instanceof String text) {
                event.put(i, text);
            } else {
                event.put(i, ((Number) values[i]).longValue());
            }
        }
        final FaultEvent fault = new FaultEvent();
        assertEquals(null, new FaultBinding(event.format(), FaultMap.builtIn()).fill(event, fault));
        return fault;
    }

    private static void assertFault(
            final FaultEvent fault,
            final Kind kind,
            final String device,
            final int perm,
            final long addr) {
        assertEquals(kind, fault.kind());
        assertEquals(device, fault.device());
        assertEquals(perm, fault.perm());
        assertEquals(addr, fault.addr());
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, 2"})
    void shouldReadAnIoPageFault(final int flags, final int perm) throws IOException {
        final String[] fields = {"device", "driver", "iova", "flags"};
        assertFault(
                record("iommu:io_page_fault", fields, "0000:6a:01.0", "idxd", 0xfee00000L, flags),
                Kind.FAULT,
                "0000:6a:01.0",
                perm,
                0xfee00000L);
        assertFault(
                text(
                        "io_page_fault: IOMMU:idxd 0000:6a:01.0 iova=0x00000000fee00000 flags=0x000"
                                + flags),
                Kind.FAULT,
                "0000:6a:01.0",
                perm,
                0xfee00000L);
        assertEquals(
                "0000:6a:01.0",
                text("io_page_fault: IOMMU: 0000:6a:01.0 iova=0x00000000fee00000 flags=0x0000")
                        .device(),
                "without a driver");
    }

    @Test
    void shouldReadAPageRequestOfVtd() throws IOException {
        final String[] fields = {"dw0", "dw1", "dw2", "dw3", "seq", "iommu", "dev", "buff"};
        final List<FaultEvent> alike =
                List.of(
                        record(
                                "intel_iommu:prq_report",
                                fields,
                                0x56a080101L,
                                0x7f0000001017L,
                                0,
                                0,
                                3,
                                "dmar1",
                                "0000:6a:01.0",
                                ""),
                        text(
                                "prq_report: dmar1/0000:6a:01.0 seq# 3: rid=0x6a08 addr=0x7f0000001"
                                        + " rw--l pasid=0x5 index=0x2"),
                        text(
                                "prq_report:           [FAILED TO PARSE] dw0=23253745921"
                                        + " dw1=139637976731671 dw2=0 dw3=0 seq=0x3 iommu=dmar1"
                                        + " dev=0000:6a:01.0 buff="));
        for (final FaultEvent fault : alike) {
            assertFault(fault, Kind.REQUEST, "0000:6a:01.0", 3, 0x7f0000001000L);
            assertEquals(0x6a08, fault.rid());
            assertEquals(5, fault.pasid());
            assertEquals(2, fault.grpid());
            assertEquals(3, fault.flags(), "PASID, last");
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 1", "f, 2"})
    void shouldReadAPageGroupResponse(final String hardware, final int code) throws IOException {
        final long qw0 = Long.parseLong("56a08" + hardware + "019", 16);
        final List<FaultEvent> alike =
                List.of(
                        record(
                                "intel_iommu:qi_submit",
                                new String[] {"qw0", "qw1", "qw2", "qw3", "iommu"},
                                qw0,
                                0x14,
                                0,
                                0,
                                "dmar1"),
                        text(
                                "qi_submit: page_grp_resp dmar1: 0x"
                                        + Long.toHexString(qw0)
                                        + " 0x14 0x0 0x0"));
        for (final FaultEvent fault : alike) {
            assertEquals(Kind.ANSWER, fault.kind());
            assertEquals(0x6a08, fault.rid());
            assertEquals(5, fault.pasid());
            assertEquals(2, fault.grpid());
            assertEquals(code, fault.code());
        }
    }

    @Test
    void shouldTakeOtherDescriptorsForNothing() throws IOException {
        assertEquals(Kind.OTHER, text("qi_submit: iotlb_inv dmar0: 0x700e2 0x0 0x0 0x0").kind());
    }

    @Test
    void shouldReadEveryProposedFault() throws IOException {
        final String[] early = {
            "device", "type", "reason", "addr", "pasid", "pgid", "last_req", "prot"
        };
        final String[] later = {
            "device", "type", "reason", "addr", "fetch_addr", "pasid", "grpid", "flags", "prot"
        };
        final List<FaultEvent> requests =
                List.of(
                        record("iommu:dev_fault", early, "dev0", 2, 0, 0x1000L, 5, 9, 1, 2),
                        record("iommu:dev_fault", later, "dev0", 2, 0, 0x1000L, 0, 5, 9, 3, 2),
                        text(
                                "dev_fault: IOMMU:dev0 type=2 reason=0 addr=0x0000000000001000"
                                        + " pasid=5 group=9 last=1 prot=2"),
                        text(
                                "dev_fault: IOMMU:dev0 type=2 reason=0 addr=0x0000000000001000"
                                        + " fetch=0x0000000000000000 pasid=5 group=9 flags=3 prot=2"));
        for (final FaultEvent fault : requests) {
            assertFault(fault, Kind.REQUEST, "dev0", 2, 0x1000);
            assertEquals(5, fault.pasid());
            assertEquals(9, fault.grpid());
            assertEquals(3, fault.flags());
        }
        assertFault(
                record("iommu:dev_fault", later, "dev0", 1, 4, 0x1000L, 0, 5, 9, 3, 2),
                Kind.FAULT,
                "dev0",
                2,
                0x1000);
    }

    @Test
    void shouldReadEveryProposedAnswer() throws IOException {
        final List<FaultEvent> answers =
                List.of(
                        record(
                                "iommu:dev_page_response",
                                new String[] {"device", "code", "addr", "pasid", "pgid"},
                                "dev0",
                                1,
                                0x1000L,
                                5,
                                9),
                        record(
                                "iommu:dev_page_response",
                                new String[] {"device", "code", "pasid", "grpid"},
                                "dev0",
                                1,
                                5,
                                9),
                        text("dev_page_response: IOMMU:dev0 code=1 pasid=5 group=9"));
        for (final FaultEvent answer : answers) {
            assertEquals(Kind.ANSWER, answer.kind());
            assertEquals("dev0", answer.device());
            assertEquals(1, answer.code());
            assertEquals(5, answer.pasid());
            assertEquals(9, answer.grpid());
        }
    }
}
