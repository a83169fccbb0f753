// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;

/**
 * One range of physical memory, little-endian, zero at first. Pages of 4 KiB come into being when
 * they are first written, so that a large range costs what is used of it. A chunk of 64 KiB that
 * native code wants to reach moves out of the heap, once and for all. Not thread-safe beyond the
 * single-copy atomicity of aligned accesses.
 */
public final class PhysicalMemory {
    static final int CHUNK_SHIFT = 16;
    static final int CHUNK_BYTES = 1 << CHUNK_SHIFT;
    private static final int CHUNK_MASK = CHUNK_BYTES - 1;
    private static final int PAGE_SHIFT = 12;
    private static final int PAGE_BYTES = 1 << PAGE_SHIFT;
    private static final int PAGE_MASK = PAGE_BYTES - 1;
    private static final int PAGES_OF_CHUNK_SHIFT = CHUNK_SHIFT - PAGE_SHIFT;
    private static final int PAGES_OF_CHUNK = 1 << PAGES_OF_CHUNK_SHIFT;
    private static final int FIRST_PAGES = 1024;

    /** How sparse the table by index may be. */
    private static final int PLACES_OF_PAGE = 256;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final long base;
    private final long sizeBytes;

    /** The lower ones, where nearly all lie; null where a page is zero or mapped. */
    private byte[][] pages = {};

    /** Those far above the others, such as where messages of interrupts go. */
    private final FarPages farPages = new FarPages();

    /** Null until something is. */
    private MappedChunks mapped;

    /** Null if nothing stands before it. */
    private MemoryGate gate;

    /** Pages that have come into being, but for mapped ones. */
    private int usedPages;

    /** Chunks of which a page has come into being, mapped ones too. */
    private int usedChunks;

    /**
     * A range of memory.
     *
     * @param base physical address of its first byte, a multiple of 64 KiB
     * @param sizeBytes its size, a positive multiple of 64 KiB, at most 2^40
     * @throws IllegalArgumentException if base or size is not acceptable
     */
    public PhysicalMemory(final long base, final long sizeBytes) {
        if (base < 0 || (base & CHUNK_MASK) != 0) {
            throw new IllegalArgumentException("base must be a multiple of 64 KiB: base=" + base);
        }
        if (sizeBytes <= 0 || (sizeBytes & CHUNK_MASK) != 0 || sizeBytes > 1L << 40) {
            throw new IllegalArgumentException(
                    "sizeBytes must be a multiple of 64 KiB in (0, 2^40]: sizeBytes=" + sizeBytes);
        }
        this.base = base;
        this.sizeBytes = sizeBytes;
    }

    /**
     * Where it starts.
     *
     * @return physical address of the first byte
     */
    public long base() {
        return base;
    }

    /**
     * How large it is.
     *
     * @return bytes
     */
    public long sizeBytes() {
        return sizeBytes;
    }

    /**
     * Says what stands before it when a device accesses it.
     *
     * @param itsGate asked at each {@link #contains} of what is memory; {@link MemoryGate#OPEN} for
     *     nothing
     */
    public void guard(final MemoryGate itsGate) {
        gate = itsGate == MemoryGate.OPEN ? null : itsGate;
    }

    /**
     * Whether a device's access to a range succeeds: outside it is an external abort, and inside
     * too if the gate says so. A device asks before each access.
     *
     * @param address physical address, any value
     * @param length bytes, at least 0
     * @return every byte is memory, and answers
     */
    public boolean contains(final long address, final long length) {
        return has(address, length) && (gate == null || gate.lets(address, length));
    }

    /** Whether a range lies inside, as software knows without asking. */
    boolean has(final long address, final long length) {
        final long offset = address - base;
        return offset >= 0 && offset <= sizeBytes - length;
    }

    /**
     * Loads 64 bits.
     *
     * @param address physical address, a multiple of 8, inside
     * @return the value
     * @throws IndexOutOfBoundsException if it is not inside
     */
    public long readLong(final long address) {
        final byte[] page = pageAt(address);
        return page != null ? (long) LONGS.get(page, (int) address & PAGE_MASK) : readFar(address);
    }

    private long readFar(final long address) {
        final int index = pageOf(address);
        final byte[] page = page(index);
        if (page != null) {
            return (long) LONGS.get(page, (int) address & PAGE_MASK);
        }
        return isMapped(index) ? mapped.readLong(chunkOf(index), (int) address & CHUNK_MASK) : 0;
    }

    /**
     * Stores 64 bits.
     *
     * @param address physical address, a multiple of 8, inside
     * @param value what to store
     * @throws IndexOutOfBoundsException if it is not inside
     */
    public void writeLong(final long address, final long value) {
        final byte[] page = pageAt(address);
        if (page != null) {
            LONGS.set(page, (int) address & PAGE_MASK, value);
        } else {
            writeFar(address, value);
        }
    }

    private void writeFar(final long address, final long value) {
        final int index = pageOf(address);
        final byte[] page = page(index);
        if (page == null && isMapped(index)) {
            mapped.writeLong(chunkOf(index), (int) address & CHUNK_MASK, value);
        } else {
            LONGS.set(page == null ? newPage(index) : page, (int) address & PAGE_MASK, value);
        }
    }

    /**
     * Stores four times 64 bits: an entry of 32 bytes, found once.
     *
     * @param address physical address, a multiple of 32, inside
     * @param word0 what is stored first
     * @param word1 what is stored 8 bytes on
     * @param word2 what is stored 16 bytes on
     * @param word3 what is stored 24 bytes on
     * @throws IndexOutOfBoundsException if it is not inside
     */
    public void writeLongs(
            final long address,
            final long word0,
            final long word1,
            final long word2,
            final long word3) {
        final byte[] page = pageAt(address);
        final int at = (int) address & PAGE_MASK;
        if (page == null) {
            writeFar(address, word0);
            writeFar(address + 8, word1);
            writeFar(address + 16, word2);
            writeFar(address + 24, word3);
        } else {
            LONGS.set(page, at, word0);
            LONGS.set(page, at + 8, word1);
            LONGS.set(page, at + 16, word2);
            LONGS.set(page, at + 24, word3);
        }
    }

    /**
     * Loads 64 bits several times.
     *
     * @param address physical address, a multiple of 8, inside
     * @param target takes as many as it has room for, all of them in one page
     * @throws IndexOutOfBoundsException if they are not inside
     */
    public void readLongs(final long address, final long[] target) {
        final byte[] page = pageAt(address);
        final int at = (int) address & PAGE_MASK;
        for (int i = 0; i < target.length; i++) {
            target[i] =
                    page == null
                            ? readFar(address + (long) i * Long.BYTES)
                            : (long) LONGS.get(page, at + i * Long.BYTES);
        }
    }

    /**
     * Loads 32 bits.
     *
     * @param address physical address, a multiple of 4, inside
     * @return the value
     * @throws IndexOutOfBoundsException if it is not inside
     */
    public int readInt(final long address) {
        final int index = pageOf(address);
        final byte[] page = page(index);
        if (page != null) {
            return (int) INTS.get(page, (int) address & PAGE_MASK);
        }
        return isMapped(index) ? mapped.readInt(chunkOf(index), (int) address & CHUNK_MASK) : 0;
    }

    /**
     * Stores 32 bits.
     *
     * @param address physical address, a multiple of 4, inside
     * @param value what to store
     * @throws IndexOutOfBoundsException if it is not inside
     */
    public void writeInt(final long address, final int value) {
        final int index = pageOf(address);
        final byte[] page = page(index);
        if (page == null && isMapped(index)) {
            mapped.writeInt(chunkOf(index), (int) address & CHUNK_MASK, value);
        } else {
            INTS.set(page == null ? newPage(index) : page, (int) address & PAGE_MASK, value);
        }
    }

    /**
     * Loads bytes; memory that was never written stays unmade.
     *
     * @param address physical address, any alignment
     * @param target where they go
     * @param from index of the first in the target
     * @param length how many, at least 0; all of them inside
     * @throws IndexOutOfBoundsException if they are not inside memory or the target
     */
    public void readBytes(
            final long address, final byte[] target, final int from, final int length) {
        Objects.checkFromIndexSize(from, length, target.length);
        checkRange(address, length);
        int done = 0;
        while (done < length) {
            final long at = address + done;
            final int inPage = (int) at & PAGE_MASK;
            final int part = Math.min(length - done, PAGE_BYTES - inPage);
            final int index = pageOf(at);
            final byte[] page = page(index);
            if (page != null) {
                System.arraycopy(page, inPage, target, from + done, part);
            } else if (isMapped(index)) {
                mapped.readBytes(chunkOf(index), (int) at & CHUNK_MASK, target, from + done, part);
            } else {
                Arrays.fill(target, from + done, from + done + part, (byte) 0);
            }
            done += part;
        }
    }

    /**
     * Stores bytes; zeros where nothing was written before make no memory.
     *
     * @param address physical address, any alignment
     * @param source where they come from
     * @param from index of the first in the source
     * @param length how many, at least 0; all of them inside
     * @throws IndexOutOfBoundsException if they are not inside memory or the source
     */
    public void writeBytes(
            final long address, final byte[] source, final int from, final int length) {
        Objects.checkFromIndexSize(from, length, source.length);
        checkRange(address, length);
        int done = 0;
        while (done < length) {
            final long at = address + done;
            final int inPage = (int) at & PAGE_MASK;
            final int part = Math.min(length - done, PAGE_BYTES - inPage);
            final int index = pageOf(at);
            final byte[] page = page(index);
            if (page != null) {
                System.arraycopy(source, from + done, page, inPage, part);
            } else if (isMapped(index)) {
                mapped.writeBytes(chunkOf(index), (int) at & CHUNK_MASK, source, from + done, part);
            } else if (!isZero(source, from + done, part)) {
                System.arraycopy(source, from + done, newPage(index), inPage, part);
            }
            done += part;
        }
    }

    /**
     * Stores one byte many times; a page that is filled with zeros is given up, unless it is
     * mapped.
     *
     * @param address physical address, any alignment
     * @param length how many bytes, at least 0; all of them inside
     * @param value the byte
     * @throws IndexOutOfBoundsException if they are not inside
     */
    public void fill(final long address, final long length, final byte value) {
        checkRange(address, length);
        long done = 0;
        while (done < length) {
            final long at = address + done;
            final int inPage = (int) at & PAGE_MASK;
            final int part = (int) Math.min(length - done, PAGE_BYTES - inPage);
            final int index = pageOf(at);
            final byte[] page = page(index);
            if (page == null && isMapped(index)) {
                mapped.fill(chunkOf(index), (int) at & CHUNK_MASK, part, value);
            } else if (value == 0 && part == PAGE_BYTES) {
                forget(index);
            } else if (page != null) {
                Arrays.fill(page, inPage, inPage + part, value);
            } else if (value != 0) {
                Arrays.fill(newPage(index), inPage, inPage + part, value);
            }
            done += part;
        }
    }

    /**
     * Lets native code reach a range. Its chunks move into one stretch of memory outside the heap
     * and stay there; who reads and writes by address sees no difference. A range inside a mapped
     * one gives the same memory again.
     *
     * @param address physical address, any alignment
     * @param length bytes, at least 1; all of them inside
     * @return the range as a direct buffer, little-endian; chunks lie at multiples of 4096
     * @throws IndexOutOfBoundsException if it is not inside
     * @throws UnsupportedOperationException if the chunks together are larger than a buffer can be
     * @throws IllegalArgumentException if it goes beyond what is mapped already: the two would have
     *     to be one stretch
     */
    public ByteBuffer map(final long address, final long length) {
        checkRange(address, length);
        if (length < 1) {
            throw new IllegalArgumentException("length must be at least 1: length=" + length);
        }
        final int first = chunkOf(pageOf(address));
        final int last = chunkOf(pageOf(address + length - 1));
        if (mapped == null) {
            mapped = new MappedChunks(Math.toIntExact(sizeBytes >>> CHUNK_SHIFT));
        }
        if (mapped.isAnyIn(first, last)) {
            if (!mapped.areTogether(first, last)) {
                throw new IllegalArgumentException(
                        "address=0x"
                                + Long.toHexString(address)
                                + " length="
                                + length
                                + " goes beyond what is mapped already");
            }
        } else {
            mapped.add(first, last);
            usedChunks += last - first + 1;
            final int end = (last + 1) << PAGES_OF_CHUNK_SHIFT;
            for (int i = first << PAGES_OF_CHUNK_SHIFT; i < end; i++) {
                final byte[] page = page(i);
                if (page != null) {
                    mapped.writeBytes(
                            chunkOf(i), (i << PAGE_SHIFT) & CHUNK_MASK, page, 0, PAGE_BYTES);
                    forget(i);
                }
            }
        }
        return mapped.slice(first, (int) address & CHUNK_MASK, (int) length);
    }

    /**
     * What it really takes, for whoever watches over its size.
     *
     * @return bytes of the chunks of which a page has come into being
     */
    public long usedBytes() {
        return (long) usedChunks << CHUNK_SHIFT;
    }

    private boolean isMapped(final int index) {
        return mapped != null && mapped.isAnyIn(chunkOf(index), chunkOf(index));
    }

    private void checkRange(final long address, final long length) {
        if (length < 0 || !has(address, length)) {
            throw new IndexOutOfBoundsException(
                    "address=0x"
                            + Long.toHexString(address)
                            + " length="
                            + length
                            + " is no memory");
        }
    }

    private static boolean isZero(final byte[] bytes, final int from, final int length) {
        for (int i = from; i < from + length; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private int pageOf(final long address) {
        // The base is a multiple of the page, so an address and its offset share their low bits.
        final long offset = address - base;
        if (offset < 0 || offset >= sizeBytes) {
            throw new IndexOutOfBoundsException(
                    "address=0x" + Long.toHexString(address) + " is not memory");
        }
        return (int) (offset >>> PAGE_SHIFT);
    }

    /** The chunk that a page is in. */
    private static int chunkOf(final int index) {
        return index >>> PAGES_OF_CHUNK_SHIFT;
    }

    /** Null where it is far, zero, mapped or no memory: the short way to most of what is used. */
    private byte[] pageAt(final long address) {
        // Below the base the offset is a large number.
        final long index = (address - base) >>> PAGE_SHIFT;
        return index < pages.length ? pages[(int) index] : null;
    }

    /** Whether no page is there in the chunk that a page is in. */
    private boolean isChunkEmpty(final int index) {
        final int first = chunkOf(index) << PAGES_OF_CHUNK_SHIFT;
        for (int i = first; i < first + PAGES_OF_CHUNK; i++) {
            if (page(i) != null) {
                return false;
            }
        }
        return true;
    }

    /** Null where it is zero or mapped. */
    private byte[] page(final int index) {
        return index < pages.length ? pages[index] : farPages.get(index);
    }

    private void forget(final int index) {
        if (page(index) != null) {
            if (index < pages.length) {
                pages[index] = null;
            } else {
                farPages.remove(index);
            }
            usedPages--;
            usedChunks -= isChunkEmpty(index) ? 1 : 0;
        }
    }

    private byte[] newPage(final int index) {
        final byte[] page = new byte[PAGE_BYTES];
        usedChunks += isChunkEmpty(index) ? 1 : 0;
        usedPages++;
        final int end = tableEnd(index);
        if (end > pages.length) {
            pages = Arrays.copyOf(pages, Math.max(end, 2 * pages.length));
            farPages.moveTo(pages);
        }
        if (index < pages.length) {
            pages[index] = page;
        } else {
            farPages.put(index, page);
        }
        return page;
    }

    /** How long a table by index is worth while now that there is one more page. */
    private int tableEnd(final int index) {
        final long most = Math.max(FIRST_PAGES, (long) usedPages * PLACES_OF_PAGE);
        final int end = farPages.endBelow(most);
        return Math.max(FIRST_PAGES, index < most ? Math.max(end, index + 1) : end);
    }
}
