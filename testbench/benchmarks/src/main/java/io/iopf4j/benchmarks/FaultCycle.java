// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.bench.BenchSettings;
import io.iopf4j.replay.bench.GuestDevice;
import io.iopf4j.replay.bench.SmmuSettings;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * The whole cycle, over and over: an endpoint's access stalls, the driver's thread reports it, its
 * guest reads it; then one of the outstanding faults, any of them, is answered, and its access
 * ends. Each access is to another page. One thread.
 */
final class FaultCycle {
    private static final long PAGE_BYTES = 1L << 12;
    private static final long IOVA_MASK = (1L << 40) - 1;

    /** Short rings: emulated memory comes into being when a ring's first lap touches it. */
    private static final int QUEUE_LOG2 = 10;

    private static final int PASID = 1;
    private final Bench bench;
    private final GuestDevice[] devices;
    private final SplittableRandom random;
    private final int code;
    private final AccessResult expected;
    private final OutstandingFaults outstanding;
    private long iova;
    private int ended;

    /**
     * Builds a machine without policies and leaves all faults outstanding but one.
     *
     * @param outstandingCount faults between two answers, at least 1
     * @param deviceCount devices, each in a virtual machine of its own, in [1, 4096]
     * @param code SUCCESS or INVALID, what the guests answer
     * @param seed picks devices and answers
     */
    FaultCycle(final int outstandingCount, final int deviceCount, final int code, final long seed) {
        this(
                outstandingCount,
                deviceCount,
                code,
                Semantics.MAINLINE_6_12,
                Policies.parse(Policies.NONE),
                seed);
    }

    /**
     * Builds a machine under other rules and leaves all faults outstanding but one.
     *
     * @param outstandingCount faults between two answers, at least 1
     * @param deviceCount devices, each in a virtual machine of its own, in [1, 4096]
     * @param code SUCCESS or INVALID, what the guests answer
     * @param semantics of 6.12's generation
     * @param policies that refuse nothing of this
     * @param seed picks devices and answers
     */
    FaultCycle(
            final int outstandingCount,
            final int deviceCount,
            final int code,
            final Profile semantics,
            final List<FaultPolicy> policies,
            final long seed) {
        this.bench =
                Bench.unrecorded(
                        new BenchSettings(hardware(), semantics, policies, seed),
                        this::accessEnded);
        this.random = new SplittableRandom(seed);
        this.code = code;
        this.expected = code == PageResponseCode.SUCCESS ? AccessResult.DONE : AccessResult.ABORTED;
        this.outstanding = new OutstandingFaults(outstandingCount);
        this.devices = new GuestDevice[deviceCount];
        for (int i = 0; i < deviceCount; i++) {
            devices[i] = bench.addDevice("dev" + i, bench.addVm("vm" + i), Set.of(PASID));
            devices[i].attach();
            devices[i].prepare(PASID);
        }
        for (int i = 1; i < outstandingCount; i++) {
            fault();
        }
    }

    /**
     * One fault more, and one answer.
     *
     * @throws IllegalStateException if a step does not come to what it must
     */
    void run() {
        fault();
        final int picked = outstanding.pick(random);
        final int before = ended;
        final GuestDevice device = devices[outstanding.device(picked)];
        Expect.zero(
                "answer",
                device.vm()
                        .answer(
                                device,
                                PASID,
                                outstanding.iova(picked),
                                0,
                                outstanding.cookie(picked),
                                code));
        outstanding.remove(picked);
        Expect.equal("accesses ended", before + 1, ended);
    }

    private void fault() {
        final int index = devices.length == 1 ? 0 : random.nextInt(devices.length);
        iova = (iova + PAGE_BYTES) & IOVA_MASK;
        devices[index].issue(PASID, iova, IommuFault.PERM_READ);
        bench.scheduler().runReady();
        final int cookie = devices[index].vm().readOne();
        if (cookie == 0) {
            throw new IllegalStateException("a fault must reach its guest: iova=" + iova);
        }
        outstanding.add(index, cookie, iova);
    }

    private void accessEnded(final int device, final int id, final AccessResult result) {
        if (result != expected) {
            throw new IllegalStateException(
                    "an access must end " + expected + ": dev" + device + " " + result);
        }
        ended++;
    }

    private static SmmuSettings hardware() {
        return new SmmuSettings(
                SmmuV3Config.roomy()
                        .withCommandQueueLog2Max(QUEUE_LOG2)
                        .withEventQueueLog2Max(QUEUE_LOG2));
    }
}
