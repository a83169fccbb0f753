// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.SmmuScript.GLOBAL_LEAF;
import static io.iopf4j.qtest.SmmuScript.LEAF;
import static io.iopf4j.qtest.SmmuScript.LEAF_2;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What goes and what stays with each TLBI: every world has cached translations, all of them change
 * in memory, and one command later some are seen.
 */
class TlbCommandTest {
    private static final long X = 0x1234_5000L;
    private static final long Y = 0x1234_6000L;
    private static final long G = 0x4000_0000_0000L;
    private static final long OLD = 0x01d;
    private static final long NEW = 0x2e3;

    private final SmmuScript script = new SmmuScript();
    private final Map<String, Place> places = new LinkedHashMap<>();

    private record Place(int sid, int pasid, long address, long root, long leaf) {}

    @AfterEach
    void leave() {
        script.close();
    }

    private void place(
            final String name,
            final int sid,
            final int pasid,
            final long address,
            final long root,
            final long leaf) {
        places.put(name, new Place(sid, pasid, address, root, leaf));
        script.map(root, address, script.pageOf(OLD) | leaf);
        script.assertReads(OLD, sid, pasid, address);
    }

    /** The names of those that are seen as they are now. */
    private String fresh() {
        final StringJoiner fresh = new StringJoiner(" ");
        for (final Map.Entry<String, Place> place : places.entrySet()) {
            final Place at = place.getValue();
            final int id = script.endpoint.read(at.sid, at.pasid, at.address);
            script.endpoint.assertEnded(id, SmmuScript.DONE);
            if (script.endpoint.data() != OLD) {
                assertEquals(NEW, script.endpoint.data());
                fresh.add(place.getKey());
            }
        }
        return fresh.toString();
    }

    private void change() {
        for (final Place at : places.values()) {
            script.map(at.root, at.address, script.pageOf(NEW) | at.leaf);
        }
        assertEquals("", fresh());
    }

    /** VMID 1 with ASIDs 1 and 2, VMID 2 with ASID 1, EL2, stage 2 of VMID 1 and of 2. */
    private void fill() {
        final long one = script.stageOne(0x10, 1, 0);
        final long asid1 = script.context(one, 1, 1, 0);
        final long asid2 = script.context(one, 2, 2, 0);
        place("1/1/X", 0x10, 1, X, asid1, LEAF);
        place("1/2/X", 0x10, 2, X, asid2, LEAF);
        place("1/1/Y", 0x10, 1, Y, asid1, LEAF);
        place("1/G", 0x10, 1, G, asid1, GLOBAL_LEAF);
        final long other = script.stageOne(0x11, 2, 0);
        place("2/1/X", 0x11, 1, X, script.context(other, 1, 1, 0), LEAF);
        final long el2 = script.stageOne(0x12, 0, 2L << 30);
        final long el2Asid1 = script.context(el2, 1, 1, 0);
        place("el2/1/X", 0x12, 1, X, el2Asid1, LEAF);
        place("el2/1/Y", 0x12, 1, Y, el2Asid1, LEAF);
        place("s2/1/X", 0x13, NO_PASID, X, script.stageTwo(0x13, 1, 0), LEAF_2);
        place("s2/2/X", 0x14, NO_PASID, X, script.stageTwo(0x14, 2, 0), LEAF_2);
        // A TLB knows no StreamID: this one shares VMID, ASID and tables with the first.
        script.ste(
                0x15,
                script.client.readq(SmmuScript.steAt(0x10)),
                SmmuScript.S1DSS_CONTEXT_0,
                1,
                0);
        places.put("1/1/X'", new Place(0x15, 1, X, asid1, LEAF));
        script.assertReads(OLD, 0x15, 1, X);
        change();
        script.map(asid1, X, places.get("1/1/X").leaf | script.pageOf(NEW));
    }

    @ParameterizedTest
    @CsvSource({
        // Opcode, VMID, ASID, address, then what is seen to have gone.
        "0x10, 1, 0, 0, 1/1/X 1/2/X 1/1/Y 1/G 1/1/X'",
        "0x10, 2, 0, 0, 2/1/X",
        "0x10, 3, 0, 0, ''",
        "0x11, 1, 1, 0, 1/1/X 1/1/Y 1/1/X'",
        "0x11, 1, 2, 0, 1/2/X",
        "0x11, 2, 1, 0, 2/1/X",
        "0x12, 1, 1, 0x12345000, 1/1/X 1/1/X'",
        "0x12, 1, 1, 0x12345001, 1/1/X 1/1/X'",
        "0x12, 1, 2, 0x12345000, 1/2/X",
        "0x12, 1, 1, 0x12346000, 1/1/Y",
        "0x12, 1, 1, 0x12347000, ''",
        // A global translation goes with whichever ASID.
        "0x12, 1, 2, 0x400000000000, 1/G",
        "0x12, 2, 1, 0x400000000000, ''",
        "0x13, 1, 0, 0x12345000, 1/1/X 1/2/X 1/1/X'",
        "0x13, 2, 0, 0x12345000, 2/1/X",
        "0x13, 1, 0, 0x400000000000, 1/G",
        "0x20, 0, 0, 0, el2/1/X el2/1/Y",
        "0x22, 0, 0, 0x12345000, el2/1/X",
        "0x23, 0, 0, 0x12346000, el2/1/Y",
        "0x28, 1, 0, 0, 1/1/X 1/2/X 1/1/Y 1/G s2/1/X 1/1/X'",
        "0x28, 2, 0, 0, 2/1/X s2/2/X",
        "0x2a, 1, 0, 0x12345000, s2/1/X",
        "0x2a, 2, 0, 0x12345001, s2/2/X",
        "0x2a, 1, 0, 0x12346000, ''",
        "0x30, 0, 0, 0, 1/1/X 1/2/X 1/1/Y 1/G 2/1/X s2/1/X s2/2/X 1/1/X'",
        "0x01, 0, 0, 0, ''",
        "0x46, 0, 0, 0, ''"
    })
    void shouldForgetWhatIsNamedAndKeepTheRest(
            final String opcode,
            final int vmid,
            final int asid,
            final String word1,
            final String gone) {
        fill();
        script.smmu.command(
                Integer.decode(opcode) | (long) vmid << 32 | (long) asid << 48, Long.decode(word1));
        assertEquals(gone, fresh());
    }

    @ParameterizedTest
    @CsvSource({
        "0x20, 0, 0, 1/X 1/Y 2/X G",
        "0x21, 1, 0, 1/X 1/Y",
        "0x21, 2, 0, 2/X",
        "0x22, 1, 0x12345000, 1/X",
        "0x22, 2, 0x12346000, ''",
        "0x22, 2, 0x400000000000, G",
        "0x23, 0, 0x12345000, 1/X 2/X",
        "0x10, 1, 0, ''",
        "0x30, 0, 0, ''"
    })
    void shouldTellAsidsApartAtEl2WithE2h(
            final String opcode, final int asid, final String word1, final String gone) {
        script.reconfigure(SmmuScript.CR2, 3);
        final long el2 = script.stageOne(0x12, 0, 2L << 30);
        final long asid1 = script.context(el2, 1, 1, 0);
        place("1/X", 0x12, 1, X, asid1, LEAF);
        place("1/Y", 0x12, 1, Y, asid1, LEAF);
        place("2/X", 0x12, 2, X, script.context(el2, 2, 2, 0), LEAF);
        place("G", 0x12, 1, G, asid1, GLOBAL_LEAF);
        change();
        script.smmu.command(Integer.decode(opcode) | (long) asid << 48, Long.decode(word1));
        assertEquals(gone, fresh());
    }

    @ParameterizedTest
    @CsvSource({
        // NUM, SCALE, TTL, TG, first page, then which of 16 pages from 0x12340000 are gone.
        "0, 0, 3, 1, 2, 2 2",
        "1, 0, 0, 1, 2, 2 3",
        "2, 0, 3, 1, 4, 4 6",
        "0, 1, 0, 1, 4, 4 5",
        "1, 2, 0, 1, 4, 4 11",
        "31, 0, 0, 1, 0, 0 15",
        "31, 39, 0, 1, 0, 0 15",
        // Other levels and other granules are not named.
        "15, 0, 2, 1, 0, none",
        "3, 0, 0, 2, 0, none",
        "0, 1, 0, 3, 0, none",
        // TG 0: one address, whatever NUM and SCALE say.
        "5, 3, 0, 0, 7, 7 7"
    })
    void shouldForgetARange(
            final int num,
            final int scale,
            final int ttl,
            final int tg,
            final int first,
            final String gone) {
        final long contexts = script.stageOne(0x10, 1, 0);
        final long root = script.context(contexts, 1, 1, 0);
        final StringJoiner expected = new StringJoiner(" ");
        for (int i = 0; i < 16; i++) {
            place(Integer.toString(i), 0x10, 1, 0x1234_0000L + 0x1000L * i, root, LEAF);
            if (!"none".equals(gone)) {
                final String[] ends = gone.split(" ", -1);
                if (i >= Integer.parseInt(ends[0]) && i <= Integer.parseInt(ends[1])) {
                    expected.add(Integer.toString(i));
                }
            }
        }
        change();
        script.smmu.command(
                0x12 | (long) num << 12 | (long) scale << 20 | 1L << 32 | 1L << 48,
                0x1234_0000L + 0x1000L * first | ttl << 8 | tg << 10);
        assertEquals(expected.toString(), fresh());
    }

    @Test
    void shouldForgetTheProductOfBothStagesByVmid() {
        final long[] nested = script.nested(0x16, 7, 0);
        final long root = script.context(nested[0], 1, 1, 0);
        script.map(nested[1], 0x9000_0000L, script.pageOf(OLD) | LEAF_2);
        script.map(root, X, 0x9000_0000L | LEAF);
        script.assertReads(OLD, 0x16, 1, X);
        script.map(nested[1], 0x9000_0000L, script.pageOf(NEW) | LEAF_2);
        // Another VMID, and stage 2's own entry alone: what was found through both stays.
        script.smmu.command(0x28 | 8L << 32, 0);
        script.smmu.command(0x2a | 7L << 32, 0x9000_0000L);
        script.assertReads(OLD, 0x16, 1, X);
        script.smmu.command(0x10 | 7L << 32, 0);
        script.assertReads(NEW, 0x16, 1, X);
    }

    @Test
    void shouldNotKeepFaults() {
        final long root = script.oneContext(0x10, 1, SmmuScript.A);
        script.assertEnds(SmmuScript.ABORTED, 0x10, 3, X, EndpointClient.READ);
        script.map(root, X, script.pageOf(NEW) | LEAF);
        script.assertReads(NEW, 0x10, 3, X);
    }
}
