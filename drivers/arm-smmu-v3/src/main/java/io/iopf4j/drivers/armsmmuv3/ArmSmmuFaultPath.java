// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import java.util.Set;

/**
 * What an SMMU's driver does with faults: it takes records off the event queue, reports stalled
 * ones and sends the answers. {@code arm_smmu_evtq_thread()}, {@code arm_smmu_handle_evt()} and
 * {@code arm_smmu_page_response()} of Linux 6.12, as one piece that can be replaced: by code under
 * test, which may be in another language.
 *
 * <p>The driver calls {@link #probe} first, then {@link #programRegisters} with the queue disabled,
 * and only then the rest; {@link #handleEvents} on one thread at a time, {@link #pageResponse} on
 * any. Once probed a path neither allocates nor waits in the way of a fault that it reports.
 */
public interface ArmSmmuFaultPath {
    /**
     * Makes itself ready. The event queue's memory is there; the SMMU is not set up yet.
     *
     * @return 0 or a negative errno, with which the driver's probe fails
     */
    default int probe() {
        return 0;
    }

    /**
     * Programs the event queue's base and pointers; the queue is disabled, and empty afterwards.
     */
    void programRegisters();

    /**
     * The threaded half of the event interrupt: takes all records off the event queue, reports the
     * stalled ones to the core, and acknowledges an overflow.
     */
    void handleEvents();

    /**
     * Answers a stall: {@code arm_smmu_page_response()}. May come after {@link #remove}, when no
     * command goes out any more.
     *
     * @param dev a device that this driver has probed, or has released
     * @param evt the fault, or null of a core that keeps none
     * @param msg its answer
     * @return until 6.8 {@code -ENODEV} for a device that does not stall, or was released, and
     *     {@code -EINVAL} for a code that is none, and nothing was sent; in 6.12, whose operation
     *     returns nothing, 0: such a code leaves the action zero, which terminates. For November
     *     2017, whose SMMUv3 driver was never posted, a response that is not of a group is {@code
     *     -EINVAL}: a stall is one
     */
    int pageResponse(IommuDevice dev, IommuFault evt, IommuPageResponse msg);

    /**
     * How often the hardware said that it had dropped events.
     *
     * @return a count since probing
     */
    long lostNotices();

    /** Lets go of what it holds: no event is handled any more. The second call does nothing. */
    default void remove() {}

    /**
     * The one of this driver, in Java; it has every ability.
     *
     * @return its factory
     */
    static Factory inJava() {
        return ArmSmmuLinuxFaultPath.FACTORY;
    }

    /** What not every fault path can do. */
    enum Ability {
        /** It knows the rules before Linux 6.12 too: {@code IommuCore.generation()} is asked. */
        EARLIER_GENERATIONS,
        /**
         * It reports between {@code beginReport()} and {@code endReport()}, so that stalls can be
         * ended while records of them are on the queue. Without, the driver drains nothing.
         */
        DRAIN,
        /**
         * It logs what Linux does, in its words: events that nobody handles, at most ten in five
         * seconds; that events were lost; an answer to a device that does not stall.
         */
        LOG
    }

    /** Makes fault paths, one for each SMMU. */
    interface Factory {
        /**
         * What those that it makes can do beyond what each must.
         *
         * @return abilities; never changes
         */
        Set<Ability> abilities();

        /**
         * Makes a fault path, which does nothing before its {@link ArmSmmuFaultPath#probe}.
         *
         * @param services all that it may use
         * @return the fault path
         */
        ArmSmmuFaultPath create(ArmSmmuFaultServices services);
    }
}
