// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.RandomWorld.require;

import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.smmuv3.SmmuV3;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiFunction;

/** One SMMU's life in a random run: probed, used, and in the end let go, decently or not. */
final class RandomEpisode {
    private static final int IDS_LOOKED_AT = 64;
    private static final int POINTER_BITS = 0xfffff;

    private final RandomWorld world;
    private final RandomBench bench;
    private final RandomLedger ledger;
    private final RandomMappings mappings;
    private final RandomAttachments attachments;
    private final RandomTraffic traffic;
    private final int piecesAtFirst;
    private long overflowsSeen;
    private long noticesSeen;
    private long requestOverflowsSeen;
    private long requestNoticesSeen;

    RandomEpisode(
            final SplittableRandom random,
            final RandomLog log,
            final BiFunction<Mmio, PhysicalMemory, Mmio> wrap) {
        world = new RandomWorld(random, log, wrap);
        bench = world.bench;
        ledger = world.ledger;
        piecesAtFirst = bench.pieces();
        mappings = new RandomMappings(world);
        attachments = new RandomAttachments(world, mappings);
        traffic = new RandomTraffic(world, mappings);
    }

    RandomSetup setup() {
        return world.setup;
    }

    /** What happened to the queues: that a run was worth something. */
    SmmuV3 model() {
        return bench.model;
    }

    void run(final long operations) {
        for (final ShadowDevice device : world.devices) {
            attachments.add(device);
        }
        mappings.allocate(world.devices.get(0));
        mappings.allocate(world.devices.get(0));
        for (long i = 0; i < operations; i++) {
            world.log.nextOperation();
            step();
            checkCounts();
        }
        world.log.nextOperation();
        if (world.oneIn(3)) {
            letGoAtOnce();
        } else {
            letGo();
        }
    }

    private void step() {
        final int choice = world.random.nextInt(1000);
        if (choice < 400) {
            traffic.access();
        } else if (choice < 560) {
            traffic.answerAny();
        } else if (choice < 640) {
            mappings.map();
        } else if (choice < 700) {
            mappings.unmap();
        } else if (choice < 740) {
            traffic.runThreads();
        } else if (choice < 770) {
            mappings.changeProcess();
        } else if (choice < 780) {
            mappings.changeGuest();
        } else if (choice < 820) {
            traffic.translate();
        } else if (choice < 850) {
            traffic.pageRequest();
        } else if (choice < 865) {
            traffic.noise();
        } else if (choice < 880) {
            traffic.commandError();
        } else if (choice < 883) {
            traffic.lostMessage();
        } else if (choice < 895) {
            bench.deliverErrors();
        } else if (choice < 897) {
            traffic.abortedWrite();
        } else if (choice < 903) {
            mappings.free();
        } else if (choice < 920) {
            settle();
        } else {
            changeDevice(choice);
        }
    }

    private void changeDevice(final int choice) {
        final ShadowDevice device = world.any(world.devices);
        if (!device.isThere()) {
            attachments.addOrRelease(device);
        } else if (choice < 945) {
            attachments.attach(device);
        } else if (choice < 970) {
            attachments.changePasid(device);
        } else if (choice < 982) {
            attachments.changeBond(device);
        } else if (choice < 986) {
            attachments.toggleFaults(device);
        } else if (choice < 990) {
            attachments.drain(device);
        } else if (choice < 995) {
            mappings.allocate(device);
        } else {
            attachments.addOrRelease(device);
        }
    }

    // ---- What must hold -------------------------------------------------------------------------

    /** At all times. */
    private void checkCounts() {
        if (ledger.recorded() != bench.model.recordedStalls()
                || ledger.held() != bench.model.heldStalls()) {
            require(
                    false,
                    "recorded "
                            + ledger.recorded()
                            + " and held "
                            + ledger.held()
                            + ", the SMMU says "
                            + bench.model.recordedStalls()
                            + " and "
                            + bench.model.heldStalls());
        }
        require(
                ledger.open() == ledger.recorded() + ledger.held(),
                "accesses that have neither ended nor stalled");
        require(
                bench.areErrorsLate() || ledger.answersUnderWay() == 0,
                "answers that the SMMU has not obeyed");
    }

    /** Lets everything run that can, and looks whether all agree. */
    private void settle() {
        world.log.add("settle");
        bench.deliverErrors();
        bench.scheduler.runReady();
        checkCounts();
        final Mmio registers = bench.model.registerPages();
        // CONS also says what the last error was.
        final int left =
                registers.readl(SmmuRegisters.CMDQ_PROD) ^ registers.readl(SmmuRegisters.CMDQ_CONS);
        require((left & POINTER_BITS) == 0, "commands are left");
        require(
                registers.readl(SmmuRegisters.GERROR) == registers.readl(SmmuRegisters.GERRORN),
                "errors are active");
        final int eventProd = registers.readl(SmmuRegisters.EVENTQ_PROD);
        require(
                eventProd == registers.readl(SmmuRegisters.EVENTQ_CONS),
                "events are left, or an overflow is not acknowledged");
        require(
                ledger.held() == 0 || ledger.recorded() == world.setup.config().stallMax(),
                "stalls are held though there is room");
        int known = 0;
        for (final ShadowDevice device : world.devices) {
            final int reported = ledger.reportedOf(device);
            final int pending = device.isThere() ? bench.core.pending(device.device) : 0;
            require(
                    reported == pending && reported == device.kept,
                    "device "
                            + device.index
                            + ": "
                            + reported
                            + " stalls, "
                            + pending
                            + " pending, "
                            + device.kept
                            + " kept");
            known += reported;
        }
        require(known == ledger.recorded(), "stalls of nobody's");
        world.pcie.checkAnswered();
        checkNotices();
    }

    private void checkNotices() {
        final long overflows = bench.model.counters().eventQueueOverflows();
        final long notices = bench.smmu.eventsLostNotices();
        require(
                (overflows > overflowsSeen) == (notices > noticesSeen),
                "events lost: " + overflows + ", the driver noticed " + notices);
        overflowsSeen = overflows;
        noticesSeen = notices;
        final long requestOverflows = bench.model.counters().priQueueOverflows();
        final long requestNotices = bench.smmu.requestsLostNotices();
        require(
                (requestOverflows > requestOverflowsSeen) == (requestNotices > requestNoticesSeen),
                "requests lost: " + requestOverflows + ", the driver noticed " + requestNotices);
        requestOverflowsSeen = requestOverflows;
        requestNoticesSeen = requestNotices;
    }

    // ---- The end --------------------------------------------------------------------------------

    /** All is taken back in order, and nothing may be left. */
    private void letGo() {
        world.log.add("let go");
        settle();
        for (final ShadowDevice device : world.devices) {
            if (device.isThere()) {
                attachments.release(device);
            }
        }
        attachments.unbindAll();
        require(world.kept.isEmpty(), "faults of devices that are gone");
        settle();
        require(ledger.open() == 0, "accesses of devices that are gone");
        mappings.freeAll();
        require(
                bench.pieces() == piecesAtFirst + attachments.leaves(),
                "memory leaks: "
                        + bench.pieces()
                        + " pieces, not "
                        + piecesAtFirst
                        + " and "
                        + attachments.leaves());
        for (int i = 1; i <= IDS_LOOKED_AT; i++) {
            final int asid = bench.smmu.asids().alloc();
            require(asid == i, "ASID " + i + " is not given back: " + asid);
            final int vmid = bench.smmu.vmids().alloc();
            require(vmid == i, "VMID " + i + " is not given back: " + vmid);
        }
        bench.smmu.remove();
        require(bench.pieces() == 0, "memory leaks: " + bench.pieces() + " pieces");
    }

    /** The SMMU goes while stalls are out: each ends, once, and nobody sends commands any more. */
    private void letGoAtOnce() {
        world.log.add("let go at once");
        ledger.expectTheEnd();
        bench.smmu.remove();
        require(ledger.open() == 0, "accesses outlive the SMMU: " + ledger.open());
        for (final IopfGroup group : List.copyOf(world.kept)) {
            require(bench.core.pending(group.device()) == 0, "faults outlive the SMMU");
        }
        bench.scheduler.runReady();
    }
}
