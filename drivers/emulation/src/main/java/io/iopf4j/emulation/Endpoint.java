// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

/** A device that issues DMA accesses through an IOMMU: where every fault starts and ends. */
public final class Endpoint implements Requester, PluggedDevice {
    private final int index;
    private final String name;
    private final int streamId;
    private final IommuModel iommu;
    private final EndpointListener listener;
    private int lastId;
    private int inFlight;
    private int lastForgotten;
    private int forgotten;
    private boolean isUnplugged;

    /**
     * An endpoint that has issued nothing.
     *
     * @param index the bench's number for it, by which a listener finds its own records
     * @param name the device's name
     * @param streamId its StreamID
     * @param iommu what it sits behind
     * @param listener hears how each access ended
     */
    public Endpoint(
            final int index,
            final String name,
            final int streamId,
            final IommuModel iommu,
            final EndpointListener listener) {
        this.index = index;
        this.name = name;
        this.streamId = streamId;
        this.iommu = iommu;
        this.listener = listener;
    }

    /**
     * Issues an access.
     *
     * @param substreamId PASID, or {@link IommuModel#NO_SUBSTREAM}
     * @param iova address in bytes
     * @param perm {@code IommuFault.PERM_} bits
     * @return its id, counting from 1 at each endpoint; it may have ended already
     * @throws IllegalStateException if it is unplugged
     */
    public int access(final int substreamId, final long iova, final int perm) {
        if (isUnplugged) {
            throw new IllegalStateException(name + " is unplugged");
        }
        final int id = ++lastId;
        inFlight++;
        iommu.access(this, id, streamId, substreamId, iova, perm);
        return id;
    }

    /**
     * The id that the next access will get.
     *
     * @return at least 1
     */
    public int nextId() {
        return lastId + 1;
    }

    /**
     * Accesses that have not ended, without those that it has forgotten.
     *
     * @return a count
     */
    public int inFlight() {
        return inFlight;
    }

    /**
     * The bench's number for it.
     *
     * @return what it was made with
     */
    public int index() {
        return index;
    }

    /**
     * The device's name.
     *
     * @return the name
     */
    public String name() {
        return name;
    }

    /**
     * Its StreamID.
     *
     * @return 32 bits, unsigned
     */
    public int streamId() {
        return streamId;
    }

    @Override
    public void reset() {
        lastForgotten = lastId;
        forgotten += inFlight;
        inFlight = 0;
    }

    @Override
    public void unplug() {
        isUnplugged = true;
        reset();
    }

    @Override
    public boolean isUnplugged() {
        return isUnplugged;
    }

    @Override
    public int forgotten() {
        return forgotten;
    }

    @Override
    public void ended(final int id, final AccessResult result) {
        if (id <= lastForgotten) {
            forgotten--;
        } else {
            inFlight--;
        }
        listener.accessEnded(this, id, result);
    }
}
