// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.EXEC;
import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.PRIV;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.EndpointClient.WRITE;
import static io.iopf4j.qtest.SmmuScript.CR0;
import static io.iopf4j.qtest.SmmuScript.GERROR;
import static io.iopf4j.qtest.SmmuScript.GERRORN;
import static io.iopf4j.qtest.SmmuScript.OUTSIDE;
import static io.iopf4j.qtest.SmmuScript.PRIQ_BASE;
import static io.iopf4j.qtest.SmmuScript.PRIQ_CONS;
import static io.iopf4j.qtest.SmmuScript.PRIQ_PROD;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Page requests: their entries, and what the SMMU answers of itself. IHI 0070, chapter 8. */
class AutomaticResponseTest {
    private static final int SID = 0x10;
    private static final int SSID = 7;
    private static final long PAGE = 0x7f00_1000L;
    private static final int OVERFLOW = 1 << 31;
    private static final int FAILURE = 15;

    private static SmmuV3Config withoutPps() {
        return SmmuV3Config.roomy().without(SmmuFeature.PRI_OVERFLOW_PASID);
    }

    private static SmmuScript small(final SmmuV3Config config) {
        return new SmmuScript(config, 5, 0);
    }

    private static void ask(final SmmuScript script, final int pasid, final int group) {
        script.endpoint.pageRequest(SID, pasid, PAGE, READ, group, true);
    }

    // ---- Entries --------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "3, 7, true, 0xf000000700000010",
        "1, 7, false, 0x9000000700000010",
        "2, 7, true, 0xe000000700000010",
        "15, 7, false, 0xbc00000700000010",
        "5, 7, true, 0xd800000700000010",
        // Without PASID there is neither X nor Priv.
        "15, -1, true, 0x7000000000000010",
        "0, -1, true, 0x4000000000000010",
        "0, 7, false, 0x8000000700000010"
    })
    void shouldWriteAnEntry(
            final int access, final int pasid, final boolean isLast, final String word0) {
        try (SmmuScript script = new SmmuScript()) {
            script.endpoint.pageRequest(SID, pasid, PAGE | 0x9f8, access, 0x103, isLast);
            assertArrayEquals(
                    new long[] {Long.parseUnsignedLong(word0.substring(2), 16), PAGE | 0x103},
                    script.smmu.pageRequest());
            assertNull(script.smmu.pageRequest());
            script.endpoint.assertNoResponse();
            assertEquals(0, script.endpoint.outstanding());
        }
    }

    @Test
    void shouldWriteAStopMarker() {
        try (SmmuScript script = new SmmuScript()) {
            assertEquals(
                    1, script.endpoint.request(SID, SSID, PAGE, READ | WRITE | EXEC | PRIV).go(3));
            assertEquals(0xc000_0007_0000_0010L, script.smmu.pageRequest()[0]);
            script.endpoint.assertNoResponse();
            script.endpoint.assertNothingEnded();
        }
    }

    @Test
    void shouldNotLookAtTheStreamOfARequest() {
        try (SmmuScript script = new SmmuScript()) {
            script.endpoint.pageRequest(0xffff, SSID, PAGE, READ, 3, true);
            assertEquals(0xd000_0007_0000_ffffL, script.smmu.pageRequest()[0]);
            script.assertNoEvent();
        }
    }

    // ---- Refused --------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(ints = {0xd, 0xe, 0xc, 0})
    void shouldRefuseWhileTheQueueIsOff(final int cr0) {
        try (SmmuScript script = new SmmuScript()) {
            script.set(CR0, cr0);
            assertRefusesAll(script);
            assertEquals(0, script.get(PRIQ_PROD), "no overflow");
            assertEquals(List.of(), script.client.interrupts());
        }
    }

    private static void assertRefusesAll(final SmmuScript script) {
        script.endpoint.pageRequest(SID, SSID, PAGE, READ, 5, true);
        script.endpoint.assertResponse(NO_PASID, FAILURE, 5);
        // Not only the last of a group.
        script.endpoint.pageRequest(SID, NO_PASID, PAGE, WRITE, 6, false);
        script.endpoint.assertResponse(NO_PASID, FAILURE, 6);
        script.endpoint.request(SID, SSID, PAGE, READ).go(3);
        script.endpoint.assertNoResponse();
        // It has the bits of a stop marker, but no PASID.
        script.endpoint.pageRequest(SID, NO_PASID, PAGE, 0, 7, true);
        script.endpoint.assertResponse(NO_PASID, FAILURE, 7);
    }

    @Test
    void shouldRefuseWhatCannotBeWritten() {
        try (SmmuScript script = new SmmuScript()) {
            script.set(CR0, 0xd);
            script.set64(PRIQ_BASE, OUTSIDE | 5);
            script.set(CR0, 0xf);
            ask(script, SSID, 1);
            script.endpoint.assertResponse(NO_PASID, FAILURE, 1);
            assertEquals(8, script.get(GERROR), "PRIQ_ABT_ERR");
            assertEquals(List.of(3), script.client.interrupts());
            assertRefusesAll(script);
            assertEquals(8, script.get(GERROR));
            assertEquals(0, script.get(PRIQ_PROD));
            assertEquals(List.of(), script.client.interrupts());
            // Acknowledged, and with a queue that is there, it goes on.
            script.set(CR0, 0xd);
            script.set64(PRIQ_BASE, SmmuClient.PAGE_REQUESTS | 5);
            script.set(CR0, 0xf);
            assertRefusesAll(script);
            script.set(GERRORN, 8);
            ask(script, SSID, 2);
            script.endpoint.assertNoResponse();
            assertEquals(1, script.get(PRIQ_PROD));
        }
    }

    // ---- Overflow -------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        // PPS, the stream's entry, the request's PASID, then the answer's PASID and code.
        "true, none, 7, 7, 0",
        "true, none, -1, -1, 0",
        "true, PPAR, 7, 7, 0",
        "false, none, 7, -1, 15",
        "false, none, -1, -1, 0",
        "false, PPAR, 7, 7, 0",
        "false, plain, 7, -1, 0",
        "false, PPAR, -1, -1, 0"
    })
    void shouldAnswerAnOverflowAsTheStreamSays(
            final boolean pps,
            final String entry,
            final int pasid,
            final int answered,
            final int code) {
        try (SmmuScript script = small(pps ? SmmuV3Config.roomy() : withoutPps())) {
            if (!"none".equals(entry)) {
                script.ste(SID, 0x9, "PPAR".equals(entry) ? 1 << 18 : 0, 0, 0);
            }
            ask(script, pasid, 1);
            script.endpoint.assertNoResponse();
            ask(script, pasid, 0x1fe);
            script.endpoint.assertResponse(answered, code, 0x1fe);
            script.assertNoEvent();
            assertEquals(1 << 31 | 1, script.get(PRIQ_PROD));
        }
    }

    @Test
    void shouldDropWhatIsNotLastAndStopMarkersWithoutAnswer() {
        try (SmmuScript script = small(SmmuV3Config.roomy())) {
            ask(script, NO_PASID, 1);
            script.endpoint.pageRequest(SID, SSID, PAGE, READ, 2, false);
            assertEquals(OVERFLOW | 1, script.get(PRIQ_PROD), "the first that is dropped toggles");
            script.endpoint.request(SID, SSID, PAGE, READ).go(3);
            script.endpoint.assertNoResponse();
            // The last of the group whose beginning is lost is answered at once.
            script.endpoint.pageRequest(SID, SSID, PAGE, READ, 2, true);
            script.endpoint.assertResponse(SSID, 0, 2);
            script.endpoint.assertNoResponse();
            // No PASID, so no stop marker.
            script.endpoint.pageRequest(SID, NO_PASID, PAGE, 0, 3, true);
            script.endpoint.assertResponse(NO_PASID, 0, 3);
        }
    }

    @Test
    void shouldOverflowByAStopMarkerToo() {
        try (SmmuScript script = small(SmmuV3Config.roomy())) {
            ask(script, NO_PASID, 1);
            script.endpoint.request(SID, SSID, PAGE, READ).go(3);
            assertEquals(OVERFLOW | 1, script.get(PRIQ_PROD));
            script.endpoint.assertNoResponse();
        }
    }

    @Test
    void shouldRecoverByOneStore() {
        try (SmmuScript script = new SmmuScript(SmmuV3Config.roomy(), 5, 2)) {
            for (int i = 0; i < 6; i++) {
                ask(script, SSID, i);
            }
            script.endpoint.assertResponse(SSID, 0, 4);
            script.endpoint.assertResponse(SSID, 0, 5);
            script.client.interrupts();
            final int prod = script.get(PRIQ_PROD);
            assertEquals(OVERFLOW | 4, prod);
            script.set(PRIQ_CONS, prod);
            ask(script, SSID, 6);
            script.endpoint.assertNoResponse();
            assertEquals(OVERFLOW | 5, script.get(PRIQ_PROD));
            assertEquals(List.of(1), script.client.interrupts());
            // Nothing that software answers late is confused with it.
            script.smmu.command(0x41 | 1 << 11 | SSID << 12 | (long) SID << 32, 6 | 2 << 12);
            script.endpoint.assertResponse(SSID, 0, 6);
        }
    }

    @Test
    void shouldAskForPagesAloneInGroupsOfTheirOwn() {
        try (SmmuScript script = new SmmuScript()) {
            // Two groups and two streams, interleaved: order is kept.
            script.endpoint.pageRequest(SID, SSID, PAGE, READ, 1, false);
            script.endpoint.pageRequest(SID + 1, NO_PASID, PAGE, READ, 1, false);
            script.endpoint.pageRequest(SID, SSID, PAGE, READ, 2, true);
            script.endpoint.pageRequest(SID, SSID, PAGE + 0x1000, READ, 1, true);
            final long[] groups = {1, 1, 2, 1};
            for (final long group : groups) {
                assertEquals(group, script.smmu.pageRequest()[1] & 0x1ff);
            }
            assertNull(script.smmu.pageRequest());
        }
    }

    @Test
    void shouldRefuseEverythingWithoutPri() {
        try (SmmuScript script = new SmmuScript(SmmuV3Config.roomy().without(SmmuFeature.PRI))) {
            ask(script, SSID, 1);
            script.endpoint.assertResponse(NO_PASID, FAILURE, 1);
            assertEquals(0, script.get(PRIQ_PROD));
        }
    }
}
