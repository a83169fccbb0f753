// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.replay.dump.DumpSummary;
import io.iopf4j.replay.testing.ReadDump;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.aggregator.ArgumentsAccessor;
import org.junit.jupiter.params.provider.CsvFileSource;

/** What each captured dump holds, against counts taken from the recorder's own report of it. */
class DumpFactsTest {
    @ParameterizedTest(name = "{0}")
    @CsvFileSource(resources = "/facts.csv", numLinesToSkip = 1)
    void shouldCountWhatTheRecorderReports(final ArgumentsAccessor facts) throws IOException {
        final DumpSummary summary = ReadDump.of(facts.getString(0)).summary();
        assertAll(
                () -> assertEquals(facts.getLong(1), summary.pageRequests(), "requests"),
                () -> assertEquals(facts.getLong(2), summary.lastRequests(), "last requests"),
                () -> assertEquals(facts.getLong(3), summary.groups(), "groups"),
                () -> assertEquals(facts.getLong(4), summary.success(), "success"),
                () -> assertEquals(facts.getLong(5), summary.invalid(), "invalid"),
                () -> assertEquals(facts.getLong(6), summary.failure(), "failure"),
                () -> assertEquals(facts.getLong(7), summary.unanswered(), "outstanding"),
                () -> assertEquals(facts.getLong(8), summary.outstandingHighWater(), "most"),
                () -> assertEquals(facts.getString(9), requestsByDevice(summary)));
    }

    private static String requestsByDevice(final DumpSummary summary) {
        return summary.requestsByDevice().entrySet().stream()
                .map(Object::toString)
                .collect(joining(" "));
    }
}
