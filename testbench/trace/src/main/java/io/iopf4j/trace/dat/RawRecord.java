// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import io.iopf4j.trace.EventField;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A record of a tracepoint as the kernel writes it, from its {@code common_type} on, in the byte
 * order of its machine: what trace.dat and perf.data share. One thread.
 */
public class RawRecord {
    private static final VarHandle INT_LE =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT_BE =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG_BE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle SHORT_LE =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT_BE =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);

    /** Holds the current record. */
    public byte[] bytes = new byte[0];

    /** Where the record begins, its {@code common_type}. */
    public int record;

    /** The record's length, padding included. */
    public int length;

    private final boolean bigEndian;

    /**
     * No record yet.
     *
     * @param bigEndian the byte order of the machine that wrote the records
     */
    public RawRecord(final boolean bigEndian) {
        this.bigEndian = bigEndian;
    }

    /**
     * The byte order.
     *
     * @return true if numbers begin with their highest byte
     */
    public final boolean isBigEndian() {
        return bigEndian;
    }

    /**
     * Whether a field lies in the record.
     *
     * @param field of the record's format
     * @return true if {@link #number} may be asked
     */
    public final boolean holds(final EventField field) {
        return field.size() <= length - field.offset();
    }

    /**
     * A number of the record.
     *
     * @param field must lie in the record
     * @return extended by its sign if it has one; 0 if it is no number
     */
    public final long number(final EventField field) {
        final int at = record + field.offset();
        return switch (field.size()) {
            case 8 -> longAt(at);
            case 4 -> field.isSigned() ? intAt(at) : intAt(at) & 0xffff_ffffL;
            case 2 -> field.isSigned() ? shortAt(at) : shortAt(at) & 0xffff;
            case 1 -> field.isSigned() ? bytes[at] : bytes[at] & 0xff;
            default -> 0;
        };
    }

    /**
     * Four bytes.
     *
     * @param at where in {@link #bytes}
     * @return the number
     */
    public final int intAt(final int at) {
        return bigEndian ? (int) INT_BE.get(bytes, at) : (int) INT_LE.get(bytes, at);
    }

    /**
     * Eight bytes.
     *
     * @param at where in {@link #bytes}
     * @return the number
     */
    public final long longAt(final int at) {
        return bigEndian ? (long) LONG_BE.get(bytes, at) : (long) LONG_LE.get(bytes, at);
    }

    /**
     * Two bytes.
     *
     * @param at where in {@link #bytes}
     * @return the number
     */
    public final short shortAt(final int at) {
        return bigEndian ? (short) SHORT_BE.get(bytes, at) : (short) SHORT_LE.get(bytes, at);
    }

    /**
     * Writes eight bytes, as whoever wrote the records would.
     *
     * @param at where in {@link #bytes}
     * @param value the number
     */
    public final void putLong(final int at, final long value) {
        if (bigEndian) {
            LONG_BE.set(bytes, at, value);
        } else {
            LONG_LE.set(bytes, at, value);
        }
    }
}
