// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.smmuv3;

/**
 * Descriptors of 8 bytes in the first level of a two-level table: of streams (L1STD) and of
 * contexts (L1CD). IHI 0070, 5.1 and 5.3.
 */
public final class LevelOneDescriptor {
    /** Bytes of a descriptor. */
    public static final int BYTES = 8;

    /** Largest Span of a stream table descriptor that is not reserved. */
    public static final int SPAN_MAX = 11;

    private static final long SPAN_MASK = 0x1f;
    private static final long STREAM_POINTER_MASK = 0x000f_ffff_ffff_ffc0L;
    private static final long CONTEXT_POINTER_MASK = 0x000f_ffff_ffff_f000L;
    private static final long CONTEXT_V = 1;

    private LevelOneDescriptor() {}

    /**
     * Descriptor that leads to stream table entries.
     *
     * @param pointer address of the entries
     * @param span 2^(span-1) of them; 0 for none
     * @return the doubleword
     */
    public static long ofStreams(final long pointer, final int span) {
        return (pointer & STREAM_POINTER_MASK) | (span & SPAN_MASK);
    }

    /**
     * Descriptor that leads to context descriptors.
     *
     * @param pointer address of the leaf
     * @return the doubleword, valid
     */
    public static long ofContexts(final long pointer) {
        return (pointer & CONTEXT_POINTER_MASK) | CONTEXT_V;
    }

    /**
     * Span of a stream table descriptor.
     *
     * @param descriptor the doubleword
     * @return in [0, 31]; 0 and 12 to 31 lead nowhere
     */
    public static int span(final long descriptor) {
        return (int) (descriptor & SPAN_MASK);
    }

    /**
     * Where the stream table entries are.
     *
     * @param descriptor the doubleword
     * @return an address
     */
    public static long streamPointer(final long descriptor) {
        return descriptor & STREAM_POINTER_MASK;
    }

    /**
     * Whether a context table descriptor is valid.
     *
     * @param descriptor the doubleword
     * @return V
     */
    public static boolean isContextValid(final long descriptor) {
        return (descriptor & CONTEXT_V) != 0;
    }

    /**
     * Where the context descriptors are.
     *
     * @param descriptor the doubleword
     * @return an address
     */
    public static long contextPointer(final long descriptor) {
        return descriptor & CONTEXT_POINTER_MASK;
    }
}
