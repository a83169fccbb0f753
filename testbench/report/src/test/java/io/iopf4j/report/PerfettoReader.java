// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads a trace with the format's own library, as a viewer does: words that were written once are
 * looked up, and events come in the order of time, those of one time as they were written.
 */
final class PerfettoReader {
    static final int BEGIN = 1;
    static final int END = 2;
    static final int INSTANT = 3;
    static final int COUNT = 4;

    private final Map<Integer, Map<Long, String>> interned = new HashMap<>();
    private final Map<Long, Track> tracks = new LinkedHashMap<>();
    private final List<Event> events = new ArrayList<>();

    PerfettoReader(final byte[] trace) throws InvalidProtocolBufferException {
        for (final UnknownFieldSet packet : messages(UnknownFieldSet.parseFrom(trace), 1)) {
            for (final UnknownFieldSet data : messages(packet, 12)) {
                for (final int kind : List.of(1, 2, 3, 29)) {
                    for (final UnknownFieldSet word : messages(data, kind)) {
                        final Map<Long, String> words =
                                interned.computeIfAbsent(kind, unused -> new HashMap<>());
                        if (words.put(number(word, 1), text(word, 2)) != null) {
                            throw new InvalidProtocolBufferException("a word's number again");
                        }
                    }
                }
            }
            for (final UnknownFieldSet track : messages(packet, 60)) {
                tracks.put(
                        number(track, 1),
                        new Track(
                                text(track, 2),
                                Optional.ofNullable(tracks.get(number(track, 5))),
                                number(track, 17),
                                track.hasField(8)));
            }
            for (final UnknownFieldSet event : messages(packet, 11)) {
                events.add(event(number(packet, 8), event));
            }
        }
        events.sort(Comparator.comparingLong(Event::ns));
    }

    private Event event(final long ns, final UnknownFieldSet event)
            throws InvalidProtocolBufferException {
        final Map<String, Object> fields = new LinkedHashMap<>();
        for (final UnknownFieldSet field : messages(event, 4)) {
            fields.put(
                    word(3, field, 1),
                    field.hasField(2)
                            ? (Object) (number(field, 2) == 1)
                            : field.hasField(3)
                                    ? (Object) number(field, 3)
                                    : field.hasField(7)
                                            ? "0x" + Long.toHexString(number(field, 7))
                                            : word(29, field, 17));
        }
        return new Event(
                ns,
                (int) number(event, 9),
                tracks.get(number(event, 11)),
                number(event, 11),
                event.hasField(3) ? word(1, event, 3) : "",
                event.hasField(10) ? word(2, event, 10) : "",
                fields,
                number(event, 30),
                event.getField(47).getFixed64List(),
                event.getField(48).getFixed64List());
    }

    List<Track> tracks() {
        return List.copyOf(tracks.values());
    }

    List<Event> events() {
        return events;
    }

    List<Event> events(final String category) {
        return events.stream().filter(event -> event.category().equals(category)).toList();
    }

    private String word(final int kind, final UnknownFieldSet from, final int field) {
        final String word = interned.get(kind).get(number(from, field));
        if (word == null) {
            throw new IllegalStateException("a word that was never written");
        }
        return word;
    }

    private static List<UnknownFieldSet> messages(final UnknownFieldSet from, final int field)
            throws InvalidProtocolBufferException {
        final List<UnknownFieldSet> messages = new ArrayList<>();
        for (final ByteString bytes : from.getField(field).getLengthDelimitedList()) {
            messages.add(UnknownFieldSet.parseFrom(bytes));
        }
        return messages;
    }

    private static long number(final UnknownFieldSet from, final int field) {
        final List<Long> numbers = from.getField(field).getVarintList();
        return numbers.isEmpty() ? 0 : numbers.get(0);
    }

    private static String text(final UnknownFieldSet from, final int field) {
        return from.getField(field).getLengthDelimitedList().get(0).toStringUtf8();
    }

    /** A track; its key is what the viewer shows as one with it. */
    record Track(String name, Optional<Track> parent, long key, boolean isCounter) {
        String path() {
            return parent.map(its -> its.path() + "/").orElse("") + name;
        }
    }

    /** An event on a track. */
    record Event(
            long ns,
            int type,
            Track track,
            long lane,
            String category,
            String name,
            Map<String, Object> fields,
            long count,
            List<Long> flows,
            List<Long> lastFlows) {}
}
