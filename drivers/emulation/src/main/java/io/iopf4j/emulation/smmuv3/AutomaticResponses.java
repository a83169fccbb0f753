// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.emulation.PcieBus;

/**
 * Answers that the SMMU gives to page requests by itself. A device that asks again from within its
 * answer is answered after it, not from within; one that never stops is stopped: the rest goes out
 * with the next answer or command, and what does not fit is dropped as a link without credits drops
 * it.
 */
final class AutomaticResponses {
    private static final int CAPACITY = 1024;

    private final int[] streamId = new int[CAPACITY];
    private final int[] substreamId = new int[CAPACITY];
    private final int[] code = new int[CAPACITY];
    private final int[] group = new int[CAPACITY];
    private PcieBus bus = PcieBus.EMPTY;
    private int head;
    private int count;
    private boolean isSending;

    void connect(final PcieBus devices) {
        bus = devices;
    }

    void answer(final int sid, final int ssid, final int responseCode, final int groupIndex) {
        if (count < CAPACITY) {
            final int at = (head + count) % CAPACITY;
            streamId[at] = sid;
            substreamId[at] = ssid;
            code[at] = responseCode;
            group[at] = groupIndex;
            count++;
        }
        send();
    }

    /** Sends what waits. */
    void send() {
        if (isSending) {
            return;
        }
        isSending = true;
        for (int left = CAPACITY; left > 0 && count > 0; left--) {
            final int at = head;
            head = (head + 1) % CAPACITY;
            count--;
            bus.pageRequestResponse(streamId[at], substreamId[at], code[at], group[at]);
        }
        isSending = false;
    }
}
