// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import io.iopf4j.replay.ledger.Ledger;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * The packets of a Perfetto trace, one after the other, each passed on when it is whole: tracks,
 * and events on them, in the form that Perfetto calls track events. Numbers are the fields' in its
 * published schema. One thread.
 */
final class PerfettoPackets {
    // TracePacket
    private static final int PACKET = 1;
    private static final int TIMESTAMP = 8;
    private static final int SEQUENCE_ID = 10;
    private static final int TRACK_EVENT = 11;
    private static final int INTERNED_DATA = 12;
    private static final int SEQUENCE_FLAGS = 13;
    private static final int TRACK_DESCRIPTOR = 60;
    private static final int FIRST_ON_SEQUENCE = 87;
    private static final int STATE_CLEARED = 1;
    private static final int NEEDS_STATE = 2;

    // TrackDescriptor and its CounterDescriptor
    private static final int TRACK_UUID = 1;
    private static final int TRACK_NAME = 2;
    private static final int TRACK_PARENT = 5;
    private static final int TRACK_COUNTER = 8;
    private static final int TRACK_CHILD_ORDER = 11;
    private static final int TRACK_RANK = 12;
    private static final int TRACK_DESCRIPTION = 14;
    private static final int TRACK_MERGE = 15;
    private static final int TRACK_MERGE_KEY = 17;
    private static final int ORDER_EXPLICIT = 3;
    private static final int MERGE_NONE = 2;
    private static final int MERGE_BY_KEY = 3;
    private static final int COUNTER_UNIT = 6;

    // TrackEvent
    private static final int EVENT_CATEGORY = 3;
    private static final int EVENT_ANNOTATION = 4;
    private static final int EVENT_TYPE = 9;
    private static final int EVENT_NAME = 10;
    private static final int EVENT_TRACK = 11;
    private static final int EVENT_COUNT = 30;
    private static final int EVENT_FLOW = 47;
    private static final int EVENT_LAST_FLOW = 48;

    // DebugAnnotation
    private static final int ANNOTATION_NAME = 1;
    private static final int ANNOTATION_BOOL = 2;
    private static final int ANNOTATION_NUMBER = 3;
    private static final int ANNOTATION_POINTER = 7;
    private static final int ANNOTATION_TEXT = 17;

    // What InternedData holds
    private static final int INTERNED_ID = 1;
    private static final int INTERNED_TEXT = 2;

    private final OutputStream out;
    private final ProtoWriter proto = new ProtoWriter();
    private final Interned categories = new Interned(1);
    private final Interned names = new Interned(2);
    private final Interned annotationNames = new Interned(3);
    private final Interned annotationTexts = new Interned(29);
    private long tracks;
    private boolean isBegun;
    private boolean isAnyNew;

    PerfettoPackets(final OutputStream out) {
        this.out = out;
    }

    // ---- Tracks ---------------------------------------------------------------------------------

    /**
     * A track of its own, its children in the order in which they are made.
     *
     * @param parent what it is beneath, or 0
     * @return what events name it by
     */
    long track(final long parent, final String name, final String description) throws IOException {
        final long uuid = beginTrack(parent, name, description);
        proto.varint(TRACK_CHILD_ORDER, ORDER_EXPLICIT);
        proto.varint(TRACK_MERGE, MERGE_NONE);
        endTrack();
        return uuid;
    }

    /** A track that is shown as one with those of the same key beneath the same parent. */
    long lane(final long parent, final String name, final long key) throws IOException {
        final long uuid = beginTrack(parent, name, "");
        proto.varint(TRACK_MERGE, MERGE_BY_KEY);
        proto.varint(TRACK_MERGE_KEY, key);
        endTrack();
        return uuid;
    }

    /** A track of numbers over time. */
    long counter(final long parent, final String name, final String unit, final String description)
            throws IOException {
        final long uuid = beginTrack(parent, name, description);
        proto.begin(TRACK_COUNTER);
        proto.string(COUNTER_UNIT, unit);
        proto.end();
        proto.varint(TRACK_MERGE, MERGE_NONE);
        endTrack();
        return uuid;
    }

    private long beginTrack(final long parent, final String name, final String description) {
        final long uuid = ++tracks;
        beginPacket();
        proto.begin(TRACK_DESCRIPTOR);
        proto.varint(TRACK_UUID, uuid);
        proto.string(TRACK_NAME, name);
        if (parent != 0) {
            proto.varint(TRACK_PARENT, parent);
        }
        if (!description.isEmpty()) {
            proto.string(TRACK_DESCRIPTION, description);
        }
        proto.varint(TRACK_RANK, uuid);
        return uuid;
    }

    private void endTrack() throws IOException {
        proto.end();
        endPacket();
    }

    // ---- Events ---------------------------------------------------------------------------------

    /** Begins an event, whose fields follow. */
    void beginEvent(final EventType type, final long ns, final long track) {
        beginPacket();
        proto.varint(TIMESTAMP, ns);
        proto.begin(TRACK_EVENT);
        proto.varint(EVENT_TYPE, type.number);
        proto.varint(EVENT_TRACK, track);
    }

    /** What it is called, and what kind of event it is. */
    void named(final String category, final String name) {
        proto.varint(EVENT_CATEGORY, categories.idOf(category));
        proto.varint(EVENT_NAME, names.idOf(name));
    }

    /** A counter's number from then on. */
    void count(final long count) {
        proto.varint(EVENT_COUNT, count);
    }

    /** An arrow leads to it from the event before it of the same flow, and from it to the next. */
    void flow(final long flow, final boolean isLast) {
        proto.fixed64(isLast ? EVENT_LAST_FLOW : EVENT_FLOW, flow);
    }

    /** A field that is shown with it; none if it is {@link Ledger#NONE}. */
    void number(final String name, final long value) {
        if (value != Ledger.NONE) {
            annotation(name, ANNOTATION_NUMBER, value);
        }
    }

    /** A field that is shown with it, if there is one. */
    void number(final String name, final OptionalInt value) {
        if (value.isPresent()) {
            annotation(name, ANNOTATION_NUMBER, value.getAsInt());
        }
    }

    /** An address, which is shown in hexadecimal. */
    void address(final String name, final long value) {
        annotation(name, ANNOTATION_POINTER, value);
    }

    /** A field that says yes. */
    void flag(final String name) {
        annotation(name, ANNOTATION_BOOL, 1);
    }

    /** A word of a few. */
    void word(final String name, final String word) {
        annotation(name, ANNOTATION_TEXT, annotationTexts.idOf(word));
    }

    private void annotation(final String name, final int field, final long value) {
        final int id = annotationNames.idOf(name);
        proto.begin(EVENT_ANNOTATION);
        proto.varint(ANNOTATION_NAME, id);
        proto.varint(field, value);
        proto.end();
    }

    void endEvent() throws IOException {
        proto.end();
        endPacket();
    }

    // ---- Packets --------------------------------------------------------------------------------

    private void beginPacket() {
        proto.begin(PACKET);
        proto.varint(SEQUENCE_ID, 1);
        proto.varint(SEQUENCE_FLAGS, isBegun ? NEEDS_STATE : STATE_CLEARED);
        if (!isBegun) {
            proto.varint(FIRST_ON_SEQUENCE, 1);
            isBegun = true;
        }
    }

    private void endPacket() throws IOException {
        if (isAnyNew) {
            isAnyNew = false;
            proto.begin(INTERNED_DATA);
            categories.writeNew();
            names.writeNew();
            annotationNames.writeNew();
            annotationTexts.writeNew();
            proto.end();
        }
        proto.end();
        proto.flush(out);
    }

    /** Words of one kind that are written once, in the packet that needs them first. */
    private final class Interned {
        private final int field;
        private final Map<String, Integer> ids = new HashMap<>();
        private final List<String> fresh = new ArrayList<>();

        Interned(final int field) {
            this.field = field;
        }

        int idOf(final String word) {
            final Integer known = ids.get(word);
            if (known != null) {
                return known;
            }
            ids.put(word, ids.size() + 1);
            fresh.add(word);
            isAnyNew = true;
            return ids.size();
        }

        void writeNew() {
            for (final String word : fresh) {
                proto.begin(field);
                proto.varint(INTERNED_ID, ids.get(word));
                proto.string(INTERNED_TEXT, word);
                proto.end();
            }
            fresh.clear();
        }
    }

    /** What an event is. */
    enum EventType {
        BEGIN(1),
        END(2),
        INSTANT(3),
        COUNT(4);

        private final int number;

        EventType(final int number) {
            this.number = number;
        }
    }
}
