// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.vfio;

import io.iopf4j.api.Errno;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A ring that the kernel and a virtual machine monitor share: {@code struct vfio_pci_region} with
 * what is common to both regions of Eric Auger's series. A page with the header, then {@value
 * #ENTRIES} entries, rounded up to a page, little-endian:
 *
 * <pre>
 *  0      4           8           12      16       20      4096                      size
 * +------+-----------+-----------+-------+--------+-------+-------+-------+- ... ---+
 * | user | entrySize | nbEntries |offset | kernel | empty | entry | entry |         |
 * +------+-----------+-----------+-------+--------+-------+-------+-------+- ... ---+
 *  index                                   index           0       1
 * </pre>
 *
 * <p>One slot always stays empty, so that equal indexes mean an empty ring. Whose index is producer
 * differs: of faults the kernel's is the head, of responses user space's is.
 *
 * <p>Thread-safe: header and indexes are under the ring's lock, which nobody takes where a kernel
 * has one processor: six turns of it are a fifth of a cycle. The entries of a mapping are not under
 * it, as in the kernel: an index that passes the lock orders them.
 */
public abstract sealed class VfioRegion permits VfioFaultRegion, VfioResponseRegion {
    /** Entries in the ring; one less can be used. */
    public static final int ENTRIES = 512;

    /** Bytes of a page: where the ring starts, and from where on it may be mapped. */
    public static final int PAGE_BYTES = 4096;

    /** Bytes of the header. */
    public static final int HEADER_BYTES = 20;

    /** Where the header has user space's index, the only one that may be written. */
    public static final int USER_INDEX = 0;

    /** Where the header has the bytes of an entry. */
    public static final int ENTRY_SIZE = 4;

    /** Where the header has the number of entries. */
    public static final int NB_ENTRIES = 8;

    /** Where the header has the first entry's offset in the region. */
    public static final int OFFSET = 12;

    /** Where the header has the kernel's index. */
    public static final int KERNEL_INDEX = 16;

    private static final VarHandle INTS =
            MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final int entryBytes;
    private final boolean isUniprocessor;
    private final ByteBuffer memory;
    private boolean isFreed;

    VfioRegion(final int entryBytes, final boolean isUniprocessor) {
        this.entryBytes = entryBytes;
        this.isUniprocessor = isUniprocessor;
        final int ringBytes = entryBytes * ENTRIES;
        final int ringPages = (ringBytes + PAGE_BYTES - 1) / PAGE_BYTES;
        memory = ByteBuffer.allocate(PAGE_BYTES + ringPages * PAGE_BYTES);
        INTS.set(memory, ENTRY_SIZE, entryBytes);
        INTS.set(memory, NB_ENTRIES, ENTRIES);
        INTS.set(memory, OFFSET, PAGE_BYTES);
    }

    /**
     * Which of the two it is.
     *
     * @return a {@code REGION_SUBTYPE_} number of {@link VfioUapi}
     */
    public abstract int subtype();

    /**
     * The capability by which user space finds its ABI version.
     *
     * @return a {@code REGION_INFO_CAP_} number of {@link VfioUapi}
     */
    public abstract int capabilityId();

    /**
     * Size of the region.
     *
     * @return bytes, whole pages
     */
    public final int size() {
        return memory.capacity();
    }

    /**
     * Size of an entry.
     *
     * @return bytes
     */
    public final int entryBytes() {
        return entryBytes;
    }

    /**
     * Reads any range, header and ring ({@code pread} of the device's file).
     *
     * @param into takes bytes at its position, which moves on; what remains in it is the count
     * @param offset of the first byte in the region
     * @return bytes read; {@code -EINVAL} if the range is not inside; {@code -EFAULT} if the buffer
     *     cannot be written; {@code -EBADF} once the device was released
     */
    public final int read(final ByteBuffer into, final long offset) {
        final int count = into.remaining();
        if (!isInside(offset, count)) {
            return -Errno.EINVAL;
        }
        if (into.isReadOnly()) {
            return -Errno.EFAULT;
        }
        if (isUniprocessor) {
            return copy(into, (int) offset, count);
        }
        synchronized (memory) {
            return copy(into, (int) offset, count);
        }
    }

    private int copy(final ByteBuffer into, final int offset, final int count) {
        if (isFreed) {
            return -Errno.EBADF;
        }
        into.put(into.position(), memory, offset, count);
        into.position(into.position() + count);
        return count;
    }

    /**
     * Writes user space's index, the only thing that may be written ({@code pwrite}). It must be
     * below {@value #ENTRIES}; whether it passes the kernel's index is not looked at, so that a
     * guest that lies gets or gives old entries once more.
     *
     * @param from gives 4 bytes, little-endian, from its position, which moves on
     * @param offset 0
     * @return 4; {@code -EINVAL} for another count, offset or an index out of range, nothing having
     *     changed; {@code -EBADF} once the device was released
     */
    public final int write(final ByteBuffer from, final long offset) {
        if (offset != USER_INDEX || from.remaining() != Integer.BYTES) {
            return -Errno.EINVAL;
        }
        final int index = (int) INTS.get(from, from.position());
        if (Integer.compareUnsigned(index, ENTRIES) >= 0) {
            return -Errno.EINVAL;
        }
        final int ret = lockAndSetUserIndex(index);
        if (ret > 0) {
            from.position(from.position() + ret);
        }
        return ret;
    }

    private int lockAndSetUserIndex(final int index) {
        if (isUniprocessor) {
            return setUserIndex(index);
        }
        synchronized (memory) {
            return setUserIndex(index);
        }
    }

    private int setUserIndex(final int index) {
        if (isFreed) {
            return -Errno.EBADF;
        }
        INTS.set(memory, USER_INDEX, index);
        userIndexWritten();
        return Integer.BYTES;
    }

    /**
     * Whether a range can be mapped ({@code mmap} of the device's file): whole pages from the
     * second page on, which is the one area of the sparse mmap capability.
     *
     * @param offset of the first byte in the region
     * @param length bytes
     * @return 0; {@code -EINVAL} if the range is empty, begins inside the header's page or inside
     *     another page, or ends past the end
     */
    public final int mmap(final long offset, final long length) {
        final boolean isMappable =
                length > 0
                        && offset >= PAGE_BYTES
                        && offset % PAGE_BYTES == 0
                        && isInside(offset, length);
        return isMappable ? 0 : -Errno.EINVAL;
    }

    /**
     * Maps a range.
     *
     * @param offset of the first byte in the region
     * @param length bytes
     * @return the region's own memory, little-endian; null where {@link #mmap} refuses
     */
    public final ByteBuffer map(final long offset, final int length) {
        return mmap(offset, length) == 0
                ? memory.slice((int) offset, length).order(ByteOrder.LITTLE_ENDIAN)
                : null;
    }

    private boolean isInside(final long offset, final long count) {
        return offset >= 0 && offset <= size() && count <= size() - offset;
    }

    // ---- For the two regions --------------------------------------------------------------------

    /** Runs under the lock after user space wrote its index. */
    void userIndexWritten() {}

    /** Whether one thread does it all: then nobody takes the ring's lock. */
    final boolean isUniprocessor() {
        return isUniprocessor;
    }

    /** The ring's lock; everything below wants it held. */
    final Object lock() {
        return memory;
    }

    final ByteBuffer memory() {
        return memory;
    }

    final boolean isFreed() {
        return isFreed;
    }

    /** Nothing can be read or written from now on; a mapping stays what it is. */
    final void free() {
        synchronized (memory) {
            isFreed = true;
        }
    }

    final int userIndex() {
        return (int) INTS.get(memory, USER_INDEX);
    }

    final int kernelIndex() {
        return (int) INTS.get(memory, KERNEL_INDEX);
    }

    final void setKernelIndex(final int index) {
        INTS.set(memory, KERNEL_INDEX, index);
    }

    final int entryAt(final int index) {
        return PAGE_BYTES + index * entryBytes;
    }

    static int next(final int index) {
        return (index + 1) & (ENTRIES - 1);
    }
}
