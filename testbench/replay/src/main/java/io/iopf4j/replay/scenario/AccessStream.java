// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import io.iopf4j.api.IommuFault;
import io.iopf4j.emulation.IommuModel;
import java.util.SplittableRandom;

/**
 * One device's accesses, one after the other: a cursor that allocates nothing. The same workload
 * and seed give the same accesses. It knows nothing of how many are open; whoever issues them holds
 * back what is more than {@link Workload#inFlight()}.
 */
public final class AccessStream {
    private final Workload workload;
    private final SplittableRandom random;
    private long taken;
    private long bursts;
    private int leftOfBurst;
    private long timeNs;
    private int nextPage;
    private int page;
    private int pasid;
    private int perm;

    /**
     * Before the first access.
     *
     * @param workload what the device does
     * @param random where chance comes from, for this device alone
     */
    public AccessStream(final Workload workload, final SplittableRandom random) {
        this.workload = workload;
        this.random = random;
        this.timeNs = workload.startNs();
    }

    /**
     * Goes to the next access.
     *
     * @return false if none is left; the values are then undefined
     */
    public boolean next() {
        if (taken == workload.count()) {
            return false;
        }
        if (leftOfBurst == 0) {
            timeNs = nextBurstNs();
            leftOfBurst = workload.burst();
            bursts++;
        }
        if (timeNs >= workload.stopNs()) {
            return false;
        }
        leftOfBurst--;
        taken++;
        drawPage();
        pasid = drawPasid();
        perm = drawPerm();
        return true;
    }

    private long nextBurstNs() {
        final double betweenNs = (double) workload.burst() * workload.perNs() / workload.rate();
        if (workload.isRandom()) {
            return timeNs + Delay.exponential(random, betweenNs);
        }
        // From the start each time: rounding must not add up.
        return workload.startNs() + (long) (bursts * betweenNs);
    }

    private void drawPage() {
        final Workload.Addresses addresses = workload.addresses();
        if (addresses.isRandom()) {
            page = random.nextInt(addresses.pages());
        } else {
            page = nextPage;
            nextPage = (nextPage + workload.groupSize()) % addresses.pages();
        }
    }

    private int drawPasid() {
        return switch (workload.pasids().size()) {
            case 0 -> IommuModel.NO_SUBSTREAM;
            case 1 -> workload.pasids().get(0);
            default -> workload.pasids().get(random.nextInt(workload.pasids().size()));
        };
    }

    private int drawPerm() {
        return switch (workload.access()) {
            case READ -> IommuFault.PERM_READ;
            case WRITE -> IommuFault.PERM_WRITE;
            case MIXED -> random.nextInt(2) == 0 ? IommuFault.PERM_READ : IommuFault.PERM_WRITE;
        };
    }

    /**
     * When the device wants to issue it.
     *
     * @return virtual nanoseconds from the start of the run; never less than the one before
     */
    public long timeNs() {
        return timeNs;
    }

    /**
     * Its PASID.
     *
     * @return 20 bits, or {@link IommuModel#NO_SUBSTREAM}
     */
    public int pasid() {
        return pasid;
    }

    /**
     * Its address.
     *
     * @return the first request's page, in bytes
     */
    public long address() {
        return address(0);
    }

    /**
     * The address of one of its requests: pages in a row, and round again at the end of the range.
     *
     * @param request in [0, {@link Workload#groupSize()})
     * @return the page, in bytes
     */
    public long address(final int request) {
        final Workload.Addresses addresses = workload.addresses();
        final long index = ((long) page + request) % addresses.pages();
        return addresses.from() + index * Workload.Addresses.PAGE_BYTES;
    }

    /**
     * How many requests each access has.
     *
     * @return at least 1
     */
    public int groupSize() {
        return workload.groupSize();
    }

    /**
     * What it asks for.
     *
     * @return {@code IommuFault.PERM_} bits
     */
    public int perm() {
        return perm;
    }
}
