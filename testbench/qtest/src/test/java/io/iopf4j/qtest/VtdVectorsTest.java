// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.EndpointClient.WRITE;
import static io.iopf4j.qtest.VtdClient.STATUS;
import static io.iopf4j.qtest.VtdScript.DTE;
import static io.iopf4j.qtest.VtdScript.LEAF;
import static io.iopf4j.qtest.VtdScript.PASID;
import static io.iopf4j.qtest.VtdScript.PASIDE;
import static io.iopf4j.qtest.VtdScript.RID;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.emulation.vtd.VtdConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Words that drivers write and read, computed by hand from the specification's layouts. */
class VtdVectorsTest {
    private static final long ADDRESS = 0x7f12_3456_7000L;
    private static final int GROUP = 0x15;

    // ---- Requests -------------------------------------------------------------------------------

    @Test
    void shouldQueueThePageRequest() {
        try (VtdScript script = new VtdScript()) {
            script.device(RID);
            script.endpoint.pageRequest(RID, PASID, ADDRESS, READ | WRITE, GROUP, true);
            script.assertRequest(0x0000_0042_0310_0101L, 0x0000_7f12_3456_70afL, 0, 0);
        }
    }

    @Test
    void shouldQueueTheStopMarker() {
        try (VtdScript script = new VtdScript()) {
            script.device(RID);
            script.endpoint.request(RID, PASID, ADDRESS, READ).go(3);
            script.assertRequest(0x0000_0042_0310_0101L, 0x0000_0000_0000_0004L, 0, 0);
        }
    }

    @Test
    void shouldQueueTheRequestWithoutPasid() {
        try (VtdScript script = new VtdScript()) {
            script.device(RID);
            script.endpoint.pageRequest(RID, NO_PASID, 0x1000, READ, 7, true);
            script.assertRequest(0x0000_0000_0310_0001L, 0x0000_0000_0000_103dL, 0, 0);
        }
    }

    @Test
    void shouldRecordTheRequestWithoutPre() {
        try (VtdScript script = new VtdScript()) {
            script.device(RID, DTE | PASIDE);
            script.endpoint.pageRequest(RID, PASID, ADDRESS, READ, GROUP, true);
            script.assertFault(ADDRESS, 0x8000_4247_9000_0310L);
        }
    }

    @Test
    void shouldQueueTheStreamRequestOfRevision2() {
        try (VtdScript script = new VtdScript(VtdConfig.revision2(), VtdClient.EXTENDED)) {
            extendedDevice(script);
            script.client.writel(VtdMachine.ENDPOINT_BASE + 0x14, GROUP);
            script.client.writel(VtdMachine.ENDPOINT_BASE + 0x50, 0x1234);
            script.endpoint.request(RID, PASID, ADDRESS, READ).go(8);
            script.assertRequest(0x0a80_1234_0300_0425L, 0x0000_7f12_3456_7101L);
        }
    }

    /** What no endpoint but a plain one sends: a group of one with nothing private. */
    @Test
    void shouldQueueTheGroupRequestOfRevision2() {
        try (VtdScript script = new VtdScript(VtdConfig.revision2(), VtdClient.EXTENDED)) {
            extendedDevice(script);
            script.endpoint.pageRequest(RID, PASID, ADDRESS, READ | WRITE, GROUP, true);
            script.assertRequest(0x0a80_0000_0300_042cL, 0x0000_7f12_3456_7103L);
        }
    }

    private static void extendedDevice(final VtdScript script) {
        script.vtd.store(
                script.contextAt(RID),
                1 | 1 << 9 | 1 << 11 | script.vtd.page(),
                2 | 5 << 8,
                script.vtd.page() | 3,
                0);
    }

    // ---- Responses ------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "success, 0x0000004203100019, 0x00000000000000ac, 0",
        "invalid, 0x0000004203101019, 0x00000000000000ac, 1",
        "failure as Linux writes it, 0x0000004203102019, 0x00000000000000ac, 15",
        "failure as PCIe has it, 0x000000420310f019, 0x00000000000000ac, 15"
    })
    void shouldSendTheResponse(
            final String name, final String word0, final String word1, final int code) {
        try (VtdScript script = new VtdScript()) {
            script.device(RID);
            script.endpoint.pageRequest(RID, PASID, ADDRESS, READ, GROUP, true);
            script.vtd.submit(Long.decode(word0), Long.decode(word1));
            script.endpoint.assertResponse(PASID, code, GROUP);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "group, 0x0000004203100019, 0x0a80123400000000",
        "stream, 0x0a8012340300042a, 0x00007f1234567100"
    })
    void shouldSendTheResponseOfRevision2(
            final String name, final String word0, final String word1) {
        try (VtdScript script = new VtdScript(VtdConfig.revision2(), VtdClient.EXTENDED)) {
            extendedDevice(script);
            script.endpoint.pageRequest(RID, PASID, ADDRESS, READ, GROUP, true);
            script.vtd.submit(Long.decode(word0), Long.decode(word1));
            script.endpoint.assertResponse(PASID, 0, GROUP);
        }
    }

    // ---- Waits ----------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "appended, 0x0000000200000025, true",
        "with drain, 0x00000002000000a5, true",
        "fence of a drain, 0x0000000200000045, false"
    })
    void shouldDoTheWait(final String name, final String word0, final boolean writes) {
        try (VtdScript script = new VtdScript()) {
            script.vtd.submit(Long.decode(word0), writes ? STATUS : 0);
            assertEquals(writes ? 2 : 0, script.client.readl(STATUS));
            assertEquals(0, script.client.readl(0));
        }
    }

    // ---- Invalidations --------------------------------------------------------------------------

    /** Each with whether a page of PASID 0x42 in domain 1, read before, is then read anew. */
    @ParameterizedTest
    @CsvSource({
        "PASID IOTLB all, 0x0000004200010026, 0x0, true",
        "PASID device TLB all, 0x0000004203100008, 0x7ffffffffffff800, false",
        "PASID device TLB 64 KiB, 0x0000004203100108, 0x0000000000017800, false",
        "device TLB all, 0x0000031000000003, 0x7ffffffffffff001, false",
        "device TLB 64 KiB, 0x0000031000100003, 0x0000000000017001, false",
        "PASID cache selective, 0x0000004200010017, 0x0, false",
        "PASID cache global, 0x0000000000000037, 0x0, false",
        "context cache device, 0x0000031000000031, 0x0, false",
        "IOTLB domain 5, 0x00000000000500e2, 0x0, false"
    })
    void shouldDoTheInvalidation(
            final String name, final String word0, final String word1, final boolean isAnew) {
        try (VtdScript script = new VtdScript()) {
            script.device(RID);
            final long root = script.firstStage(RID, PASID, 1);
            script.map(root, ADDRESS, script.pageOf(5) | LEAF);
            script.assertReads(5, RID, PASID, ADDRESS);
            script.map(root, ADDRESS, script.pageOf(6) | LEAF);
            script.vtd.submit(Long.decode(word0), Long.decode(word1));
            script.assertReads(isAnew ? 6 : 5, RID, PASID, ADDRESS);
        }
    }
}
