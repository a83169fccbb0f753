// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.parts;

import io.iopf4j.emulation.PcieBus;

/**
 * Answers that an IOMMU gives to page requests by itself. A device that asks again from within its
 * answer is answered after it, not from within; one that never stops is stopped: the rest goes out
 * with the next answer or command, and what does not fit is dropped as a link without credits drops
 * it.
 */
public final class AutomaticResponses {
    private static final int CAPACITY = 1024;
    private static final long TO_GROUP = -1;

    private final int[] streamId = new int[CAPACITY];
    private final int[] substreamId = new int[CAPACITY];
    private final int[] code = new int[CAPACITY];
    private final int[] group = new int[CAPACITY];

    /** The page that a stream's request asked for, or {@link #TO_GROUP}. */
    private final long[] page = new long[CAPACITY];

    private PcieBus bus = PcieBus.EMPTY;
    private int head;
    private int count;
    private boolean isSending;

    /** Nothing to send, and nobody there. */
    public AutomaticResponses() {}

    /**
     * Says whom they go to.
     *
     * @param devices the devices
     */
    public void connect(final PcieBus devices) {
        bus = devices;
    }

    /**
     * Answers a group.
     *
     * @param sid StreamID or requester id
     * @param ssid PASID, or negative for none
     * @param responseCode a code of {@link PcieBus}
     * @param groupIndex group index
     */
    public void answer(
            final int sid, final int ssid, final int responseCode, final int groupIndex) {
        add(sid, ssid, responseCode, groupIndex, TO_GROUP);
    }

    /**
     * Answers one request of a stream.
     *
     * @param sid requester id
     * @param ssid PASID
     * @param responseCode a code of {@link PcieBus}
     * @param groupIndex group index
     * @param address page address, a multiple of 4 KiB
     */
    public void answerOne(
            final int sid,
            final int ssid,
            final int responseCode,
            final int groupIndex,
            final long address) {
        add(sid, ssid, responseCode, groupIndex, address);
    }

    private void add(
            final int sid,
            final int ssid,
            final int responseCode,
            final int groupIndex,
            final long address) {
        if (count < CAPACITY) {
            final int at = (head + count) % CAPACITY;
            streamId[at] = sid;
            substreamId[at] = ssid;
            code[at] = responseCode;
            group[at] = groupIndex;
            page[at] = address;
            count++;
        }
        send();
    }

    /** Sends what waits. */
    public void send() {
        if (isSending || count == 0) {
            return;
        }
        isSending = true;
        for (int left = CAPACITY; left > 0 && count > 0; left--) {
            final int at = head;
            head = (head + 1) % CAPACITY;
            count--;
            if (page[at] == TO_GROUP) {
                bus.pageRequestResponse(streamId[at], substreamId[at], code[at], group[at]);
            } else {
                bus.pageStreamResponse(
                        streamId[at], substreamId[at], code[at], group[at], page[at]);
            }
        }
        isSending = false;
    }
}
