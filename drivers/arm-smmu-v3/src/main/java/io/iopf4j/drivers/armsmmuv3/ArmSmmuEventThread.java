// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.smmuv3.Events;
import io.iopf4j.api.smmuv3.SmmuRegisters;

/**
 * The threaded half of the event interrupt: takes records off the event queue and reports stalled
 * ones as faults: {@code arm_smmu_handle_evt()} of Linux 6.12.
 */
final class ArmSmmuEventThread extends ArmSmmuOutputQueue {
    private final ArmSmmuFaultServices.Masters masters;
    private final IommuCore core;
    private final ArmSmmuRateLimit dumps;
    private final IommuFault fault = new IommuFault();
    private final IommuPageResponse failureResponse = new IommuPageResponse();

    ArmSmmuEventThread(final ArmSmmuFaultServices services) {
        super(
                services.mmio(),
                services.kernel(),
                services.name(),
                services.eventQueue(),
                services.eventQueueLog2(),
                SmmuRegisters.EVENTQ_BASE,
                SmmuRegisters.EVENTQ_PROD,
                SmmuRegisters.EVENTQ_CONS,
                Events.BYTES);
        this.masters = services.masters();
        this.core = services.core();
        this.dumps = new ArmSmmuRateLimit(services.kernel());
    }

    @Override
    void handle(final long[] words) {
        if (handle(words[0], words[1], words[2]) != 0 && dumps.allows()) {
            kernel().log()
                    .info(
                            name(),
                            "event 0x%02x received: 0x%016x 0x%016x 0x%016x 0x%016x",
                            Events.number(words[0]),
                            words[0],
                            words[1],
                            words[2],
                            words[3]);
        }
    }

    @Override
    String overflowMessage() {
        return "EVTQ overflow detected -- events lost";
    }

    private int handle(final long word0, final long word1, final long word2) {
        final int number = Events.number(word0);
        if (number < Events.F_TRANSLATION || number > Events.F_PERMISSION) {
            return -Errno.EOPNOTSUPP;
        }
        if ((word1 & Events.S2) != 0 && core.generation() != FaultGeneration.LINUX_6_12) {
            // Stage 2 is taken to be pinned, and nobody answers: the transaction stays stalled.
            // 6.12 does not look, and reports the fault as if it were the guest's.
            return -Errno.EFAULT;
        }
        if ((word1 & Events.STALL) == 0) {
            return -Errno.EOPNOTSUPP;
        }
        int perm = (word1 & Events.RNW) != 0 ? IommuFault.PERM_READ : IommuFault.PERM_WRITE;
        if ((word1 & Events.IND) != 0) {
            perm |= IommuFault.PERM_EXEC;
        }
        if ((word1 & Events.PNU) != 0) {
            perm |= IommuFault.PERM_PRIV;
        }
        int flags = IommuFault.FLAG_LAST_PAGE;
        int pasid = 0;
        if ((word0 & Events.SSV) != 0) {
            flags |= IommuFault.FLAG_PASID_VALID;
            pasid = Events.substreamId(word0);
        }
        final ArmSmmuFaultServices.Master master = masters.find(Events.streamId(word0));
        if (master == null) {
            // No RESUME is sent here, in Linux either: the transaction stays stalled.
            return -Errno.EINVAL;
        }
        fault.pageRequest(flags, pasid, Events.stag(word1), perm, word2);
        return report(master);
    }

    private int report(final ArmSmmuFaultServices.Master master) {
        if (!master.beginReport()) {
            return 0;
        }
        try {
            final int ret = core.reportDeviceFault(master.device(), fault);
            if (ret != 0 && core.generation() != FaultGeneration.LINUX_6_12) {
                answerFailedReport(master);
            }
            return ret;
        } finally {
            master.endReport();
        }
    }

    /** Until 6.8 whoever reports a fault in vain owes its answer ({@code arm_smmu_handle_evt}). */
    private void answerFailedReport(final ArmSmmuFaultServices.Master master) {
        final int failure =
                core.generation() == FaultGeneration.SERIES_2017
                        ? PageResponseCode.FAILURE_2017
                        : PageResponseCode.FAILURE;
        master.device()
                .ops()
                .pageResponse(
                        master.device(),
                        fault,
                        failureResponse.set(fault.pasid(), fault.grpid(), failure));
    }
}
