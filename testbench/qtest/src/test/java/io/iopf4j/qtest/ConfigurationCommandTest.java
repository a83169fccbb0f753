// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.SmmuScript.ABORTED;
import static io.iopf4j.qtest.SmmuScript.LEAF;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a changed entry does before and after each command: CFGI by opcode, and others. */
class ConfigurationCommandTest {
    private static final int SID = 0x46;
    private static final int SSID = 3;
    private static final long IN = 0x1234_5000L;
    private static final long OLD = 0x01d;
    private static final long NEW = 0x2e3;

    private final SmmuScript script = new SmmuScript();

    @AfterEach
    void leave() {
        script.close();
    }

    /** A context table of 8 whose context 3, of an ASID of its own, maps a page with a number. */
    private long contexts(final int asid, final long number) {
        final long contexts = script.smmu.page();
        script.map(script.context(contexts, SSID, asid, 0), IN, script.pageOf(number) | LEAF);
        return contexts;
    }

    private void command(final int opcode, final int sid, final int ssid, final long word1) {
        script.smmu.command(opcode | (long) ssid << 12 | (long) sid << 32, word1);
    }

    @ParameterizedTest
    @CsvSource({
        // Opcode, StreamID, SubstreamID, word 1, whether the changed stream entry is seen.
        "0x03, 0x46, 0, 1, true",
        "0x03, 0x46, 0, 0, true",
        "0x03, 0x47, 0, 0, false",
        // 2^(Range+1) StreamIDs, aligned.
        "0x04, 0x47, 0, 0, true",
        "0x04, 0x45, 0, 0, false",
        "0x04, 0x45, 0, 1, true",
        "0x04, 0x48, 0, 2, false",
        "0x04, 0x48, 0, 3, true",
        "0x04, 0, 0, 0x1f, true",
        "0x05, 0x46, 3, 0, false",
        "0x06, 0x46, 0, 0, false",
        "0x01, 0x46, 0, 0, false",
        "0x30, 0, 0, 0, false",
        "0x46, 0, 0, 0, false"
    })
    void shouldForgetAStreamEntry(
            final String opcode,
            final String sid,
            final int ssid,
            final String word1,
            final boolean isFresh) {
        script.ste(SID, SmmuScript.ste0(5, contexts(1, OLD), 0, 3), 2, 0, 0);
        script.assertReads(OLD, SID, SSID, IN);
        script.ste(SID, SmmuScript.ste0(5, contexts(2, NEW), 0, 3), 2, 0, 0);
        script.assertReads(OLD, SID, SSID, IN);
        command(Integer.decode(opcode), Integer.decode(sid), ssid, Integer.decode(word1));
        script.assertReads(isFresh ? NEW : OLD, SID, SSID, IN);
    }

    @ParameterizedTest
    @CsvSource({
        "0x05, 0x46, 3, 1, true",
        "0x05, 0x46, 3, 0, true",
        "0x05, 0x46, 2, 0, false",
        "0x05, 0x47, 3, 0, false",
        "0x06, 0x46, 0, 0, true",
        "0x06, 0x47, 0, 0, false",
        // What names the stream's entry names the contexts found through it.
        "0x03, 0x46, 0, 1, true",
        "0x03, 0x47, 0, 1, false",
        "0x04, 0x47, 0, 0, true",
        "0x04, 0x48, 0, 0, false",
        "0x04, 0, 0, 0x1f, true",
        "0x10, 0, 0, 0, false",
        "0x30, 0, 0, 0, false"
    })
    void shouldForgetAContext(
            final String opcode,
            final String sid,
            final int ssid,
            final String word1,
            final boolean isFresh) {
        final long contexts = contexts(1, OLD);
        script.ste(SID, SmmuScript.ste0(5, contexts, 0, 3), 2, 0, 0);
        script.assertReads(OLD, SID, SSID, IN);
        script.map(script.context(contexts, SSID, 2, 0), IN, script.pageOf(NEW) | LEAF);
        script.assertReads(OLD, SID, SSID, IN);
        command(Integer.decode(opcode), Integer.decode(sid), ssid, Integer.decode(word1));
        script.assertReads(isFresh ? NEW : OLD, SID, SSID, IN);
    }

    @ParameterizedTest
    @CsvSource({
        "0x05, 0x46, 0x43, 0, true",
        // Leaf: the first level's descriptor stays.
        "0x05, 0x46, 0x43, 1, false",
        "0x05, 0x46, 0x03, 0, false",
        "0x06, 0x46, 0, 0, true",
        "0x03, 0x46, 0, 1, true",
        "0x04, 0, 0, 0x1f, true"
    })
    void shouldForgetAFirstLevelOfContexts(
            final String opcode,
            final String sid,
            final String ssid,
            final String word1,
            final boolean isFresh) {
        final long levelOne = script.smmu.page();
        script.store(levelOne + 8, contexts(1, OLD) | 1);
        script.ste(SID, SmmuScript.ste0(5, levelOne, 1, 8), 2, 0, 0);
        script.assertReads(OLD, SID, 0x43, IN);
        script.store(levelOne + 8, contexts(2, NEW) | 1);
        command(
                Integer.decode(opcode),
                Integer.decode(sid),
                Integer.decode(ssid),
                Integer.decode(word1));
        script.assertReads(isFresh ? NEW : OLD, SID, 0x43, IN);
    }

    @ParameterizedTest
    @CsvSource({
        "0x03, 0x46, 0, true",
        "0x03, 0x46, 1, false",
        "0x04, 0x46, 0, true",
        "0x04, 0, 0x1f, true"
    })
    void shouldForgetAFirstLevelOfStreams(
            final String opcode, final String sid, final String word1, final boolean isFresh) {
        final long levelOne = script.twoLevelStreams(6, 8);
        script.store(levelOne + 8, levelTwo(1, OLD) | 7);
        script.assertReads(OLD, SID, SSID, IN);
        script.store(levelOne + 8, levelTwo(2, NEW) | 7);
        command(Integer.decode(opcode), Integer.decode(sid), 0, Integer.decode(word1));
        script.assertReads(isFresh ? NEW : OLD, SID, SSID, IN);
    }

    private long levelTwo(final int asid, final long number) {
        final long levelTwo = script.smmu.page();
        script.store(
                levelTwo + 64 * (SID & 0x3f),
                SmmuScript.ste0(5, contexts(asid, number), 0, 3),
                2,
                0,
                0);
        return levelTwo;
    }

    @Test
    void shouldKeepEntriesThatAreNotValidAsWell() {
        script.assertEnds(ABORTED, SID, SSID, IN, READ);
        script.ste(SID, SmmuScript.ste0(5, contexts(1, OLD), 0, 3), 2, 0, 0);
        script.assertEnds(ABORTED, SID, SSID, IN, READ);
        command(0x03, SID, 0, 1);
        script.assertReads(OLD, SID, SSID, IN);
    }

    @Test
    void shouldKeepWhatItHasWhileItIsOff() {
        script.ste(SID, SmmuScript.ste0(5, contexts(1, OLD), 0, 3), 2, 0, 0);
        script.assertReads(OLD, SID, SSID, IN);
        script.ste(SID, 1, 0, 0, 0);
        script.set(SmmuScript.CR0, 0xe);
        script.set(SmmuScript.CR0, 0xf);
        script.assertReads(OLD, SID, SSID, IN);
        command(0x03, SID, 0, 1);
        script.assertEnds(ABORTED, SID, SSID, IN, READ);
    }

    @Test
    void shouldNotForgetTranslationsWithTheConfiguration() {
        final long contexts = script.smmu.page();
        final long root = script.context(contexts, SSID, 1, 0);
        script.ste(SID, SmmuScript.ste0(5, contexts, 0, 3), 2, 0, 0);
        script.map(root, IN, script.pageOf(OLD) | LEAF);
        script.assertReads(OLD, SID, SSID, IN);
        script.map(root, IN, script.pageOf(NEW) | LEAF);
        script.forgetConfiguration();
        script.assertReads(OLD, SID, SSID, IN);
        command(0x30, 0, 0, 0);
        script.assertReads(NEW, SID, SSID, IN);
    }
}
