// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

import io.iopf4j.api.hw.MessageInterrupt;

/** An interrupt that is raised by a message: a line with an address and data. */
public final class MessageWire extends WiredInterrupt implements MessageInterrupt {
    private final long address;
    private final int data;

    /**
     * A line that nobody listens to.
     *
     * @param name firmware name
     * @param address where its message goes
     * @param data what its message is
     */
    public MessageWire(final String name, final long address, final int data) {
        super(name);
        this.address = address;
        this.data = data;
    }

    @Override
    public long messageAddress() {
        return address;
    }

    @Override
    public int messageData() {
        return data;
    }
}
