// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.emulation.PhysicalMemory;
import java.util.Arrays;
import java.util.List;

/**
 * Where a physical address leads: to memory or to registers. Memory takes any alignment. Registers
 * are accessed by 4 or 8 aligned bytes; other single accesses read as zero and ignore stores. A
 * block over registers must be of whole words of 4 bytes; it becomes accesses of 8 bytes where all
 * registers take them and alignment and what is left allow, else of 4.
 */
final class AddressMap {
    private final PhysicalMemory memory;
    private final List<Window> windows;

    AddressMap(final Machine machine) {
        this.memory = machine.memory();
        this.windows = machine.windows();
    }

    /** Loads 1, 2, 4 or 8 bytes. */
    long load(final long address, final int width) throws BadCommandException {
        if (memory.contains(address, width)) {
            return Words.load(memory, address, width);
        }
        final Window window = window(address, width);
        return address % width == 0 ? load(window, address, width) : 0;
    }

    private static long load(final Window window, final long address, final int width) {
        final Mmio registers = window.registers();
        final long offset = address - window.base();
        return switch (width) {
            case Long.BYTES -> registers.readq(offset);
            case Integer.BYTES -> Integer.toUnsignedLong(registers.readl(offset));
            default -> 0;
        };
    }

    /** Stores the low 1, 2, 4 or 8 bytes of a value. */
    void store(final long address, final int width, final long value) throws BadCommandException {
        if (memory.contains(address, width)) {
            Words.store(memory, address, width, value);
            return;
        }
        final Window window = window(address, width);
        if (address % width == 0) {
            store(window, address, width, value);
        }
    }

    private static void store(
            final Window window, final long address, final int width, final long value) {
        final Mmio registers = window.registers();
        final long offset = address - window.base();
        if (width == Long.BYTES) {
            registers.writeq(value, offset);
        } else if (width == Integer.BYTES) {
            registers.writel((int) value, offset);
        }
    }

    /** Refuses a block that is not wholly in one place, or not of whole words over registers. */
    void check(final long address, final long size) throws BadCommandException {
        if (size < 0 || !memory.contains(address, size)) {
            window(address, size);
            if ((address | size) % Integer.BYTES != 0) {
                throw new BadCommandException("registers are read and written by whole words");
            }
        }
    }

    /** Loads a block that was checked, or a piece of one. */
    void load(final long address, final byte[] target, final int length)
            throws BadCommandException {
        if (memory.contains(address, length)) {
            memory.readBytes(address, target, 0, length);
            return;
        }
        final Window window = window(address, length);
        int width;
        for (int done = 0; done < length; done += width) {
            width = width(window, address + done, length - done);
            Words.put(target, done, width, load(window, address + done, width));
        }
    }

    /** Stores a block that was checked, or a piece of one. */
    void store(final long address, final byte[] source, final int length)
            throws BadCommandException {
        if (memory.contains(address, length)) {
            memory.writeBytes(address, source, 0, length);
            return;
        }
        final Window window = window(address, length);
        int width;
        for (int done = 0; done < length; done += width) {
            width = width(window, address + done, length - done);
            store(window, address + done, width, Words.get(source, done, width));
        }
    }

    /** Fills a block that was checked, or a piece of one. */
    void fill(final long address, final long size, final byte value) throws BadCommandException {
        if (memory.contains(address, size)) {
            memory.fill(address, size, value);
            return;
        }
        final byte[] bytes = new byte[(int) size]; // No larger than a window.
        Arrays.fill(bytes, value);
        store(address, bytes, bytes.length);
    }

    private static int width(final Window window, final long address, final int left) {
        final int widest = window.wordBytes();
        return address % widest == 0 && left >= widest ? widest : Integer.BYTES;
    }

    private Window window(final long address, final long size) throws BadCommandException {
        for (final Window window : windows) {
            final long offset = address - window.base();
            final long bytes = window.registers().sizeBytes();
            if (offset >= 0 && size >= 0 && size <= bytes && offset <= bytes - size) {
                return window;
            }
        }
        throw new BadCommandException(
                "no memory and no registers at 0x"
                        + Long.toHexString(address)
                        + (size == 1 ? "" : " for " + Long.toUnsignedString(size) + " bytes"));
    }
}
