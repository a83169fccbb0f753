// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.PageResponseType;
import io.iopf4j.api.smmuv3.Commands;
import java.util.EnumSet;
import java.util.Set;

/** The fault path of Linux, in Java: the event thread and {@code arm_smmu_page_response()}. */
final class ArmSmmuLinuxFaultPath implements ArmSmmuFaultPath {
    static final Factory FACTORY =
            new Factory() {
                @Override
                public Set<Ability> abilities() {
                    return EnumSet.allOf(Ability.class);
                }

                @Override
                public ArmSmmuFaultPath create(final ArmSmmuFaultServices services) {
                    return new ArmSmmuLinuxFaultPath(services);
                }
            };

    private static final int UNKNOWN_CODE = -1;

    private final ArmSmmuFaultServices services;
    private final ArmSmmuEventThread events;

    ArmSmmuLinuxFaultPath(final ArmSmmuFaultServices services) {
        this.services = services;
        this.events = new ArmSmmuEventThread(services);
    }

    @Override
    public void programRegisters() {
        events.programRegisters();
    }

    @Override
    public void handleEvents() {
        events.run();
    }

    @Override
    public long lostNotices() {
        return events.lostNotices();
    }

    @Override
    public int pageResponse(
            final IommuDevice dev, final IommuFault evt, final IommuPageResponse msg) {
        final ArmSmmuFaultServices.Master master = services.masters().of(dev);
        final FaultGeneration generation = services.core().generation();
        final boolean isBefore612 = generation != FaultGeneration.LINUX_6_12;
        if (master == null || !master.isStallEnabled()) {
            services.kernel().log().warn(services.name(), "page response without stall");
            return isBefore612 ? -Errno.ENODEV : 0;
        }
        int action = resumeAction(msg.code(), generation);
        if (action == UNKNOWN_CODE) {
            if (isBefore612) {
                return -Errno.EINVAL;
            }
            action = Commands.RESUME_TERM;
        }
        if (generation == FaultGeneration.SERIES_2017 && msg.type() != PageResponseType.GROUP) {
            return -Errno.EINVAL;
        }
        // No SYNC: it would promise nothing more. A RESUME that is consumed has been obeyed, and a
        // retried access may stall again at once.
        services.commands()
                .issue(Commands.resume(master.faultStreamId(), action), msg.grpid() & 0xffff);
        return 0;
    }

    private static int resumeAction(final int code, final FaultGeneration generation) {
        final int failure =
                generation == FaultGeneration.SERIES_2017
                        ? PageResponseCode.FAILURE_2017
                        : PageResponseCode.FAILURE;
        if (code == PageResponseCode.SUCCESS) {
            return Commands.RESUME_RETRY;
        }
        return code == PageResponseCode.INVALID || code == failure
                ? Commands.RESUME_ABORT
                : UNKNOWN_CODE;
    }
}
