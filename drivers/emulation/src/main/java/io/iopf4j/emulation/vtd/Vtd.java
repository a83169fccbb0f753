// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.vtd.FaultRecord;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.AtsCompletion;
import io.iopf4j.emulation.AtsReply;
import io.iopf4j.emulation.PcieBus;
import io.iopf4j.emulation.PcieIommu;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.Requester;
import io.iopf4j.emulation.WiredInterrupt;
import io.iopf4j.emulation.parts.AutomaticResponses;
import io.iopf4j.emulation.parts.MemoryPort;
import io.iopf4j.emulation.parts.NotModelledUses;

/**
 * A remapping unit of Intel VT-d: what becomes of a request, and what a store to a register sets
 * off. Programmed through its {@link #registers} and memory alone; descriptors are consumed, and
 * all that follows from them has happened, before the store returns. {@link VtdNotModelled} says
 * what it does not do.
 *
 * <p>Whoever hears from it, the listener of an interrupt, a requester or a device, may store to its
 * registers and issue requests from within.
 *
 * <p>Not thread-safe: a bench drives it from one thread.
 */
public final class Vtd implements PcieIommu {
    /** Hears of messages that the unit sends, whether or not memory is there. */
    @FunctionalInterface
    public interface MessageListener {
        /**
         * A message was sent.
         *
         * @param address physical address
         * @param data 32 bits
         */
        void message(long address, int data);
    }

    private static final int WITHOUT_PASID = IommuFault.PERM_READ | IommuFault.PERM_WRITE;

    private final VtdConfig config;
    private final VtdCounters counters;
    private final EventInterrupt faultEvent;
    private final EventInterrupt requestEvent;
    private final EventInterrupt invalidationEvent;
    private final FaultStatus faultStatus;
    private final FaultRecorder faults;
    private final Translator translator;
    private final DescriptorWork work;
    private final InvalidationQueue queue;
    private final RegisterInvalidation registerInvalidation;
    private final GlobalCommands global;
    private final PageRequestQueue requestQueue;
    private final PageRequests requests;
    private final AutomaticResponses responses = new AutomaticResponses();
    private final ProtectedMemory protectedMemory;
    private final MemoryPort memoryPort;
    private final AtsService ats;
    private final VtdRegisterWindow window;

    /**
     * A unit out of reset.
     *
     * @param memory what its tables and queues lie in
     * @param config the integrator's choice
     * @param observer sees what becomes of page requests
     */
    public Vtd(final PhysicalMemory memory, final VtdConfig config, final VtdObserver observer) {
        this.config = config;
        final VtdCapabilities capabilities = config.capabilities();
        final NotModelledUses<VtdNotModelled> notModelled =
                new NotModelledUses<>(VtdNotModelled.class, observer::notModelled);
        counters = new VtdCounters(notModelled);
        final boolean isExtended = capabilities.hasEcap(VtdCapabilities.EIM);
        faultEvent = new EventInterrupt(memory, "fault", isExtended);
        requestEvent = new EventInterrupt(memory, "prq", true);
        invalidationEvent = new EventInterrupt(memory, "invalidation", isExtended);
        faultStatus = new FaultStatus(faultEvent);
        faults = new FaultRecorder(capabilities.faultRecords(), faultStatus, observer);
        translator = new Translator(memory, config);
        final DescriptorRules rules = new DescriptorRules(config);
        work = new DescriptorWork(config, rules, translator, observer, notModelled);
        queue =
                new InvalidationQueue(
                        memory,
                        config,
                        translator,
                        rules,
                        work,
                        faultStatus,
                        invalidationEvent,
                        responses,
                        counters);
        registerInvalidation = new RegisterInvalidation(config, translator, queue);
        global = new GlobalCommands(config, translator, faults, queue, notModelled);
        requestQueue = new PageRequestQueue(memory, config, requestEvent, faultStatus, counters);
        requests =
                new PageRequests(
                        config,
                        global,
                        translator,
                        faults,
                        requestQueue,
                        responses,
                        counters,
                        observer);
        protectedMemory = new ProtectedMemory(capabilities);
        memoryPort = new MemoryPort(memory, protectedMemory::blocks);
        ats = new AtsService(config, translator, faults::recordAccess, memoryPort);
        window = new VtdRegisterWindow(this, config);
    }

    /**
     * The configuration that it was built with.
     *
     * @return the integrator's choice
     */
    public VtdConfig config() {
        return config;
    }

    /**
     * Its register window, which takes aligned accesses of 4 and 8 bytes; any other reads as zero
     * and ignores writes.
     *
     * @return the window, the same at each call, as large as CAP and ECAP say
     */
    public Mmio registers() {
        return window;
    }

    /**
     * Wires that are pulsed with each message, once it is sent.
     *
     * @param name {@code fault}, {@code prq} or {@code invalidation}
     * @return the wire, or null for any other name; {@code prq} is there without page requests too,
     *     silent
     */
    public WiredInterrupt interrupt(final String name) {
        return switch (name) {
            case "fault" -> faultEvent.wire();
            case "prq" -> requestEvent.wire();
            case "invalidation" -> invalidationEvent.wire();
            default -> null;
        };
    }

    /**
     * Says who hears of its messages, instead of whoever did. A message is written to memory first,
     * if memory is at its address; then the listener hears it, then the event's wire is pulsed. A
     * listener is not entered again from within for the same event: what it causes itself, it hears
     * when it has returned.
     *
     * @param listener who hears
     */
    public void connectMessages(final MessageListener listener) {
        faultEvent.connect(listener);
        requestEvent.connect(listener);
        invalidationEvent.connect(listener);
    }

    /**
     * What happened to its queues.
     *
     * @return the counters, live
     */
    public VtdCounters counters() {
        return counters;
    }

    // ---- What devices send ----------------------------------------------------------------------

    @Override
    public void connect(final PcieBus bus) {
        work.connect(bus);
        responses.connect(bus);
    }

    /**
     * Takes an access with an untranslated address. While translation is off the address is the
     * physical one; one that is not translated is recorded as a fault and aborted.
     *
     * @param requester who is told how it ended, before the call returns
     * @param id the requester's number for it
     * @param streamId the requester id, 16 bits
     * @param substreamId PASID, 20 bits, or {@link #NO_SUBSTREAM}; then neither EXEC nor PRIV count
     * @param iova address in bytes
     * @param perm {@code IommuFault.PERM_} bits
     */
    @Override
    public void access(
            final Requester requester,
            final int id,
            final int streamId,
            final int substreamId,
            final long iova,
            final int perm) {
        if (!global.isTranslating()) {
            memoryPort.access(requester, id, iova);
            return;
        }
        final int counted = counted(substreamId, perm);
        final Translation found = translator.result;
        if (translator.translate(
                streamId, substreamId, iova, counted, FaultRecord.AT_UNTRANSLATED)) {
            memoryPort.access(requester, id, found.output);
            return;
        }
        if (!found.isSuppressed) {
            faults.recordAccess(
                    streamId,
                    substreamId,
                    iova,
                    counted,
                    FaultRecord.AT_UNTRANSLATED,
                    found.reason);
        }
        requester.ended(id, AccessResult.ABORTED);
    }

    private static int counted(final int substreamId, final int perm) {
        return substreamId < 0 ? perm & WITHOUT_PASID : perm;
    }

    /**
     * Takes a page request: it is queued, or it is refused with a fault, or there is no room. The
     * unit answers the last two by itself if it is the last of its group. Without page request
     * support, while translation is off, or asking to execute but not to read, it is discarded.
     * VT-d specification, 7.4.
     *
     * @param streamId the requester id, 16 bits
     * @param substreamId PASID, 20 bits, or {@link #NO_SUBSTREAM}
     * @param address address in the page; its low 12 bits are not sent
     * @param perm {@code IommuFault.PERM_} bits; EXEC and PRIV travel only with a PASID
     * @param group group index, 9 bits
     * @param isLast last of its group
     */
    @Override
    public void pageRequest(
            final int streamId,
            final int substreamId,
            final long address,
            final int perm,
            final int group,
            final boolean isLast) {
        requests.request(streamId, substreamId, address, perm, group, isLast, false, 0);
    }

    /**
     * A page request of revision 2 that wants a response of its own (SRR), with private data. One
     * that is the last of its group is answered as a group all the same. In a later revision it is
     * a page request like any other. VT-d specification 2.5, 7.7.
     *
     * @param streamId the requester id, 16 bits
     * @param substreamId PASID, 20 bits, or {@link #NO_SUBSTREAM}
     * @param address address in the page; its low 12 bits are not sent
     * @param perm {@code IommuFault.PERM_} bits; EXEC and PRIV travel only with a PASID
     * @param group group index, 9 bits
     * @param isLast last of its group
     * @param privateData 23 bits, which software returns with the response
     */
    public void pageStreamRequest(
            final int streamId,
            final int substreamId,
            final long address,
            final int perm,
            final int group,
            final boolean isLast,
            final int privateData) {
        final boolean isOfStream = config.isRevision2();
        requests.request(
                streamId, substreamId, address, perm, group, isLast, isOfStream, privateData);
    }

    @Override
    public void stopMarker(final int streamId, final int substreamId) {
        requests.request(streamId, substreamId, 0, 0, 0, true, false, 0);
    }

    /**
     * Takes a translation request; while translation is off it is not supported.
     *
     * @param streamId the requester id, 16 bits
     * @param substreamId PASID, 20 bits, or {@link #NO_SUBSTREAM}
     * @param iova untranslated address
     * @param perm {@code IommuFault.PERM_} bits that are asked for
     * @return how it completed
     */
    @Override
    public AtsCompletion translationRequest(
            final int streamId, final int substreamId, final long iova, final int perm) {
        if (!global.isTranslating()) {
            return AtsCompletion.UNSUPPORTED;
        }
        return ats.request(streamId, substreamId, iova, counted(substreamId, perm));
    }

    @Override
    public void translationRequest(
            final int streamId,
            final int substreamId,
            final long iova,
            final int perm,
            final AtsReply reply) {
        if (global.isTranslating()) {
            ats.request(streamId, substreamId, iova, counted(substreamId, perm), reply);
        } else {
            reply.set(AtsCompletion.UNSUPPORTED);
        }
    }

    /**
     * Takes an access with a translated address; while translation is off it is aborted.
     *
     * @param requester who is told how it ended, before the call returns
     * @param id the requester's number for it
     * @param streamId the requester id, 16 bits
     * @param substreamId PASID, 20 bits, or {@link #NO_SUBSTREAM}
     * @param address translated address
     * @param perm {@code IommuFault.PERM_} bits
     */
    @Override
    public void translatedAccess(
            final Requester requester,
            final int id,
            final int streamId,
            final int substreamId,
            final long address,
            final int perm) {
        if (!global.isTranslating()) {
            requester.ended(id, AccessResult.ABORTED);
            return;
        }
        ats.access(requester, id, streamId, substreamId, address, counted(substreamId, perm));
    }

    /**
     * A device completes an invalidation of its translations that nobody sent to it: FSTS.ICE.
     *
     * @param streamId the requester id, 16 bits
     */
    public void unexpectedInvalidationCompletion(final int streamId) {
        queue.unexpectedCompletion(streamId & 0xffff);
    }

    // ---- What the register window sets off ------------------------------------------------------

    GlobalCommands global() {
        return global;
    }

    FaultStatus faultStatus() {
        return faultStatus;
    }

    FaultRecorder faults() {
        return faults;
    }

    EventInterrupt faultEvent() {
        return faultEvent;
    }

    EventInterrupt pageRequestEvent() {
        return requestEvent;
    }

    EventInterrupt invalidationEvent() {
        return invalidationEvent;
    }

    ProtectedMemory protectedMemory() {
        return protectedMemory;
    }

    RegisterInvalidation registerInvalidation() {
        return registerInvalidation;
    }

    InvalidationQueue queue() {
        return queue;
    }

    PageRequestQueue requestQueue() {
        return requestQueue;
    }

    void command(final int value) {
        global.command(value);
        goOn();
    }

    void setInvalidationTail(final long value) {
        queue.setTail(value);
        goOn();
    }

    void clearFaultStatus(final int value) {
        faultStatus.write(value);
        if (config.isRevision2() && (value & VtdRegisters.FSTS_PRO) != 0) {
            requestQueue.clearStatus(VtdRegisters.PRS_PRO);
        }
        queue.acknowledged();
        goOn();
    }

    void clearRequestStatus(final int value) {
        requestQueue.clearStatus(value);
        goOn();
    }

    /** Descriptors may be consumed now, and answers that wait can go out. */
    private void goOn() {
        queue.consume();
        responses.send();
    }
}
