// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.kernel.KernelLog;
import io.iopf4j.api.smmuv3.SmmuRegisters;

/** The hard half of the global error interrupt: {@code arm_smmu_gerror_handler()}, Linux 6.12. */
final class ArmSmmuGlobalErrors {
    private static final int HANDLED = 0x1fd;

    private final Mmio mmio;
    private final KernelLog log;
    private final String name;
    private final ArmSmmuControl control;
    private final ArmSmmuCommandQueue commands;

    ArmSmmuGlobalErrors(
            final Mmio mmio,
            final KernelLog log,
            final String name,
            final ArmSmmuControl control,
            final ArmSmmuCommandQueue commands) {
        this.mmio = mmio;
        this.log = log;
        this.name = name;
        this.control = control;
        this.commands = commands;
    }

    /** Reports what is active, mends what can be, and acknowledges. */
    void handle() {
        final int gerror = mmio.readl(SmmuRegisters.GERROR);
        final int active = gerror ^ mmio.readl(SmmuRegisters.GERRORN);
        if ((active & HANDLED) == 0) {
            return;
        }
        log.warn(
                name,
                "unexpected global error reported (0x"
                        + Integer.toHexString(active)
                        + "), this could be serious");
        if ((active & SmmuRegisters.GERROR_SFM_ERR) != 0) {
            log.err(name, "device has entered Service Failure Mode!");
            control.disable();
        }
        warnOfMessage(active, SmmuRegisters.GERROR_MSI_GERROR_ABT_ERR, "GERROR");
        warnOfMessage(active, SmmuRegisters.GERROR_MSI_PRIQ_ABT_ERR, "PRIQ");
        warnOfMessage(active, SmmuRegisters.GERROR_MSI_EVENTQ_ABT_ERR, "EVTQ");
        warnOfMessage(active, SmmuRegisters.GERROR_MSI_CMDQ_ABT_ERR, "CMDQ");
        if ((active & SmmuRegisters.GERROR_PRIQ_ABT_ERR) != 0) {
            log.err(name, "PRIQ write aborted -- requests may have been lost");
        }
        if ((active & SmmuRegisters.GERROR_EVENTQ_ABT_ERR) != 0) {
            log.err(name, "EVTQ write aborted -- events may have been lost");
        }
        if ((active & SmmuRegisters.GERROR_CMDQ_ERR) != 0) {
            commands.skipError();
        }
        mmio.writel(gerror, SmmuRegisters.GERRORN);
    }

    private void warnOfMessage(final int active, final int bit, final String source) {
        if ((active & bit) != 0) {
            log.warn(name, source + " message aborted");
        }
    }
}
