// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.bench.BenchSettings;
import io.iopf4j.replay.bench.GuestDevice;
import io.iopf4j.replay.bench.GuestRecord;
import io.iopf4j.replay.bench.HardwareSettings;
import io.iopf4j.replay.bench.HostDevice;
import java.util.Set;

/** A machine on which not all goes well: two devices, each of a virtual machine of its own. */
final class TroubledMachine {
    private static final int PASID = 1;
    private static final int DEVICES = 2;
    private static final int MOST_READ = 1024;
    private static final int MOST_TURNS = 1000;
    private static final long PAGE_BYTES = 1L << 12;
    private static final long IOVA_MASK = (1L << 40) - 1;
    private static final long SEED = 1;

    private final Bench bench;
    private final GuestDevice[] devices = new GuestDevice[DEVICES];
    private final GuestRecord[] read = new GuestRecord[MOST_READ];
    private final GuestRecord wrong = new GuestRecord();
    private HostDevice host;
    private int readCount;
    private long iova;
    private int issued;
    private int ended;

    TroubledMachine(
            final HardwareSettings hardware, final Semantics semantics, final String policies) {
        bench =
                Bench.unrecorded(
                        new BenchSettings(hardware, semantics, Policies.parse(policies), SEED),
                        this::accessEnded);
        for (int i = 0; i < MOST_READ; i++) {
            read[i] = new GuestRecord();
        }
        for (int i = 0; i < DEVICES; i++) {
            devices[i] = bench.addDevice("dev" + i, bench.addVm("vm" + i), Set.of(PASID));
            devices[i].vm().setListener(record -> read[readCount++].copyFrom(record));
            devices[i].attach();
            devices[i].prepare(PASID);
        }
    }

    private void accessEnded(final int device, final int id, final AccessResult result) {
        ended++;
    }

    /** A device accesses pages that are not there. */
    void access(final int device, final int times) {
        for (int i = 0; i < times; i++) {
            iova = (iova + PAGE_BYTES) & IOVA_MASK;
            devices[device].issue(PASID, iova, IommuFault.PERM_READ);
            issued++;
        }
    }

    /** Adds a device of the host's own, whose faults end its accesses. */
    void addHostDevice() {
        host = bench.addHostDevice("host");
    }

    /** It accesses what is not there. */
    void hostAccesses(final int times) {
        for (int i = 0; i < times; i++) {
            host.access(0, PAGE_BYTES, IommuFault.PERM_READ);
        }
    }

    /** Lets everything run and the guests read. */
    void run() {
        bench.scheduler().runReady();
        for (final GuestDevice device : devices) {
            device.vm().readAll();
        }
    }

    /** The same, and lets time pass. */
    void runFor(final long ns) {
        run();
        bench.scheduler().runUntil(bench.scheduler().nowNs() + ns);
    }

    /** The guests say of all that they have read what makes no sense. */
    void answerWrongly() {
        for (int i = 0; i < readCount; i++) {
            final GuestRecord fault = read[i];
            final int owner = fault.device().vm().index();
            wrong.set(
                    fault.device(),
                    fault.ssid(),
                    fault.iova(),
                    fault.grpid() ^ 0x80,
                    fault.cookie() + 1000);
            devices[owner].vm().respond(wrong, PageResponseCode.INVALID);
            devices[1 - owner].vm().respond(fault, PageResponseCode.INVALID);
        }
    }

    /** The guests answer all that they have read with a code. */
    void answer(final int code) {
        for (int i = 0; i < readCount; i++) {
            read[i].device().vm().respond(read[i], code);
        }
    }

    /** The guests forget what they have read. */
    void forget() {
        readCount = 0;
    }

    /** The guests read and answer until all accesses have ended. */
    void end(final long nsOfATurn) {
        for (int turn = 0; ended < issued; turn++) {
            if (turn == MOST_TURNS) {
                throw new IllegalStateException(ended + " accesses of " + issued + " ended");
            }
            runFor(nsOfATurn);
            answer(PageResponseCode.INVALID);
            forget();
        }
        forget();
    }

    int open() {
        return issued - ended;
    }

    long overflows() {
        return bench.hardware().queueOverflows();
    }
}
