// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.Requester;
import io.iopf4j.emulation.smmuv3.SmmuFeature;
import java.util.List;

/** The operations of a random run that devices, consumers of faults, and rogues do. */
final class RandomTraffic {
    /** More than can be recorded or queued by far. */
    private static final int MOST_OPEN = 48;

    private static final int MOST_KEPT = 40;
    private static final int[] ILLEGAL = {0x00, 0x05, 0x3f, 0x47, 0x82, 0xff};
    private static final long NOWHERE = 0x1000;
    private static final Requester NOBODY = (id, result) -> noDone(result);

    private final RandomWorld world;
    private final RandomMappings mappings;

    RandomTraffic(final RandomWorld world, final RandomMappings mappings) {
        this.world = world;
        this.mappings = mappings;
    }

    private static void noDone(final AccessResult result) {
        RandomWorld.require(result == AccessResult.ABORTED, "an unsupported access: " + result);
    }

    // ---- Accesses -------------------------------------------------------------------------------

    void access() {
        if (world.ledger.open() >= MOST_OPEN) {
            answerAny();
            return;
        }
        ShadowDevice device = world.any(world.devices);
        int sid = world.any(device.fwspec.ids());
        if (world.oneIn(16)) {
            sid = world.random.nextInt(2 << world.setup.config().sidBits());
            device = ownerOf(sid);
        }
        final int pasid = pasid(device);
        final long iova = iova(device, pasid);
        final int perm = world.random.nextInt(16);
        world.log.add("access", sid, pasid, iova, perm);
        world.ledger.issue(world.bench.model, device, sid, pasid, iova, perm);
    }

    private ShadowDevice ownerOf(final int sid) {
        for (final ShadowDevice device : world.devices) {
            if (device.fwspec.ids().contains(sid)) {
                return device;
            }
        }
        return null;
    }

    private int pasid(final ShadowDevice device) {
        if (device == null || device.pasids.isEmpty()) {
            return world.oneIn(8) ? world.random.nextInt(20) : IommuModel.NO_SUBSTREAM;
        }
        return switch (world.random.nextInt(8)) {
            case 0, 1, 2 -> IommuModel.NO_SUBSTREAM;
            case 3 -> world.random.nextInt((1 << device.ssidBits) + 2);
            default -> world.any(List.copyOf(device.pasids.keySet()));
        };
    }

    private long iova(final ShadowDevice device, final int pasid) {
        final long offset = world.random.nextInt(4096);
        if (device != null && device.pasids.get(pasid) instanceof ShadowProcess) {
            return ShadowProcess.address(world.random.nextInt(ShadowProcess.PAGES + 1)) + offset;
        }
        return world.oneIn(24)
                ? world.random.nextLong()
                : world.iovas[world.random.nextInt(world.iovas.length)] + offset;
    }

    void translate() {
        final ShadowDevice device = world.anyDevice();
        if (device == null || world.oneIn(2)) {
            world.pcie.useCached(world.bench.model);
            return;
        }
        final int pasid = pasid(device);
        if (device.domainAt(pasid) != null) {
            world.pcie.translate(
                    world.bench.model,
                    device,
                    world.any(device.fwspec.ids()),
                    pasid,
                    iova(device, pasid),
                    IommuFault.PERM_READ | world.random.nextInt(4));
        }
    }

    void pageRequest() {
        final int sid = world.any(world.any(world.devices).fwspec.ids());
        final int pasid = world.oneIn(2) ? IommuModel.NO_SUBSTREAM : world.random.nextInt(20);
        if (pasid >= 0 && world.oneIn(6)) {
            world.pcie.stop(world.bench.model, sid, pasid);
        } else {
            final long iova = world.iovas[world.random.nextInt(world.iovas.length)];
            world.pcie.request(world.bench.model, sid, pasid, iova, world.random.nextInt(3));
        }
    }

    /** Records that nobody has to answer, which take room in the event queue. */
    void noise() {
        final int sid = world.any(world.any(world.devices).fwspec.ids());
        final long iova = world.iovas[world.random.nextInt(world.iovas.length)];
        final int pages = world.random.nextInt(300);
        world.log.add("noise", sid, iova, pages);
        if (world.oneIn(2)) {
            world.bench.model.pageHint(sid, IommuModel.NO_SUBSTREAM, iova, pages, 1);
        } else {
            world.bench.model.unsupportedAccess(NOBODY, 0, sid, 1, iova, 2);
        }
    }

    // ---- Answers --------------------------------------------------------------------------------

    /** Answers one fault, or lets the driver see some. */
    void answerAny() {
        if (world.kept.isEmpty() || (world.kept.size() < MOST_KEPT && world.oneIn(4))) {
            runThreads();
        }
        if (!world.kept.isEmpty()) {
            answer(world.kept.remove(world.random.nextInt(world.kept.size())));
        }
    }

    void runThreads() {
        world.log.add("run threads");
        world.bench.scheduler.runReady();
    }

    private void answer(final IopfGroup group) {
        world.of(group.device()).kept--;
        final IommuFault fault = group.lastFault();
        final int choice = world.random.nextInt(10);
        final int code =
                switch (choice) {
                    case 0, 1, 2, 3, 4, 5 -> PageResponseCode.SUCCESS;
                    case 6, 7 -> PageResponseCode.INVALID;
                    case 8 -> PageResponseCode.FAILURE;
                    default ->
                            world.oneIn(2) ? world.random.nextInt() : 3 + world.random.nextInt(9);
                };
        if (choice < 4) {
            makeRoom(group, fault);
        }
        world.log.add("answer", fault.grpid(), code);
        group.respond(code);
        if (world.oneIn(8)) {
            world.log.add("answer again", fault.grpid());
            group.respond(world.random.nextInt(4));
        }
        group.free();
    }

    private void makeRoom(final IopfGroup group, final IommuFault fault) {
        final ShadowDomain.Paging domain = mappings.of(group.attachHandle().domain());
        for (int i = 0; domain != null && i < world.iovas.length; i++) {
            if (world.iovas[i] == (fault.addr() & ~ShadowDomain.PAGE_MASK)) {
                mappings.map(domain, i, fault.perm() & ~IommuFault.PERM_PRIV);
            }
        }
    }

    // ---- Errors ---------------------------------------------------------------------------------

    /** Commands in error, between others or alone; the driver may hear of them late. */
    void commandError() {
        final int opcode = ILLEGAL[world.random.nextInt(ILLEGAL.length)];
        final boolean isLate = world.oneIn(2);
        world.log.add("command error", opcode, isLate ? 1 : 0);
        if (isLate) {
            world.bench.delayErrors();
        }
        final long illegal = opcode | (world.random.nextLong() & ~0xffL);
        final ArmSmmuCommandQueue queue = world.bench.smmu.commandQueue();
        final int ret =
                switch (world.random.nextInt(4)) {
                    case 0 -> queue.issue(illegal, world.random.nextLong());
                    case 1 -> queue.issueWithSync(illegal, 0);
                    case 2 -> queue.issueWithSync(CmdqOp.CFGI_STE | Commands.SSEC, 1);
                    default ->
                            queue.issueList(
                                    new long[] {
                                        CmdqOp.PREFETCH_CONFIG,
                                        0,
                                        illegal,
                                        0,
                                        illegal,
                                        7,
                                        CmdqOp.PREFETCH_CONFIG,
                                        0
                                    },
                                    4,
                                    world.oneIn(2));
                };
        RandomWorld.require(ret == 0, "a list with a command in error: " + ret);
    }

    /** For a moment a queue is where no memory is, and one record that is written there is lost. */
    void abortedWrite() {
        final boolean ofRequests = world.has(SmmuFeature.PRI) && world.oneIn(2);
        if (world.ledger.held() > 0 || world.bench.areErrorsLate()) {
            return;
        }
        world.log.add("aborted write", ofRequests ? 1 : 0);
        final Mmio registers = world.bench.model.registerPages();
        final int base = ofRequests ? SmmuRegisters.PRIQ_BASE : SmmuRegisters.EVENTQ_BASE;
        final int enable = ofRequests ? SmmuRegisters.CR0_PRIQEN : SmmuRegisters.CR0_EVENTQEN;
        final int cr0 = registers.readl(SmmuRegisters.CR0);
        final long where = registers.readq(base);
        registers.writel(cr0 & ~enable, SmmuRegisters.CR0);
        registers.writeq(NOWHERE | (where & SmmuRegisters.QUEUE_BASE_LOG2SIZE_MASK), base);
        registers.writel(cr0, SmmuRegisters.CR0);
        if (ofRequests) {
            world.pcie.request(
                    world.bench.model, world.devices.get(0).fwspec.ids().get(0), -1, 0, 0);
        } else {
            noise();
        }
        registers.writel(cr0 & ~enable, SmmuRegisters.CR0);
        registers.writeq(where, base);
        registers.writel(cr0, SmmuRegisters.CR0);
    }

    /** A SYNC whose message goes where no memory is. */
    void lostMessage() {
        world.log.add("lost message");
        world.bench.smmu.commandQueue().issue(Commands.sync(Commands.SYNC_CS_IRQ, 1), NOWHERE);
    }
}
