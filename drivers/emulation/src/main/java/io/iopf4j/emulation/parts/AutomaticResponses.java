// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.parts;

import io.iopf4j.emulation.PcieBus;
import java.util.Arrays;

/**
 * Answers that an IOMMU gives to page requests by itself. A device that asks again from within its
 * answer is answered after it, not from within; one that never stops is stopped: the rest goes out
 * with the next answer or command, and what does not fit is dropped as a link without credits drops
 * it.
 */
public final class AutomaticResponses {
    private static final int CAPACITY = 1024;
    private static final int FIRST_ROOM = 16;
    private static final long TO_GROUP = -1;

    private int[] streamId = new int[FIRST_ROOM];
    private int[] substreamId = new int[FIRST_ROOM];
    private int[] code = new int[FIRST_ROOM];
    private int[] group = new int[FIRST_ROOM];

    /** The page that a stream's request asked for, or {@link #TO_GROUP}. */
    private long[] page = new long[FIRST_ROOM];

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
        if (count == page.length && count < CAPACITY) {
            grow();
        }
        if (count < page.length) {
            final int at = (head + count) & (page.length - 1);
            streamId[at] = sid;
            substreamId[at] = ssid;
            code[at] = responseCode;
            group[at] = groupIndex;
            page[at] = address;
            count++;
        }
        send();
    }

    /** Makes twice the room for a full ring. */
    private void grow() {
        streamId = unrolled(streamId);
        substreamId = unrolled(substreamId);
        code = unrolled(code);
        group = unrolled(group);
        final long[] pages = Arrays.copyOfRange(page, head, head + 2 * count);
        System.arraycopy(page, 0, pages, count - head, head);
        page = pages;
        head = 0;
    }

    private int[] unrolled(final int[] ring) {
        final int[] longer = Arrays.copyOfRange(ring, head, head + 2 * count);
        System.arraycopy(ring, 0, longer, count - head, head);
        return longer;
    }

    /** Sends what waits. */
    public void send() {
        if (isSending || count == 0) {
            return;
        }
        isSending = true;
        for (int left = CAPACITY; left > 0 && count > 0; left--) {
            final int at = head;
            head = (head + 1) & (page.length - 1);
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
