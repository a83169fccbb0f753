// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import io.iopf4j.api.IommuFault;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.AtsCompletion;
import io.iopf4j.emulation.AtsReply;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.PcieIommu;
import io.iopf4j.emulation.PluggedDevice;
import io.iopf4j.emulation.Scheduler;

/**
 * A PCI function that translates first and asks for pages that it does not get. What it may do is
 * what its configuration space says: without ATS its accesses go out untranslated, and a fault ends
 * them; without PRI it asks for nothing, and a page that is missing ends the access; with PRI it
 * asks for as much at once as it was allocated. Every access ends exactly once, whatever the
 * answers are, unless there is none. One thread.
 */
public final class PciEndpoint implements PluggedDevice {
    private static final int PAGE_SHIFT = 12;
    private static final int WITH_PASID_ONLY = IommuFault.PERM_EXEC | IommuFault.PERM_PRIV;

    private final int index;
    private final String name;
    private final int rid;
    private final PcieIommu iommu;
    private final PciFunction function;
    private final PciEndpointListener listener;
    private final DeviceTlb tlb;
    private final RequestWire wire;
    private final PageRequests requests;
    private final AtsReply reply = new AtsReply();

    /** Accesses that have ended, the last first: that one is in the cache still. */
    private PciAccess idle;

    private int lastId;
    private int inFlight;
    private int forgotten;
    private boolean isUnplugged;
    private int invalidationsToWithhold;

    /**
     * An endpoint that has issued nothing.
     *
     * @param index the bench's number for it, by which a listener finds its own records
     * @param name the device's name
     * @param rid its bus/device/function
     * @param iommu what it sits behind
     * @param scheduler tells it when to ask again
     * @param function its configuration space, of no other endpoint
     * @param listener hears what becomes of each access
     * @throws IllegalArgumentException if the function has a device already, or asks for pages one
     *     by one
     */
    public PciEndpoint(
            final int index,
            final String name,
            final int rid,
            final PcieIommu iommu,
            final Scheduler scheduler,
            final PciFunction function,
            final PciEndpointListener listener) {
        this(index, name, rid, iommu, scheduler, function, listener, null);
    }

    /**
     * An endpoint that has issued nothing, behind an IOMMU that answers page requests one by one.
     *
     * @param index the bench's number for it, by which a listener finds its own records
     * @param name the device's name
     * @param rid its bus/device/function
     * @param iommu what it sits behind
     * @param scheduler tells it when to ask again
     * @param function its configuration space, of no other endpoint
     * @param listener hears what becomes of each access
     * @param streams takes page requests one by one; may be null unless the function streams
     * @throws IllegalArgumentException if the function has a device already, or {@code streams} is
     *     missing
     */
    public PciEndpoint(
            final int index,
            final String name,
            final int rid,
            final PcieIommu iommu,
            final Scheduler scheduler,
            final PciFunction function,
            final PciEndpointListener listener,
            final StreamRequests streams) {
        if (function.config().isStreaming() && streams == null) {
            throw new IllegalArgumentException("page requests one by one go nowhere");
        }
        this.index = index;
        this.name = name;
        this.rid = rid;
        this.iommu = iommu;
        this.function = function;
        this.listener = listener;
        this.tlb = new DeviceTlb(function.config().cachedTranslations());
        this.wire = new RequestWire(rid, iommu, streams);
        this.requests = new PageRequests(this, function, wire, scheduler);
        function.own(new Registers());
    }

    // ---- Accesses -------------------------------------------------------------------------------

    /**
     * Issues an access to one page.
     *
     * @param pasid PASID, or {@link IommuModel#NO_SUBSTREAM}
     * @param iova address in bytes
     * @param perm {@code IommuFault.PERM_} bits; without WRITE it is a read
     * @return its id, counting from 1 at each endpoint; it may have ended already
     * @throws IllegalStateException if it is unplugged
     */
    public int access(final int pasid, final long iova, final int perm) {
        final PciAccess access = begin(pasid, 1);
        access.setPage(0, iova, asked(pasid, perm));
        return start(access);
    }

    /**
     * Issues an access to several pages, which are asked for together.
     *
     * @param pasid PASID, or {@link IommuModel#NO_SUBSTREAM}
     * @param iovas an address in each page; copied
     * @param perms {@code IommuFault.PERM_} bits of each; copied
     * @param count how many pages, at least 1
     * @return its id, counting from 1 at each endpoint; it may have ended already
     * @throws IllegalArgumentException if there is no page, or an array is too short
     * @throws IllegalStateException if it is unplugged
     */
    public int access(final int pasid, final long[] iovas, final int[] perms, final int count) {
        if (count < 1 || count > iovas.length || count > perms.length) {
            throw new IllegalArgumentException("no access to so many pages: count=" + count);
        }
        final PciAccess access = begin(pasid, count);
        for (int page = 0; page < count; page++) {
            access.setPage(page, iovas[page], asked(pasid, perms[page]));
        }
        return start(access);
    }

    private PciAccess begin(final int pasid, final int count) {
        if (isUnplugged) {
            throw new IllegalStateException(name + " is unplugged");
        }
        PciAccess access = idle;
        if (access == null) {
            access = new PciAccess(this);
        } else {
            idle = access.next;
            access.next = null;
        }
        access.begin(++lastId, pasid, count);
        inFlight++;
        return access;
    }

    private int start(final PciAccess access) {
        final int id = access.id;
        attempt(access, false);
        return id;
    }

    /** A request that asks for nothing would be a stop marker. */
    private static int asked(final int pasid, final int perm) {
        final int sendable = pasid == IommuModel.NO_SUBSTREAM ? perm & ~WITH_PASID_ONLY : perm;
        return (sendable & IommuFault.PERM_WRITE) == 0 ? sendable | IommuFault.PERM_READ : sendable;
    }

    /** Translates and accesses; what is missing is asked for, at once or after a while. */
    void attempt(final PciAccess access, final boolean isAnswered) {
        if (!maySend(access)) {
            end(access, AccessResult.ABORTED);
        } else if (function.isAtsEnabled()) {
            translateAndAccess(access, isAnswered);
        } else {
            accessUntranslated(access);
        }
    }

    private boolean maySend(final PciAccess access) {
        for (int page = 0; page < access.count; page++) {
            if (!function.maySend(access.pasid, access.perm(page))) {
                return false;
            }
        }
        return true;
    }

    private void translateAndAccess(final PciAccess access, final boolean isAnswered) {
        access.missing = 0;
        for (int page = 0; page < access.count; page++) {
            switch (translate(access, page)) {
                case SUCCESS -> {}
                case UNSUPPORTED_REQUEST -> {
                    // Whoever may not ask goes without translating. PCIe, 10.2.3.
                    accessUntranslated(access);
                    return;
                }
                case COMPLETER_ABORT -> {
                    end(access, AccessResult.ABORTED);
                    return;
                }
            }
        }
        if (access.missing == 0) {
            accessTranslated(access);
        } else if (isAnswered && requests.mayAsk()) {
            requests.askLater(access);
        } else {
            requests.ask(access);
        }
    }

    /** How it completed; with SUCCESS there is a translation, or it is missing. */
    private AtsCompletion.Status translate(final PciAccess access, final int page) {
        final long iova = access.iova(page);
        final int perm = access.perm(page);
        long address = tlb.find(access.pasid, iova, perm);
        if (address == DeviceTlb.MISS) {
            iommu.translationRequest(rid, access.pasid, iova, perm, reply);
            if (reply.status() != AtsCompletion.Status.SUCCESS) {
                return reply.status();
            }
            if (DeviceTlb.allows(reply.perm(), perm)) {
                tlb.keep(access.pasid, iova, perm, reply);
                address = DeviceTlb.within(reply, iova);
            }
        }
        if (address == DeviceTlb.MISS) {
            access.misses(page);
        } else {
            access.translated(page, address);
        }
        return AtsCompletion.Status.SUCCESS;
    }

    private void accessTranslated(final PciAccess access) {
        access.expectEnds();
        for (int page = 0; page < access.count; page++) {
            iommu.translatedAccess(
                    access, access.id, rid, access.pasid, access.address(page), access.perm(page));
        }
        access.endOne(AccessResult.DONE);
    }

    private void accessUntranslated(final PciAccess access) {
        access.expectEnds();
        for (int page = 0; page < access.count; page++) {
            iommu.access(
                    access, access.id, rid, access.pasid, access.iova(page), access.perm(page));
        }
        access.endOne(AccessResult.DONE);
    }

    void reached(final PciAccess access, final long address) {
        listener.reached(this, access.id, address);
    }

    void end(final PciAccess access, final AccessResult result) {
        final int id = access.id;
        if (access.isForgotten) {
            forgotten--;
        } else {
            inFlight--;
        }
        access.next = idle;
        idle = access;
        listener.accessEnded(this, id, result);
    }

    static boolean isSamePage(final long one, final long other) {
        return (one ^ other) >>> PAGE_SHIFT == 0;
    }

    // ---- What happens to it ---------------------------------------------------------------------

    /**
     * {@inheritDoc}
     *
     * <p>What waits to ask for pages ends ABORTED now, what has asked when it is answered. Until
     * then its group index and its share of the allocation stay in use, as a careful maker has it:
     * PCIe gives a device nothing else to know a late answer by.
     */
    @Override
    public void reset() {
        tlb.clear();
        requests.abortUnsent();
        final int nowForgotten = requests.forgetOutstanding();
        forgotten += nowForgotten;
        inFlight -= nowForgotten;
    }

    @Override
    public void unplug() {
        isUnplugged = true;
        function.unplug();
        tlb.clear();
        requests.abortUnsent();
        requests.abortOutstanding();
    }

    @Override
    public boolean isUnplugged() {
        return isUnplugged;
    }

    @Override
    public int forgotten() {
        return forgotten;
    }

    // ---- What a device does by itself -----------------------------------------------------------

    /**
     * Stops using a PASID: what waits to ask for pages ends ABORTED now, what has asked when it is
     * answered; a stop marker follows all earlier requests. An access that is issued later uses the
     * PASID anew.
     *
     * @param pasid PASID, 20 bits
     * @return whether a stop marker was sent: PASIDs and PRI must be enabled
     */
    public boolean stopUsing(final int pasid) {
        return function.isPasidEnabled() && requests.stop(pasid);
    }

    /**
     * Keeps page requests and stop markers on their way to the IOMMU, or delivers those that are,
     * in order. An invalidation of translations delivers those that were sent before it as well.
     *
     * @param held true to keep what is sent from now on
     */
    public void holdRequests(final boolean held) {
        wire.hold(held);
    }

    /**
     * Leaves invalidations without an answer, so that they time out. They do nothing.
     *
     * @param count how many of the next
     */
    public void withholdInvalidations(final int count) {
        invalidationsToWithhold = count;
    }

    // ---- What the bus brings --------------------------------------------------------------------

    void groupResponse(final int pasid, final int code, final int group) {
        requests.groupResponse(pasid, code, group);
    }

    void streamResponse(final int pasid, final int code, final int group, final long address) {
        requests.streamResponse(pasid, code, group, address);
    }

    boolean invalidate(
            final int pasid, final boolean isGlobal, final long address, final int log2Bytes) {
        if (invalidationsToWithhold > 0) {
            invalidationsToWithhold--;
            return false;
        }
        if (pasid == IommuModel.NO_SUBSTREAM) {
            tlb.forgetAll(address, log2Bytes);
        } else if (isGlobal && function.isGlobalInvalidateKnown()) {
            tlb.forgetPasids(address, log2Bytes);
        } else {
            tlb.forget(pasid, address, log2Bytes);
        }
        wire.flush();
        return true;
    }

    private final class Registers implements FunctionOwner {
        @Override
        public void translationDisabled() {
            tlb.clear();
        }

        @Override
        public void requestsDisabled() {
            requests.abortUnsent();
        }

        @Override
        public void requestsReset() {
            requests.abortOutstanding();
        }

        @Override
        public void allocationChanged() {
            requests.sendWaiting();
        }
    }

    // ---- What it is and has ---------------------------------------------------------------------

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
     * Its bus/device/function.
     *
     * @return 16 bits
     */
    public int rid() {
        return rid;
    }

    /**
     * Its configuration space.
     *
     * @return the registers
     */
    public PciFunction function() {
        return function;
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
     * Accesses that wait until they may ask for their pages.
     *
     * @return a count
     */
    public int waiting() {
        return requests.waiting();
    }

    /**
     * Groups of page requests that are not answered.
     *
     * @return a count
     */
    public int outstandingGroups() {
        return requests.outstandingGroups();
    }

    /**
     * Page requests that are not answered.
     *
     * @return a count, at most the allocation
     */
    public int outstandingRequests() {
        return function.pri() == null ? 0 : function.pri().outstanding();
    }

    /**
     * Whether it has given up on all that it had asked for: after a response failure it hears
     * nothing until page requests are enabled again.
     *
     * @return answers do nothing
     */
    public boolean ignoresResponses() {
        return function.pri() != null && function.pri().ignoresResponses();
    }

    /**
     * Page requests and stop markers that are on their way to the IOMMU.
     *
     * @return a count
     */
    public int heldRequests() {
        return wire.onTheWay();
    }

    /**
     * Answers that fitted nothing outstanding.
     *
     * @return a count since the start
     */
    public long unexpectedResponses() {
        return requests.unexpectedResponses();
    }

    PciEndpointListener listener() {
        return listener;
    }
}
