// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.Endpoint;
import java.util.SplittableRandom;

/**
 * The whole cycle, over and over: an endpoint's access stalls, the driver's thread reports it, its
 * guest reads it; then one of the outstanding faults, any of them, is answered, and its access
 * ends. Each access is to another page. One thread.
 */
final class FaultCycle {
    private static final long PAGE_BYTES = 1L << 12;
    private static final long IOVA_MASK = (1L << 40) - 1;

    private final FaultMachine machine;
    private final AssignedDevice[] devices;
    private final SplittableRandom random;
    private final int code;
    private final AccessResult expected;
    private final OutstandingFaults outstanding;
    private long iova;
    private int ended;

    /**
     * Builds a machine and leaves all faults outstanding but one.
     *
     * @param outstandingCount faults between two answers, at least 1
     * @param deviceCount devices, each in a virtual machine of its own, in [1, 4096]
     * @param code SUCCESS or INVALID, what the guests answer
     * @param seed picks devices and answers
     */
    FaultCycle(final int outstandingCount, final int deviceCount, final int code, final long seed) {
        this.machine = new FaultMachine(seed);
        this.random = new SplittableRandom(seed);
        this.code = code;
        this.expected = code == PageResponseCode.SUCCESS ? AccessResult.DONE : AccessResult.ABORTED;
        this.outstanding = new OutstandingFaults(outstandingCount);
        this.devices = new AssignedDevice[deviceCount];
        for (int i = 0; i < deviceCount; i++) {
            devices[i] = new AssignedDevice(machine, i, this::accessEnded);
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
        devices[outstanding.device(picked)].answer(
                outstanding.cookie(picked), outstanding.iova(picked), code);
        outstanding.remove(picked);
        Expect.equal("accesses ended", before + 1, ended);
    }

    private void fault() {
        final int index = devices.length == 1 ? 0 : random.nextInt(devices.length);
        iova = (iova + PAGE_BYTES) & IOVA_MASK;
        devices[index].access(iova);
        machine.scheduler().runReady();
        outstanding.add(index, devices[index].read(iova), iova);
    }

    private void accessEnded(final Endpoint endpoint, final int id, final AccessResult result) {
        if (result != expected) {
            throw new IllegalStateException(
                    "an access must end " + expected + ": " + endpoint.name() + " " + result);
        }
        ended++;
    }
}
