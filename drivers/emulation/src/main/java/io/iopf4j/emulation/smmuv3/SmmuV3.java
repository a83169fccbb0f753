// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.PriEntry;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.AtsCompletion;
import io.iopf4j.emulation.PcieBus;
import io.iopf4j.emulation.PcieIommu;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.Requester;
import io.iopf4j.emulation.WiredInterrupt;
import io.iopf4j.emulation.parts.MemoryPort;
import io.iopf4j.emulation.parts.NotModelledUses;

/**
 * An SMMUv3: what becomes of an access, and what a store to a register sets off. Programmed through
 * {@link SmmuRegisterPages} and memory alone; commands are consumed, and all that follows from them
 * has happened, before the store returns. {@link NotModelled} says what it does not do.
 *
 * <p>Whoever hears from it, the listener of an interrupt, a requester or a device, may store to its
 * registers and issue accesses from within.
 *
 * <p>Not thread-safe: a bench drives it from one thread.
 */
public final class SmmuV3 implements PcieIommu {
    private final SmmuV3Config config;
    private final SmmuCounters counters;
    private final GlobalErrors errors = new GlobalErrors();
    private final Translator translator;
    private final ControlRegisters control;
    private final Interrupts interrupts;
    private final Queue commandQueue;
    private final Queue eventQueue;
    private final Queue priQueue;
    private final EventRecorder recorder;
    private final StalledTransactions stalled;
    private final CommandProcessor commands;
    private final PriQueue pageRequests;
    private final MemoryPort memoryPort;
    private final AtsService ats;
    private final SmmuRegisterPages registerPages;

    /**
     * An SMMU out of reset.
     *
     * @param memory what its tables and queues lie in
     * @param config the integrator's choice
     * @param observer sees what becomes of each access
     */
    public SmmuV3(
            final PhysicalMemory memory, final SmmuV3Config config, final SmmuObserver observer) {
        this.config = config;
        final NotModelledUses<NotModelled> notModelled =
                new NotModelledUses<>(NotModelled.class, observer::notModelled);
        counters = new SmmuCounters(notModelled);
        translator = new Translator(memory, config, notModelled);
        control = new ControlRegisters(config, translator);
        interrupts = new Interrupts(memory, config, errors);
        commandQueue = new Queue(Commands.BYTES, config.commandQueueLog2Max());
        eventQueue = new Queue(Events.BYTES, config.eventQueueLog2Max());
        priQueue = new Queue(PriEntry.BYTES, config.priQueueLog2Max());
        final EventQueue events =
                new EventQueue(memory, eventQueue, control, errors, interrupts, counters);
        recorder = new EventRecorder(events, observer);
        stalled = new StalledTransactions(config, events, recorder, observer, this::arrive);
        commands =
                new CommandProcessor(
                        memory,
                        config,
                        commandQueue,
                        control,
                        errors,
                        interrupts,
                        translator,
                        stalled,
                        counters,
                        notModelled);
        pageRequests =
                new PriQueue(
                        memory,
                        config,
                        priQueue,
                        control,
                        errors,
                        interrupts,
                        translator,
                        counters);
        memoryPort = new MemoryPort(memory);
        ats = new AtsService(config, control, translator, recorder, memoryPort);
        registerPages = new SmmuRegisterPages(this, control, interrupts, errors, notModelled);
    }

    /**
     * The configuration that it was built with.
     *
     * @return the integrator's choice
     */
    public SmmuV3Config config() {
        return config;
    }

    /**
     * Its register pages.
     *
     * @return the window, the same at each call
     */
    public SmmuRegisterPages registerPages() {
        return registerPages;
    }

    /**
     * Its interrupt wires.
     *
     * @param name {@code eventq}, {@code priq}, {@code cmdq-sync} or {@code gerror}
     * @return the wire, or null for any other name; {@code priq} is there without PRI too, silent
     */
    public WiredInterrupt interrupt(final String name) {
        return interrupts.wire(name);
    }

    /**
     * What happened to its queues.
     *
     * @return the counters, live
     */
    public SmmuCounters counters() {
        return counters;
    }

    /**
     * Stalled transactions whose record was written and which are not ended.
     *
     * @return at most {@link SmmuV3Config#stallMax()}
     */
    public int recordedStalls() {
        return stalled.recorded();
    }

    /**
     * Stalled transactions whose record waits for room.
     *
     * @return a count
     */
    public int heldStalls() {
        return stalled.held();
    }

    /**
     * Most recorded stalls at once.
     *
     * @return a count since the start
     */
    public int stallHighWater() {
        return stalled.highWater();
    }

    // ---- What devices send ----------------------------------------------------------------------

    @Override
    public void access(
            final Requester requester,
            final int id,
            final int streamId,
            final int substreamId,
            final long iova,
            final int perm) {
        arrive(requester, id, streamId, substreamId, iova, perm, false);
    }

    /** A transaction arrives, or arrives again by a retry. IHI 0070, 3.12. */
    private void arrive(
            final Requester requester,
            final int id,
            final int sid,
            final int ssid,
            final long iova,
            final int perm,
            final boolean wasHeld) {
        if (!control.isTranslating()) {
            if (control.abortsWhenDisabled()) {
                requester.ended(id, AccessResult.ABORTED);
            } else {
                memoryPort.access(requester, id, iova);
            }
            return;
        }
        final Translation found = translator.translate(sid, ssid, iova, perm);
        switch (found.outcome) {
            case TRANSLATED -> memoryPort.access(requester, id, found.outputAddress);
            case STALL -> stalled.stall(found, requester, id, sid, ssid, iova, perm, wasHeld);
            case ABORT, UNSUPPORTED -> {
                recorder.terminated(found, sid, ssid);
                requester.ended(id, AccessResult.ABORTED);
            }
            case RAZ_WI -> {
                recorder.terminated(found, sid, ssid);
                requester.ended(id, AccessResult.RAZ_WI);
            }
        }
    }

    /**
     * Takes an access of a kind that the SMMU does not support: it is aborted and F_UUT recorded,
     * whether or not the SMMU is enabled. IHI 0070, 7.3.2.
     *
     * @param requester who is told that it is aborted, before the call returns
     * @param id the requester's number for it
     * @param streamId the requester's StreamID
     * @param substreamId SubstreamID, 20 bits, or {@link #NO_SUBSTREAM}
     * @param address address in bytes
     * @param perm {@code IommuFault.PERM_} bits
     */
    public void unsupportedAccess(
            final Requester requester,
            final int id,
            final int streamId,
            final int substreamId,
            final long address,
            final int perm) {
        recorder.unsupported(streamId, substreamId, address, perm);
        requester.ended(id, AccessResult.ABORTED);
    }

    /**
     * Takes a device's hint that it will need pages: E_PAGE_REQUEST is recorded, which nobody has
     * to answer. While the SMMU is not enabled, or without room in the event queue, it is dropped.
     * IHI 0070, 7.3.19.
     *
     * @param streamId the device's StreamID
     * @param substreamId SubstreamID, 20 bits, or {@link #NO_SUBSTREAM}
     * @param address address in the first page; its low 12 bits are not sent
     * @param pages pages of 4 KiB, in [1, 255]; what lies outside is taken as the nearer end
     * @param perm {@code IommuFault.PERM_} bits; with PRIV the accesses will be privileged
     */
    public void pageHint(
            final int streamId,
            final int substreamId,
            final long address,
            final int pages,
            final int perm) {
        if (control.isTranslating()) {
            recorder.hint(streamId, substreamId, address, pages, perm);
        }
    }

    @Override
    public void connect(final PcieBus bus) {
        commands.connect(bus);
        pageRequests.responses().connect(bus);
    }

    @Override
    public void pageRequest(
            final int streamId,
            final int substreamId,
            final long address,
            final int perm,
            final int group,
            final boolean isLast) {
        pageRequests.request(streamId, substreamId, address, perm, group, isLast);
    }

    @Override
    public void stopMarker(final int streamId, final int substreamId) {
        pageRequests.stopMarker(streamId, substreamId);
    }

    @Override
    public AtsCompletion translationRequest(
            final int streamId, final int substreamId, final long iova, final int perm) {
        return ats.request(streamId, substreamId, iova, perm);
    }

    @Override
    public void translatedAccess(
            final Requester requester,
            final int id,
            final int streamId,
            final int substreamId,
            final long address,
            final int perm) {
        ats.access(requester, id, streamId, address, perm);
    }

    // ---- What the register pages set off --------------------------------------------------------

    Queue commandQueue() {
        return commandQueue;
    }

    Queue eventQueue() {
        return eventQueue;
    }

    Queue priQueue() {
        return priQueue;
    }

    /** Clearing SMMUEN has ended every stall when the store returns. IHI 0070, 6.3.9. */
    void writeCr0(final int value) {
        final boolean wasTranslating = control.isTranslating();
        control.writeCr0(value);
        if (wasTranslating && !control.isTranslating()) {
            stalled.terminateAll(true, 0);
        }
        goOn();
    }

    void writeGerrorn(final int value) {
        errors.acknowledge(value);
        goOn();
    }

    void commandDoorbell(final int prod) {
        commandQueue.setProd(prod);
        goOn();
    }

    void eventsConsumed(final int cons) {
        eventQueue.setCons(cons);
        stalled.recordHeld();
    }

    /** Commands may run now, and room may have come up for what is held. */
    private void goOn() {
        commands.consume();
        stalled.recordHeld();
        pageRequests.responses().send();
    }
}
