// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.core.policy.Policies;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.bench.BenchSettings;
import io.iopf4j.replay.bench.GuestDevice;
import io.iopf4j.replay.bench.GuestRecord;
import java.util.Set;

/**
 * The whole cycle: an endpoint's access faults in the model, the driver's thread reports it, its
 * guest reads it; one of the outstanding faults is answered, and its access ends. Each access is to
 * another page.
 */
final class FaultCycle extends Cycle {
    private static final int PASID = 1;

    private final Bench bench;
    private final GuestDevice[] devices;
    private final AccessResult expected;
    private int ended;

    /**
     * Builds the machine and attaches its devices.
     *
     * @param model the hardware
     * @param settings what is measured
     */
    FaultCycle(final Model model, final CycleSettings settings) {
        super(settings, model.mostOfDevice(), model.mostOfAll());
        bench =
                Bench.unrecorded(
                        new BenchSettings(
                                model.settings(settings.semantics()),
                                settings.semantics(),
                                Policies.parse(settings.policies()),
                                seed()),
                        this::accessEnded);
        expected =
                settings.code() == PageResponseCode.SUCCESS
                        ? AccessResult.DONE
                        : AccessResult.ABORTED;
        devices = new GuestDevice[settings.devices()];
        for (int i = 0; i < devices.length; i++) {
            devices[i] = bench.addDevice("dev" + i, bench.addVm("vm" + i), Set.of(PASID));
            devices[i].vm().setListener(this::look);
            devices[i].attach();
            devices[i].prepare(PASID);
        }
    }

    private void look(final GuestRecord record) {
        seen(
                record.device().endpoint().index(),
                record.ssid(),
                record.grpid(),
                record.cookie(),
                record.iova());
    }

    private void accessEnded(final int device, final int id, final AccessResult result) {
        if (result != expected) {
            throw new IllegalStateException(
                    "an access must end " + expected + ": dev" + device + " " + result);
        }
        ended++;
    }

    @Override
    Scheduler scheduler() {
        return bench.scheduler();
    }

    @Override
    void raise(final int device, final long address) {
        devices[device].issue(PASID, address, IommuFault.PERM_READ);
    }

    @Override
    void read(final int device) {
        devices[device].vm().readAll();
    }

    @Override
    void answer(final OutstandingFaults faults, final int at) {
        final GuestDevice device = devices[faults.device(at)];
        Expect.zero(
                "answer",
                device.vm()
                        .answer(
                                device,
                                faults.pasid(at),
                                faults.iova(at),
                                faults.grpid(at),
                                faults.cookie(at),
                                settings().code()));
    }

    @Override
    int ended() {
        return ended;
    }
}
