// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.WiredInterrupt;
import io.iopf4j.emulation.parts.Edge;

/**
 * One of the three events, which work alike: control, data, address and upper address, and the
 * message that goes out at once, or when software unmasks it. Whoever raises it has made visible
 * before what it is raised for. VT-d specification, 7.3 and 11.4.7.2 to 11.4.7.5.
 */
final class EventInterrupt {
    private static final int DATA_BITS = 0xffff;
    private static final int ADDRESS_BITS = -4;

    private final PhysicalMemory memory;
    private final WiredInterrupt wire;
    private final boolean hasUpperAddress;
    private final Edge edge = new Edge(this::hear);
    private Vtd.MessageListener listener = (address, data) -> {};
    private boolean isMasked = true;
    private boolean isPending;
    private int data;
    private int address;
    private int upperAddress;
    private long sentAddress;
    private int sentData;

    /** An event out of reset: masked. */
    EventInterrupt(final PhysicalMemory memory, final String name, final boolean hasUpperAddress) {
        this.memory = memory;
        this.wire = new WiredInterrupt(name);
        this.hasUpperAddress = hasUpperAddress;
    }

    WiredInterrupt wire() {
        return wire;
    }

    void connect(final Vtd.MessageListener whoHears) {
        listener = whoHears;
    }

    /** The register of that distance from the control register. */
    int read(final int from) {
        return switch (from) {
            case 0 ->
                    (isMasked ? VtdRegisters.EVENT_IM : 0)
                            | (isPending ? VtdRegisters.EVENT_IP : 0);
            case VtdRegisters.EVENT_DATA -> data;
            case VtdRegisters.EVENT_ADDRESS -> address;
            default -> upperAddress;
        };
    }

    void write(final int from, final int value) {
        switch (from) {
            case 0 -> {
                isMasked = (value & VtdRegisters.EVENT_IM) != 0;
                sendIfPossible();
            }
            case VtdRegisters.EVENT_DATA -> data = value & DATA_BITS;
            case VtdRegisters.EVENT_ADDRESS -> address = value & ADDRESS_BITS;
            default -> upperAddress = hasUpperAddress ? value : 0;
        }
    }

    /** The condition has come up and nothing of its kind was there before. */
    void raise() {
        isPending = true;
        sendIfPossible();
    }

    /** Software has cleared all that it could have been raised for. */
    void served() {
        isPending = false;
    }

    private void sendIfPossible() {
        if (!isPending || isMasked) {
            return;
        }
        isPending = false;
        sentAddress = (long) upperAddress << Integer.SIZE | Integer.toUnsignedLong(address);
        sentData = data;
        if (memory.contains(sentAddress, Integer.BYTES)) {
            memory.writeInt(sentAddress, sentData);
        }
        edge.pulse();
    }

    private void hear() {
        listener.message(sentAddress, sentData);
        wire.pulse();
    }
}
