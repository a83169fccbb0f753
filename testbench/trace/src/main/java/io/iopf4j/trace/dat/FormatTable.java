// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import io.iopf4j.trace.EventField;
import io.iopf4j.trace.EventFormat;

/**
 * The event formats of a file by the id in the records. Texts are parsed when the first event of
 * their kind comes: a file carries thousands, of which a trace uses a few.
 */
public final class FormatTable {
    private static final int IDS = 1 << 16; // common_type has 16 bits

    private final EventFormat[] parsed = new EventFormat[IDS];
    private final String[] systems = new String[IDS];
    private final byte[][] texts = new byte[IDS][];
    private int count;

    /** An empty table. */
    public FormatTable() {}

    /**
     * Keeps a format file; the first of an id wins. Texts without an id are of no use.
     *
     * @param system the event's group
     * @param text the format file
     */
    public void add(final String system, final byte[] text) {
        final int id = FormatText.id(text);
        if (id < 0 || id >= IDS || texts[id] != null) {
            return;
        }
        systems[id] = system;
        texts[id] = text;
        count++;
    }

    /**
     * How many formats there are.
     *
     * @return a count
     */
    public int count() {
        return count;
    }

    /**
     * The format of a record.
     *
     * @param id the record's 16 bits of type
     * @return never null: a record that the file does not describe has only the common fields
     */
    public EventFormat get(final int id) {
        final EventFormat format = parsed[id];
        return format != null ? format : parse(id);
    }

    private EventFormat parse(final int id) {
        if (texts[id] != null) {
            parsed[id] = FormatText.parse(systems[id], id, texts[id]);
            texts[id] = new byte[0]; // stays known, frees the text
        } else {
            final EventFormat unknown = new EventFormat("", "unknown_" + id, id);
            unknown.add(common("unsigned short", "common_type", 0, 2, false));
            unknown.add(common("unsigned char", "common_flags", 2, 1, false));
            unknown.add(common("unsigned char", "common_preempt_count", 3, 1, false));
            unknown.add(common("int", "common_pid", 4, 4, true));
            parsed[id] = unknown;
        }
        return parsed[id];
    }

    private static EventField common(
            final String type,
            final String name,
            final int offset,
            final int size,
            final boolean signed) {
        return new EventField(name, type, EventField.Kind.INTEGER, offset, size, signed);
    }
}
