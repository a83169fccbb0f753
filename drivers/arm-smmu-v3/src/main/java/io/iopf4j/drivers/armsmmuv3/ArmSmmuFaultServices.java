// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.IommuCore;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.hw.DmaAllocator;
import io.iopf4j.api.hw.DmaMemory;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.kernel.Kernel;

/**
 * All that a fault path may use of its SMMU, of its driver and of the kernel.
 *
 * @param mmio the registers, of which the event queue's are its own
 * @param eventQueue memory of the event queue
 * @param eventQueueLog2 its size: log2 of its entries, 32 bytes each
 * @param dma where memory comes from that the SMMU sees too; what is left goes with the machine
 * @param kernel time and the log
 * @param name the SMMU's name in logs
 * @param core where faults are reported
 * @param masters who owns a stream
 * @param commands the command queue
 */
public record ArmSmmuFaultServices(
        Mmio mmio,
        DmaMemory eventQueue,
        int eventQueueLog2,
        DmaAllocator dma,
        Kernel kernel,
        String name,
        IommuCore core,
        Masters masters,
        Commands commands) {

    /** The devices behind the SMMU. Any thread. */
    public interface Masters {
        /**
         * Who owns a stream: {@code arm_smmu_find_master()} of Linux 6.12.
         *
         * @param sid a StreamID
         * @return the device, or null
         */
        Master find(int sid);

        /**
         * What this driver knows of a device: {@code dev_iommu_priv_get()}.
         *
         * @param dev a device of this driver
         * @return what it knows, or null if the device is not probed, or released
         */
        Master of(IommuDevice dev);
    }

    /** A device behind the SMMU: {@code struct arm_smmu_master} of Linux 6.12. */
    public interface Master {
        /**
         * The device itself.
         *
         * @return what faults are reported of
         */
        IommuDevice device();

        /**
         * Whether it may stall.
         *
         * @return its property, or the SMMU's compulsion
         */
        boolean isStallEnabled();

        /**
         * The stream that answers name: a device with faults has exactly one.
         *
         * @return its first StreamID
         */
        int faultStreamId();

        /**
         * A stall is about to be reported, by the thread that {@link ArmSmmuFaultPath} takes
         * records on. If this returns true, {@link #endReport} follows on the same thread.
         *
         * @return false if the stall has been ended: what the event queue still says of it is void
         */
        boolean beginReport();

        /** The report that was begun has been made. */
        void endReport();
    }

    /** The command queue. Any thread. */
    @FunctionalInterface
    public interface Commands {
        /**
         * Issues a command without SYNC: {@code arm_smmu_cmdq_issue_cmd()} of Linux 6.12.
         *
         * @param word0 its first doubleword
         * @param word1 its second
         * @return 0; {@code -ETIMEDOUT} if the queue stays full; {@code -ENODEV} once the SMMU has
         *     been let go
         */
        int issue(long word0, long word1);
    }
}
