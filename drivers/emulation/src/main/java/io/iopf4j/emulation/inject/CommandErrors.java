// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.inject;

import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import java.util.Map;
import java.util.TreeMap;

/**
 * Spoils commands that a driver has put into its queue: the hardware finds an operation that does
 * not exist, and stops at it. What the command was to do is not done. On an SMMUv3 that is
 * CERROR_ILL, on a VT-d unit an invalidation queue error.
 */
public final class CommandErrors implements PlatformDevice {
    private final PlatformDevice given;
    private final Chance chance;
    private final SeenMemory memory;
    private final Mmio mmio;
    private long spoiled;

    private CommandErrors(
            final PlatformDevice given, final CommandQueueFormat format, final Chance chance) {
        this.given = given;
        this.chance = chance;
        this.memory = new SeenMemory(given.dma());
        this.mmio = new Registers(given.mmio(), format);
    }

    /**
     * An SMMUv3 whose commands are spoiled.
     *
     * @param given the device
     * @param chance whether a command is spoiled
     * @return the device for its driver
     */
    public static CommandErrors ofSmmu(final PlatformDevice given, final Chance chance) {
        return new CommandErrors(given, CommandQueueFormat.SMMUV3, chance);
    }

    /**
     * A VT-d unit whose descriptors are spoiled.
     *
     * @param given the device
     * @param chance whether a descriptor is spoiled
     * @return the device for its driver
     */
    public static CommandErrors ofVtd(final PlatformDevice given, final Chance chance) {
        return new CommandErrors(given, CommandQueueFormat.VTD, chance);
    }

    /**
     * How many commands were spoiled.
     *
     * @return a count since the start
     */
    public long spoiled() {
        return spoiled;
    }

    @Override
    public String name() {
        return given.name();
    }

    @Override
    public Mmio mmio() {
        return mmio;
    }

    @Override
    public DmaAllocator dma() {
        return memory;
    }

    @Override
    public boolean isCoherent() {
        return given.isCoherent();
    }

    @Override
    public InterruptLine interrupt(final String name) {
        return given.interrupt(name);
    }

    /** Sees commands when they are published. */
    private final class Registers extends ForwardingMmio {
        private final CommandQueueFormat format;
        private int next;

        Registers(final Mmio given, final CommandQueueFormat format) {
            super(given);
            this.format = format;
        }

        @Override
        public void writel(final int value, final long offset) {
            if (offset == format.tailRegister()) {
                if (value != 0) {
                    published(value);
                }
                next = value;
            }
            super.writel(value, offset);
        }

        private void published(final int end) {
            final long base = given().readq(format.baseRegister());
            for (int at = next; !format.isSame(at, end, base); at = format.after(at, base)) {
                if (chance.fires() && memory.spoil(format.address(at, base), format.operation())) {
                    spoiled++;
                }
            }
        }
    }

    /** Knows the memory that the driver has for its queue, among other things. */
    private static final class SeenMemory implements DmaAllocator {
        private final DmaAllocator allocator;
        private final TreeMap<Long, DmaMemory> pieces = new TreeMap<>();

        SeenMemory(final DmaAllocator allocator) {
            this.allocator = allocator;
        }

        @Override
        public DmaMemory allocCoherent(final long sizeBytes) {
            final DmaMemory piece = allocator.allocCoherent(sizeBytes);
            if (piece != null) {
                pieces.put(piece.dmaAddress(), piece);
            }
            return piece;
        }

        @Override
        public void freeCoherent(final DmaMemory piece) {
            pieces.remove(piece.dmaAddress());
            allocator.freeCoherent(piece);
        }

        /** Clears bits of a command, if the driver has its memory from here. */
        boolean spoil(final long address, final long operation) {
            final Map.Entry<Long, DmaMemory> entry = pieces.floorEntry(address);
            if (entry == null || address - entry.getKey() >= entry.getValue().sizeBytes()) {
                return false;
            }
            final DmaMemory piece = entry.getValue();
            final long offset = address - entry.getKey();
            piece.putLong(offset, piece.getLong(offset) & ~operation);
            return true;
        }
    }
}
