// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.VtdScript.ABORTED;
import static io.iopf4j.qtest.VtdScript.OUTSIDE;
import static io.iopf4j.qtest.VtdScript.PASID;
import static io.iopf4j.qtest.VtdScript.RID;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.emulation.vtd.VtdConfig;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Software that programs nonsense gets nonsense; the server goes on. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class VtdHostileTest {
    private static final long IOVA = 0x1234_5678L;
    private static final long BEYOND_ALL = 0x000f_ffff_ffff_f000L;

    private static void assertAlive(final VtdScript script) {
        assertEquals("OK little", script.client.command("endianness"));
        assertEquals(0, script.endpoint.outstanding());
        script.vtd.assertRegister(0x10, VtdClient.VER);
    }

    // ---- Tables ---------------------------------------------------------------------------------

    /**
     * A page that is root table, context table, directory, PASID table and paging table at once.
     */
    @ParameterizedTest
    @ValueSource(longs = {0x1, 0x3, 0x7, 0x1d, 0x67, 0x87, 0x1e3, 0xfff})
    void shouldSurviveATableThatLeadsToItself(final long bits) {
        try (VtdScript script = new VtdScript()) {
            final long page = script.vtd.page();
            for (int i = 0; i < 512; i++) {
                script.client.writeq(page + 8L * i, page | bits);
            }
            script.vtd.setRoot(page | VtdClient.SCALABLE);
            for (final int pasid : new int[] {NO_PASID, 0, PASID, 0xf_ffff}) {
                script.endpoint.request(RID, pasid, IOVA, READ).go(1);
                script.endpoint.request(RID, pasid, -1, READ).go(4);
                script.endpoint.pageRequest(RID, pasid, IOVA, READ, 1, true);
            }
            assertAlive(script);
        }
    }

    @Test
    void shouldSurviveADirectoryThatLeadsToItself() {
        try (VtdScript script = new VtdScript()) {
            final long directory = script.device(RID);
            for (int i = 0; i < 128; i++) {
                script.client.writeq(directory + 8L * i, directory | 1);
            }
            script.assertEnds(ABORTED, RID, PASID, IOVA, READ);
            script.assertEnds(ABORTED, RID, 0, IOVA, READ);
            script.assertEnds(ABORTED, RID, NO_PASID, IOVA, READ);
            assertAlive(script);
        }
    }

    /** The flat table of revision 2 is the one whose entries reach beyond a page. */
    @ParameterizedTest
    @ValueSource(ints = {0, 511, 512, 1023})
    void shouldNotFindPasidsRoundTheTopOfTheAddressSpace(final int pasid) {
        try (VtdScript script = new VtdScript(VtdConfig.revision2(), VtdClient.EXTENDED)) {
            final long contexts = script.vtd.page();
            script.vtd.store(VtdScript.rootAt(RID), contexts | 1, 0);
            script.vtd.store(contexts + 32 * 0x10, 1 | 1 << 11, 2 | 5 << 8, -0x1000L | 15, 0);
            for (int i = 0; i < 512; i++) {
                script.client.writeq(8L * i, script.vtd.page() | 1);
            }
            script.assertFaults(0x58, RID, pasid, IOVA, READ);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {OUTSIDE, 0x0fff_f000L, 0x1000_0000L, 0xfed9_0000L, BEYOND_ALL, -0x1000L})
    void shouldSurviveTablesAnywhere(final long address) {
        try (VtdScript script = new VtdScript()) {
            final long directory = script.device(RID);
            final long root = script.firstStage(RID, PASID, 1);
            script.map(root, IOVA, address | 0x67);
            script.endpoint.request(RID, PASID, IOVA, READ).go(1);
            for (int level = 1; level < 4; level++) {
                script.forgetAll();
                script.client.writeq(script.entryAt(root, 4, level, IOVA, 0x27), address | 0x27);
                script.endpoint.request(RID, PASID, IOVA, READ).go(1);
            }
            final long[] entries = {
                script.pasidAt(RID, PASID) + 16,
                directory + 8 * (PASID >>> 6),
                script.contextAt(RID),
                VtdScript.rootAt(RID)
            };
            for (final long entry : entries) {
                script.forgetAll();
                script.client.writeq(entry, address | (entry == entries[0] ? 0 : 0x1d));
                script.endpoint.request(RID, PASID, IOVA, READ).go(1);
                script.endpoint.request(RID, PASID, IOVA, READ).go(4);
                script.endpoint.pageRequest(RID, PASID, IOVA, READ, 1, true);
            }
            script.vtd.setRoot(address | VtdClient.SCALABLE);
            script.forgetAll();
            script.endpoint.request(RID, PASID, IOVA, READ).go(1);
            assertAlive(script);
        }
    }

    // ---- Queues ---------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(longs = {OUTSIDE, 0x0fff_f007L, 0xfed9_0000L, BEYOND_ALL, -1})
    void shouldSurviveAPageRequestQueueAnywhere(final long base) {
        try (VtdScript script = new VtdScript()) {
            script.device(RID);
            script.vtd.set64(VtdClient.PQA, base);
            for (int i = 0; i < 300; i++) {
                script.endpoint.pageRequest(RID, PASID, IOVA, READ, i & 0x1ff, true);
            }
            script.vtd.set64(VtdClient.PQT, -1);
            script.endpoint.pageRequest(RID, PASID, IOVA, READ, 1, true);
            script.vtd.set64(VtdClient.PQH, -1);
            script.endpoint.pageRequest(RID, PASID, IOVA, READ, 1, true);
            assertAlive(script);
        }
    }

    @ParameterizedTest
    @CsvSource({"0x60000000, 0x40", "0x0ffff807, 0x7ffe0", "-1, 0x20", "0xfed90800, 0x100"})
    void shouldSurviveAnInvalidationQueueAnywhere(final String base, final String tail) {
        try (VtdScript script = new VtdScript()) {
            script.vtd.commandOff(VtdClient.QIE);
            script.vtd.set64(VtdClient.IQA, Long.decode(base));
            script.vtd.command(VtdClient.QIE);
            script.vtd.set(VtdClient.IQT, Integer.decode(tail));
            for (int i = 0; i < 8; i++) {
                script.vtd.set(VtdClient.FSTS, -1);
            }
            assertAlive(script);
        }
    }

    // ---- Registers ------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldSurviveAllOnesInEveryRegister(final boolean isFromTheEnd) {
        try (VtdScript script = new VtdScript()) {
            script.device(RID);
            for (int i = 0; i < 0x1000; i += 8) {
                final int at = isFromTheEnd ? 0xff8 - i : i;
                script.vtd.set64(at, -1);
                script.vtd.set(at, -1);
                script.vtd.set(at + 4, -1);
                if (i < 0x300) {
                    script.endpoint.request(RID, PASID, IOVA, READ).go(1);
                    script.endpoint.pageRequest(RID, PASID, IOVA, READ, 1, true);
                }
            }
            assertAlive(script);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldSurviveRandomStores(final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final boolean isOld = (seed & 1) == 0;
        try (VtdScript script =
                isOld
                        ? new VtdScript(VtdConfig.revision2(), VtdClient.EXTENDED)
                        : new VtdScript()) {
            for (int step = 0; step < 6_000; step++) {
                hostileStep(script, random);
            }
            assertEquals("OK little", script.client.command("endianness"));
            assertEquals(0, script.endpoint.outstanding(), "seed " + seed);
        }
    }

    private static void hostileStep(final VtdScript script, final SplittableRandom random) {
        final long noise = random.nextLong() >>> random.nextInt(64);
        switch (random.nextInt(7)) {
            case 0 -> script.vtd.set(random.nextInt(0x40) * 4, (int) noise);
            case 1 -> script.vtd.set64(random.nextInt(0x60) * 8, noise);
            case 2 ->
                    script.client.writeq(
                            VtdClient.ROOT + random.nextInt(0x2_0000) * 8L,
                            random.nextBoolean() ? noise : VtdClient.ROOT | (noise & 0xf_ffff));
            case 3 -> {
                script.vtd.store(
                        VtdClient.QUEUE + random.nextInt(128) * 32L,
                        random.nextInt(16) | random.nextInt(1 << 20) << 4L,
                        noise);
                script.vtd.set(VtdClient.IQT, random.nextInt(128) * 32);
            }
            case 4 -> script.vtd.command(1 << (23 + random.nextInt(9)));
            case 5 -> script.vtd.set(VtdClient.FSTS, -1);
            default -> {
                script.endpoint.request(
                        random.nextInt(0x400), random.nextInt(0x80) - 1, noise, random.nextInt(16));
                script.endpoint.go(1 + random.nextInt(8));
            }
        }
    }
}
