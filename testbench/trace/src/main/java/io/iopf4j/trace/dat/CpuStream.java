// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import io.iopf4j.trace.EventFormat;
import java.io.IOException;

/**
 * The records of one CPU, one at a time: {@code rb_update_event()} and its kin of {@code
 * kernel/trace/ring_buffer.c}, Linux 6.12, from the reader's side.
 */
final class CpuStream extends RawRecord {
    private static final int PADDING = 29;
    private static final int TIME_EXTEND = 30;
    private static final int TIME_SHIFT = 27;

    /** An absolute stamp carries 59 bits; the others are those of the time before. */
    private static final long STAMP_TOP = 0xf8L << 56;

    private static final int COMMIT_MASK = (1 << 27) - 1;
    private static final int LOST_STORED = 1 << 30;
    private static final int LOST = 1 << 31;

    /** Some events were lost and the kernel did not count them. */
    static final long LOST_UNKNOWN = -1;

    final int cpu;
    final int order;
    final String buffer;

    private final DatFile file;
    private final PageFeed pages;
    private final int longSize;
    private final int dataOffset;

    private int cursor;
    private int end;
    private long stamp;
    private long lostPending;
    private boolean lostPendingSet;

    /** The current record's time, scaled. */
    long timestamp;

    /** The record's format. */
    EventFormat format;

    /** Events lost before the record: 0, a count, or {@link #LOST_UNKNOWN}. */
    long lost;

    CpuStream(
            final DatFile file,
            final PageFeed pages,
            final String buffer,
            final int cpu,
            final int order) {
        super(file.bigEndian);
        this.file = file;
        this.pages = pages;
        this.buffer = buffer;
        this.cpu = cpu;
        this.order = order;
        this.longSize = file.headerPage.longSize();
        this.dataOffset = file.headerPage.dataOffset();
    }

    /** Goes to the next record, false at the end. Losses after the last one stay in lost. */
    boolean next() throws IOException {
        while (true) {
            if (cursor >= end && !nextPage()) {
                lost = takeLost();
                return false;
            }
            if (nextOnPage()) {
                lost = takeLost();
                return true;
            }
        }
    }

    long consumed() {
        return pages.consumed();
    }

    private long takeLost() {
        if (!lostPendingSet) {
            return 0;
        }
        final long taken = lostPending;
        lostPendingSet = false;
        lostPending = 0;
        return taken;
    }

    private boolean nextPage() throws IOException {
        do {
            if (!pages.next()) {
                bytes = new byte[0];
                return false;
            }
        } while (!openPage());
        return true;
    }

    private boolean openPage() {
        bytes = pages.bytes;
        cursor = 0;
        end = 0;
        if (pages.length < dataOffset) {
            damaged(0, "a page header of " + dataOffset + " bytes", pages.length + " bytes");
            return false;
        }
        stamp = longAt(pages.start);
        // The flags are an int: on 64-bit kernels its sign fills the upper half of the word.
        final int commit = longSize == 8 ? (int) longAt(pages.start + 8) : intAt(pages.start + 8);
        final int size = commit & COMMIT_MASK;
        final int room = pages.length - dataOffset;
        if (size > room && pages.length == pages.pageSize) {
            damaged(8, "at most " + room + " bytes of events on a page", Integer.toString(size));
            return false;
        }
        // A page cut off by the end of the file has events that are whole, at its front.
        cursor = pages.start + dataOffset;
        end = cursor + Math.min(size, room);
        if ((commit & LOST) != 0) {
            noteLost((commit & LOST_STORED) != 0, room - size);
        }
        return cursor < end;
    }

    private void noteLost(final boolean stored, final int roomBehind) {
        final boolean counted = stored && roomBehind >= longSize;
        final long count = !counted ? LOST_UNKNOWN : longSize == 8 ? longAt(end) : intAt(end);
        if (count < 0 || (lostPendingSet && lostPending < 0)) {
            lostPending = LOST_UNKNOWN;
        } else {
            lostPending += count;
        }
        lostPendingSet = true;
    }

    /** Steps over one entry of the page; true if it was a record. */
    private boolean nextOnPage() {
        if (end - cursor < 4) {
            return stop("an event header", (end - cursor) + " bytes");
        }
        final int word = intAt(cursor);
        final int type = isBigEndian() ? word >>> TIME_SHIFT : word & 31;
        final int delta = isBigEndian() ? word & ((1 << TIME_SHIFT) - 1) : word >>> 5;
        if (type > 0 && type < PADDING) {
            stamp += delta;
            return take(cursor + 4, 4 * type);
        }
        return nextOther(type, delta);
    }

    /**
     * By itself, since compilers do not take long methods into others, and most entries are short.
     */
    private boolean nextOther(final int type, final int delta) {
        if (type == PADDING && delta == 0) {
            cursor = end;
            return false;
        }
        if (end - cursor < 8) {
            return stop("an event header of 8 bytes", (end - cursor) + " bytes");
        }
        final int array = intAt(cursor + 4);
        if (type == 0 || type == PADDING) {
            if (array < 4 || array > end - cursor - 4) {
                return stop(
                        "an event of at most " + (end - cursor - 4) + " bytes",
                        Integer.toUnsignedString(array));
            }
            // A discarded event moves the time as well: trace-cmd's reading, not the kernel's.
            stamp += delta;
            if (type == 0) {
                return take(cursor + 8, array - 4);
            }
            cursor += 4 + ((array + 3) & ~3);
            return false;
        }
        final long time = Integer.toUnsignedLong(array) << TIME_SHIFT;
        if (type == TIME_EXTEND) {
            stamp += time + delta;
        } else { // 31, an absolute time
            absolute(time + delta);
        }
        cursor += 8;
        return false;
    }

    private void absolute(final long low) {
        final long full = low | (stamp & STAMP_TOP);
        stamp = Long.compareUnsigned(full, stamp) < 0 ? full + (1L << 59) : full;
    }

    private boolean take(final int start, final int size) {
        if (size < 4 || size > end - start) {
            return stop("an event of at most " + (end - start) + " bytes", size + " bytes");
        }
        record = start;
        length = size;
        cursor = start + ((size + 3) & ~3);
        timestamp = file.time.apply(file.guestClock.apply(cpu, stamp));
        format = file.formats.get(shortAt(start) & 0xffff);
        return true;
    }

    private boolean stop(final String expected, final String found) {
        damaged(cursor - pages.start, expected, found);
        cursor = end;
        return false;
    }

    private void damaged(final int onPage, final String expected, final String found) {
        final long offset = pages.fileOffset + (pages.packed ? 0 : onPage);
        file.warnings.at(offset, expected, found + " (CPU " + cpu + ")");
    }
}
