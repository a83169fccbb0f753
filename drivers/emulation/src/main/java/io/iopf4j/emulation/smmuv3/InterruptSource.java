// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.WiredInterrupt;
import io.iopf4j.emulation.parts.Edge;

/**
 * One source of interrupts: its wire and, where messages are built in, its IRQ_CFG registers. IHI
 * 0070, 3.18 and 6.3.21 to 6.3.23.
 */
final class InterruptSource {
    private final PhysicalMemory memory;
    private final WiredInterrupt wire;
    private final Edge edge;
    private final int cfg2Bits;
    private final boolean hasMessages;
    private long cfg0;
    private int cfg1;
    private int cfg2;

    InterruptSource(
            final PhysicalMemory memory,
            final String name,
            final boolean hasMessages,
            final int cfg2Bits) {
        this.memory = memory;
        this.wire = new WiredInterrupt(name);
        this.edge = new Edge(wire::pulse);
        this.hasMessages = hasMessages;
        this.cfg2Bits = cfg2Bits;
    }

    WiredInterrupt wire() {
        return wire;
    }

    long cfg0() {
        return cfg0;
    }

    int cfg1() {
        return cfg1;
    }

    int cfg2() {
        return cfg2;
    }

    void writeCfg0(final long value) {
        cfg0 = hasMessages ? value & SmmuRegisters.IRQ_CFG0_ADDR_MASK : 0;
    }

    void writeCfg1(final int value) {
        cfg1 = hasMessages ? value : 0;
    }

    void writeCfg2(final int value) {
        cfg2 = value & cfg2Bits;
    }

    /** Sends the configured message, if there is one; false if its write is aborted. */
    boolean sendMessage() {
        return sendMessage(cfg0, cfg1);
    }

    /** Sends a message of 32 bits unless the address is 0; false if its write is aborted. */
    boolean sendMessage(final long address, final int data) {
        if (!hasMessages || address == 0) {
            return true;
        }
        if (!memory.contains(address, Integer.BYTES)) {
            return false;
        }
        memory.writeInt(address, data);
        return true;
    }

    /** Pulses the wire. */
    void pulse() {
        edge.pulse();
    }
}
