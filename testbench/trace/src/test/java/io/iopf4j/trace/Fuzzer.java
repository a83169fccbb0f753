// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace;

import io.iopf4j.trace.fault.FaultEvents;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Set;

/**
 * Reads any bytes to their end, with every field and as faults: what a fuzzer of the kind of
 * libFuzzer calls. It needs no type of the fuzzer's.
 */
public final class Fuzzer {
    /** Formats that no content tells. */
    private static final Set<String> RAW = Set.of("evtq", "priq", "prq", "cmdq", "frcd");

    private static final int WARNINGS_MAX = 64;

    private static String said;

    private Fuzzer() {}

    /**
     * Chooses what the bytes are said to be.
     *
     * @param args the name of a corpus
     */
    public static void fuzzerInitialize(final String[] args) {
        said = RAW.contains(args[0]) ? args[0] : null;
    }

    /**
     * Reads one input.
     *
     * @param bytes any
     */
    public static void fuzzerTestOneInput(final byte[] bytes) {
        read(bytes, said);
    }

    /**
     * Reads one input.
     *
     * @param bytes any
     * @param corpus the name of the corpus that it belongs to
     * @return how many events there are, -1 if it is refused
     */
    public static long readAs(final byte[] bytes, final String corpus) {
        return read(bytes, RAW.contains(corpus) ? corpus : null);
    }

    private static long read(final byte[] bytes, final String whatItIs) {
        try (TraceReader reader = Traces.open(new ByteArrayInputStream(bytes), "input", whatItIs)) {
            final FaultEvents faults = new FaultEvents(reader);
            long events = 0;
            while (faults.next()) {
                check(reader.event());
                events++;
            }
            require(!reader.next(), "no event after the last one");
            require(events == reader.events(), "every event is counted");
            require(reader.lostEvents() >= 0 && reader.lostMarkers() >= 0, "losses are a count");
            require(reader.warnings().size() <= WARNINGS_MAX, "warnings are bounded");
            for (final String warning : reader.warnings()) {
                requireOneLine(warning);
            }
            return events;
        } catch (final TraceFormatException e) {
            requireOneLine(e.getMessage());
            return -1;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void check(final TraceEvent event) {
        require(!event.name().isEmpty(), "an event has a name");
        require(event.comm() != null && event.buffer() != null, "an event has a place");
        for (final EventField field : event.format().fields()) {
            final String text = event.getString(field);
            if (event.isCorrupt(field)) {
                require(text.equals(TraceEvent.CORRUPT), "what is damaged says so");
                require(event.getLong(field) == 0, "what is damaged is no number");
            }
        }
    }

    private static void requireOneLine(final String text) {
        require(text.indexOf('\n') < 0 && text.indexOf('\r') < 0, "one line: " + text);
    }

    private static void require(final boolean holds, final String what) {
        if (!holds) {
            throw new AssertionError("does not hold: " + what);
        }
    }
}
