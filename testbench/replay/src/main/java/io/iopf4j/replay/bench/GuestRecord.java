// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.PageResponseType;
import java.util.Arrays;

/**
 * What a guest gets to see of a fault, and what it answers by: the last request of its group, and
 * the pages of the others. Mutable and reused: whoever keeps a record copies it.
 */
public final class GuestRecord {
    private GuestDevice device;
    private int ssid;
    private long iova;
    private int grpid;
    private int cookie;
    private int responseType = PageResponseType.GROUP;
    private boolean isLast = true;
    private int perm;
    private long[] pages = new long[1];
    private int pageCount;

    /** An empty record. */
    public GuestRecord() {}

    /**
     * Fills it: the last request of a group.
     *
     * @param itsDevice the device that faulted
     * @param itsSsid its PASID, or negative for none
     * @param itsIova the faulting address in bytes
     * @param itsGrpid the group's index
     * @param itsCookie what iommufd names it by; 0 before 6.12, which had no cookies
     * @return this
     */
    public GuestRecord set(
            final GuestDevice itsDevice,
            final int itsSsid,
            final long itsIova,
            final int itsGrpid,
            final int itsCookie) {
        device = itsDevice;
        ssid = itsSsid;
        iova = itsIova;
        grpid = itsGrpid;
        cookie = itsCookie;
        responseType = PageResponseType.GROUP;
        isLast = true;
        perm = 0;
        pageCount = 0;
        return this;
    }

    /**
     * Adds an earlier request of the group.
     *
     * @param itsIova its address in bytes
     */
    public void addPage(final long itsIova) {
        if (pageCount == pages.length) {
            pages = Arrays.copyOf(pages, pageCount * 2);
        }
        pages[pageCount++] = itsIova;
    }

    /**
     * Requests of the group but the last.
     *
     * @return a count
     */
    public int pageCount() {
        return pageCount;
    }

    /**
     * Where one of them faulted.
     *
     * @param index in [0, {@link #pageCount()})
     * @return bytes
     */
    public long page(final int index) {
        return pages[index];
    }

    /**
     * Says how it wants to be answered, and whether it completes its group.
     *
     * @param type a {@link PageResponseType}
     * @param last it is the group's last request
     * @return this
     */
    public GuestRecord shape(final int type, final boolean last) {
        responseType = type;
        isLast = last;
        return this;
    }

    /**
     * Says what it asks for.
     *
     * @param itsPerm {@code IommuFault.PERM_} bits
     * @return this
     */
    public GuestRecord asking(final int itsPerm) {
        perm = itsPerm;
        return this;
    }

    /**
     * Takes all values of another record.
     *
     * @param other where from
     * @return this
     */
    public GuestRecord copyFrom(final GuestRecord other) {
        set(other.device, other.ssid, other.iova, other.grpid, other.cookie)
                .shape(other.responseType, other.isLast)
                .asking(other.perm);
        for (int i = 0; i < other.pageCount; i++) {
            addPage(other.pages[i]);
        }
        return this;
    }

    /**
     * The device that faulted.
     *
     * @return the device, or null if the host named one that the guest does not have
     */
    public GuestDevice device() {
        return device;
    }

    /** The device's number on the bench, negative if there is no device. */
    int deviceIndex() {
        return device == null ? -1 : device.endpoint().index();
    }

    /**
     * Its PASID.
     *
     * @return the PASID, negative for none
     */
    public int ssid() {
        return ssid;
    }

    /**
     * Where it faulted.
     *
     * @return bytes
     */
    public long iova() {
        return iova;
    }

    /**
     * The group's index.
     *
     * @return as the hardware gave it
     */
    public int grpid() {
        return grpid;
    }

    /**
     * What iommufd names it by.
     *
     * @return the cookie, or 0
     */
    public int cookie() {
        return cookie;
    }

    /**
     * How it wants to be answered.
     *
     * @return a {@link PageResponseType}
     */
    public int responseType() {
        return responseType;
    }

    /**
     * What it asks for.
     *
     * @return {@code IommuFault.PERM_} bits
     */
    public int perm() {
        return perm;
    }

    /**
     * Whether it completes its group.
     *
     * @return it is the group's last request
     */
    public boolean isLast() {
        return isLast;
    }

    /**
     * Whether it is owed an answer.
     *
     * @return it completes its group, or wants an answer of its own
     */
    public boolean isOwedAnswer() {
        return isLast || responseType == PageResponseType.STREAM;
    }
}
