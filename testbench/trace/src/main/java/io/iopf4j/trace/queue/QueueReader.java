// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.queue;

import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.TraceFormatException;
import io.iopf4j.trace.TraceInfo;
import io.iopf4j.trace.input.InputReader;
import io.iopf4j.trace.input.TraceInput;
import io.iopf4j.trace.input.ValueEvent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Reads the records of a queue in the order in which they lie there. A queue has no times: a
 * record's is its number, in microseconds, so that the order stays. Records that are all zero, and
 * fault records whose F bit is clear, are places that nothing waits in: they are counted. A record
 * of which a hex dump lacks a part is passed over.
 */
final class QueueReader extends InputReader {
    private static final int WORD = 8;
    private static final long NS_PER_RECORD = 1000;
    private static final int HEAD = 128;
    private static final int DELETE = 0x7f;

    private final QueueKind kind;
    private final HexDump text;
    private final InputStream bytes;
    private final ByteBuffer record;
    private final long[] words;
    private final ValueEvent event = new ValueEvent();
    private final EventFormat unknown;
    private final TraceInfo info;
    private long number;
    private long emptyPlaces;

    QueueReader(final TraceInput input, final QueueKind kind) throws IOException {
        super(input);
        this.kind = kind;
        text = text(input);
        bytes = text == null ? input.stream() : text;
        record = ByteBuffer.allocate(WORD * kind.words()).order(ByteOrder.LITTLE_ENDIAN);
        words = new long[kind.words()];
        unknown = ValueEvent.format(kind.title(), "unknown", "q0", "q1", "q2", "q3");
        info = new TraceInfo(kind.title(), 0, "", "", "record", true, 0, List.of());
    }

    /** What reads a dump that is text, null for a binary one. */
    private static HexDump text(final TraceInput input) throws IOException {
        final InputStream stream = input.stream();
        stream.mark(HEAD);
        final byte[] head = new byte[HEAD];
        final int count = stream.readNBytes(head, 0, HEAD);
        stream.reset();
        if (HexDump.isStart(head, count)) {
            return new HexDump(stream, input.warnings());
        }
        if (isText(head, count)) {
            throw new TraceFormatException(
                    input.name(), 0, "a queue in binary, or as hexdump -C or xxd print it", "text");
        }
        return null;
    }

    /** Words in the order of some host, like those of hexdump without -C, are not guessed at. */
    private static boolean isText(final byte[] head, final int count) {
        for (int i = 0; i < count; i++) {
            if ((head[i] < ' ' && head[i] != '\n' && head[i] != '\r' && head[i] != '\t')
                    || head[i] == DELETE) {
                return false;
            }
        }
        return count > 0;
    }

    @Override
    protected boolean advance() throws IOException {
        while (next(record.array())) {
            final long at = number++;
            if (text != null && text.tookHole()) {
                continue;
            }
            if (!isUsed()) {
                emptyPlaces++;
            } else {
                final String wrong = kind.decode(words, at * NS_PER_RECORD, event);
                if (wrong != null) {
                    input().warnings().at(at * record.capacity(), "a record of " + title(), wrong);
                    putUnknown(at * NS_PER_RECORD);
                }
                return true;
            }
        }
        return false;
    }

    /** A record of no known kind, as it is. */
    private void putUnknown(final long time) {
        event.begin(unknown, time);
        for (int i = 0; i < words.length; i++) {
            event.put(i, words[i]);
        }
    }

    private String title() {
        return "kind " + kind.title();
    }

    private boolean next(final byte[] target) throws IOException {
        final int got = bytes.readNBytes(target, 0, target.length);
        if (got != 0 && got < target.length) {
            input().warnings()
                    .addImportant(
                            "expected records of "
                                    + target.length
                                    + " bytes, found "
                                    + got
                                    + " at the end");
        }
        return got == target.length;
    }

    private boolean isUsed() {
        for (int i = 0; i < words.length; i++) {
            words[i] = record.getLong(WORD * i);
        }
        return kind.isUsed(words);
    }

    @Override
    public long emptyPlaces() {
        return emptyPlaces;
    }

    @Override
    public TraceInfo info() {
        return info;
    }

    @Override
    public TraceEvent event() {
        return event;
    }
}
