// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.perf;

import io.iopf4j.trace.TraceFormatException;
import io.iopf4j.trace.dat.RawRecord;
import io.iopf4j.trace.dat.TracingData;
import io.iopf4j.trace.input.ByteSource;
import io.iopf4j.trace.util.Warnings;
import java.io.IOException;

/**
 * What stands before and behind the records of a file that is no pipe: {@code struct
 * perf_file_header} of {@code tools/perf/util/header.h}, Linux 6.12.
 */
final class FileHeader {
    static final int SIZE = 104;

    private static final int ATTRIBUTES_MAX = 1 << 16;
    private static final int FEATURES_AT = 72;
    private static final int FEATURES = 256;

    private final String name;
    private final ByteSource source;
    private final boolean bigEndian;
    private final Warnings warnings;
    private final RawRecord header;

    final Attributes attributes = new Attributes();
    final Features features = new Features();
    TracingData tracing;

    /** Where the records begin. */
    long start;

    /** Where they end. */
    long end;

    FileHeader(
            final String name,
            final ByteSource source,
            final boolean bigEndian,
            final Warnings warnings)
            throws IOException {
        this.name = name;
        this.source = source;
        this.bigEndian = bigEndian;
        this.warnings = warnings;
        this.header = bytes(0, SIZE);
        if (header.length < SIZE) {
            throw bad(header.length, "a header of " + SIZE + " bytes", "the end of the file");
        }
        if (header.longAt(8) != SIZE) {
            throw bad(
                    8,
                    "a header of " + SIZE + " bytes, or 16 for a pipe",
                    Long.toUnsignedString(header.longAt(8)));
        }
        tracing = TracingData.none(name, warnings);
        readAttributes();
        readData();
    }

    private TraceFormatException bad(final long offset, final String expected, final String found) {
        return new TraceFormatException(name, offset, expected, found);
    }

    /** Bytes of the file: fewer if it ends before. */
    private RawRecord bytes(final long at, final int size) throws IOException {
        final RawRecord bytes = new RawRecord(bigEndian);
        bytes.bytes = new byte[size];
        bytes.length = at < 0 ? 0 : source.read(at, bytes.bytes, 0, size);
        return bytes;
    }

    private void readAttributes() throws IOException {
        final long each = header.longAt(16);
        final long at = header.longAt(24);
        final long size = header.longAt(32);
        if (each < Attribute.SIZE_MIN + 16 || each > Attribute.SIZE_MAX) {
            throw bad(16, "the size of an attribute", Long.toUnsignedString(each));
        }
        if (at < 0 || size < each || size > source.size() - at) {
            throw bad(24, "attributes within the file", size + " bytes at " + at);
        }
        if (size / each > ATTRIBUTES_MAX) {
            throw bad(32, "at most " + ATTRIBUTES_MAX + " attributes", size + " bytes");
        }
        for (long i = 0; i < size / each; i++) {
            final RawRecord entry = bytes(at + i * each, (int) each);
            final int room = (int) each - 16;
            final Attribute attribute = Attribute.parse(entry, 0, room);
            if (attribute == null) {
                warnings.at(at + i * each, "an attribute of " + room + " bytes", "another one");
                continue;
            }
            attributes.add(attribute);
            readIds(attribute, entry.longAt(room), entry.longAt(room + 8));
        }
        if (attributes.first() == null) {
            throw bad(at, "an attribute", "none");
        }
    }

    private void readIds(final Attribute attribute, final long at, final long size)
            throws IOException {
        if (at < 0 || size < 0 || size > source.size() - at || size > 8L << 20) {
            warnings.at(at, "the ids of an attribute", size + " bytes");
            return;
        }
        final RawRecord ids = bytes(at, (int) size);
        for (int i = 0; i + 8 <= ids.length; i += 8) {
            attributes.add(ids.longAt(i), attribute);
        }
    }

    private void readData() throws IOException {
        start = header.longAt(40);
        final long size = header.longAt(48);
        final long fileSize = source.size();
        if (start < SIZE || start > fileSize) {
            throw bad(40, "records within the file", "a start at " + Long.toUnsignedString(start));
        }
        if (size > 0 && size <= fileSize - start) {
            end = start + size;
            readFeatures();
            return;
        }
        // A recording that died, or was cut: all that stands behind the data is missing.
        end = fileSize;
        warnings.at(
                48,
                "the size of the records",
                size == 0 ? "none: the recording did not end" : Long.toUnsignedString(size));
    }

    private void readFeatures() throws IOException {
        long entry = end;
        for (int feature = 0; feature < FEATURES; feature++) {
            if (!has(feature)) {
                continue;
            }
            final RawRecord place = bytes(entry, 16);
            if (place.length < 16) {
                warnings.at(entry, "the place of feature " + feature, "the end of the file");
                return;
            }
            readFeature(feature, place.longAt(0), place.longAt(8));
            entry += 16;
        }
    }

    /** A bit among longs; those of a big-endian machine may have had four bytes. */
    private boolean has(final int feature) {
        final boolean isWide = wideBit(Features.HOSTNAME) || !bigEndian;
        return isWide
                ? wideBit(feature)
                : (header.intAt(FEATURES_AT + 4 * (feature / 32)) >>> feature % 32 & 1) != 0;
    }

    private boolean wideBit(final int feature) {
        return (header.longAt(FEATURES_AT + 8 * (feature / 64)) >>> feature % 64 & 1) != 0;
    }

    private void readFeature(final int feature, final long at, final long size) throws IOException {
        if (feature != Features.TRACING_DATA && !Features.isWanted(feature)) {
            return;
        }
        if (at < 0 || size < 0 || size > source.size() - at) {
            warnings.at(at, "feature " + feature + " within the file", size + " bytes");
        } else if (feature == Features.TRACING_DATA) {
            tracing = TracingData.read(name, source, at, at + size, warnings);
        } else {
            final RawRecord data = bytes(at, (int) Math.min(size, Features.SIZE_MAX));
            features.add(feature, data, 0, data.length);
        }
    }
}
