// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.IommuOps;
import io.iopf4j.emulation.Endpoint;
import io.iopf4j.emulation.IommuModel;
import java.util.List;

/** A device behind an {@link EmulatedSmmu}, which issues what it is told. */
public final class SmmuDevice {
    private static final int PASID_BITS = 4;

    private final Endpoint endpoint;
    private final OpenAccesses accesses;
    private final StreamTables tables;

    SmmuDevice(final int index, final int sid, final EmulatedSmmu smmu, final StreamTables tables) {
        final String name = "device-" + Integer.toHexString(sid);
        this.accesses = new OpenAccesses(name, smmu.machine().recorder());
        this.tables = tables;
        this.endpoint =
                new Endpoint(
                        index,
                        name,
                        sid,
                        smmu.model(),
                        (issuer, id, result) -> accesses.ended(id, result));
    }

    OpenAccesses accesses() {
        return accesses;
    }

    /**
     * Reads, without a PASID.
     *
     * @param iova address in bytes
     * @return the access, which may have ended already
     */
    public DmaAccess read(final long iova) {
        return access(IommuModel.NO_SUBSTREAM, iova, IommuFault.PERM_READ);
    }

    /**
     * Writes, without a PASID.
     *
     * @param iova address in bytes
     * @return the access, which may have ended already
     */
    public DmaAccess write(final long iova) {
        return access(IommuModel.NO_SUBSTREAM, iova, IommuFault.PERM_WRITE);
    }

    /**
     * Issues any access.
     *
     * @param pasid SubstreamID, or negative for none
     * @param iova address in bytes
     * @param perm {@code IommuFault.PERM_} bits
     * @return the access, which may have ended already
     */
    public DmaAccess access(final int pasid, final long iova, final int perm) {
        return accesses.issue(
                endpoint.nextId(), pasid, iova, perm, () -> endpoint.access(pasid, iova, perm));
    }

    /**
     * Maps the page around an address in the tables that {@link EmulatedSmmu#stallingDevice} made.
     *
     * @param iova address in bytes, at most 48 bits
     * @throws IllegalStateException if the device has no such tables
     */
    public void map(final long iova) {
        requireTables().map(iova);
    }

    /**
     * Takes the page around an address out of those tables. What the SMMU has cached of it stays
     * until it is invalidated.
     *
     * @param iova address in bytes, at most 48 bits
     * @throws IllegalStateException if the device has no such tables
     */
    public void unmap(final long iova) {
        requireTables().unmap(iova);
    }

    private StreamTables requireTables() {
        if (tables == null) {
            throw new IllegalStateException(
                    endpoint.name() + " has the driver's tables: only a stallingDevice has ours");
        }
        return tables;
    }

    /**
     * The kernel's view of it.
     *
     * @param ops the driver's operations, or a mock
     * @return a new device that can stall, of this StreamID
     */
    public IommuDevice iommuDevice(final IommuOps ops) {
        return new IommuDevice(
                endpoint.name(),
                ops,
                new IommuFwspec(List.of(endpoint.streamId()), true, PASID_BITS));
    }

    /**
     * The device itself, for what resets it or pulls it out.
     *
     * @return the endpoint; what it is told to issue past this class is not accounted for
     */
    public Endpoint endpoint() {
        return endpoint;
    }

    /**
     * Its StreamID.
     *
     * @return 32 bits, unsigned
     */
    public int streamId() {
        return endpoint.streamId();
    }

    @Override
    public String toString() {
        return endpoint.name();
    }
}
