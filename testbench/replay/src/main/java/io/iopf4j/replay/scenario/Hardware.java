// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * The hardware that all machines of a run share, as far as somebody has said.
 *
 * @param iommu which model
 * @param stallEntries size of the stall buffer, in [1, 65535]; empty for the driver's choice, and
 *     with VT-d, which has none
 * @param queueEntries size of the event or page request queue, a power of two in [1, 131072]; empty
 *     for the driver's choice
 * @param interruptLatencyNs virtual nanoseconds from an interrupt until its thread runs, not
 *     negative; empty for the model's default
 * @param driver a fault path from outside for SMMUv3's driver; empty for the driver's own
 */
public record Hardware(
        Iommu iommu,
        OptionalInt stallEntries,
        OptionalInt queueEntries,
        OptionalLong interruptLatencyNs,
        Optional<ArmSmmuFaultPath.Factory> driver) {
    /** Nothing is said: SMMUv3 unless more is known, with the driver's sizes. */
    public static final Hardware DEFAULT = new Hardware(Iommu.AUTO);

    /** Most entries that a stall buffer can have. */
    public static final int MOST_STALLS = 65_535;

    /** Most entries that a queue of faults can have. */
    public static final int MOST_QUEUE_ENTRIES = 1 << 17;

    /**
     * A model with the driver's sizes.
     *
     * @param iommu which model
     */
    public Hardware(final Iommu iommu) {
        this(iommu, OptionalInt.empty(), OptionalInt.empty(), OptionalLong.empty());
    }

    /**
     * A model with the driver that ships.
     *
     * @param iommu which model
     * @param stallEntries size of the stall buffer
     * @param queueEntries size of the queue of faults
     * @param interruptLatencyNs virtual nanoseconds from an interrupt until its thread runs
     */
    public Hardware(
            final Iommu iommu,
            final OptionalInt stallEntries,
            final OptionalInt queueEntries,
            final OptionalLong interruptLatencyNs) {
        this(iommu, stallEntries, queueEntries, interruptLatencyNs, Optional.empty());
    }

    /**
     * What somebody else wants, in its place. Sizes that are said for one model do not count for
     * another.
     *
     * @param other what to use of it; its {@link Iommu#AUTO} and what is empty change nothing
     * @return the two together
     */
    public Hardware overriddenBy(final Hardware other) {
        final boolean isSameModel =
                other.iommu == Iommu.AUTO || (other.iommu == Iommu.VTD) == (iommu == Iommu.VTD);
        return new Hardware(
                other.iommu == Iommu.AUTO ? iommu : other.iommu,
                other.stallEntries.isPresent() || !isSameModel ? other.stallEntries : stallEntries,
                other.queueEntries.isPresent() || !isSameModel ? other.queueEntries : queueEntries,
                other.interruptLatencyNs.isPresent()
                        ? other.interruptLatencyNs
                        : interruptLatencyNs,
                other.driver.isPresent() ? other.driver : driver);
    }

    /**
     * The same with interrupts that take another time.
     *
     * @param ns virtual nanoseconds, not negative
     * @return the two together
     */
    public Hardware withInterruptLatencyNs(final long ns) {
        return new Hardware(iommu, stallEntries, queueEntries, OptionalLong.of(ns), driver);
    }

    /**
     * The same with a stall buffer of another size.
     *
     * @param entries in [1, {@link #MOST_STALLS}]
     * @return the two together
     */
    public Hardware withStallEntries(final int entries) {
        return new Hardware(
                iommu, OptionalInt.of(entries), queueEntries, interruptLatencyNs, driver);
    }

    /**
     * The same with a queue of another size.
     *
     * @param entries a power of two in [1, {@link #MOST_QUEUE_ENTRIES}]
     * @return the two together
     */
    public Hardware withQueueEntries(final int entries) {
        return new Hardware(
                iommu, stallEntries, OptionalInt.of(entries), interruptLatencyNs, driver);
    }

    /**
     * The same with another driver.
     *
     * @param other a fault path for SMMUv3's driver; empty for its own
     * @return the two together
     */
    public Hardware withDriver(final Optional<ArmSmmuFaultPath.Factory> other) {
        return new Hardware(iommu, stallEntries, queueEntries, interruptLatencyNs, other);
    }

    /** A model of an IOMMU. */
    public enum Iommu {
        /** Arm SMMUv3: each stalled access is a group of one. */
        SMMUV3("smmuv3"),
        /** Intel VT-d: page request groups. */
        VTD("vtd"),
        /** SMMUv3, unless somebody says otherwise. */
        AUTO("auto");

        private final String text;

        Iommu(final String text) {
            this.text = text;
        }

        /**
         * The model of a name.
         *
         * @param name {@code smmuv3}, {@code vtd} or {@code auto}
         * @return the model, empty if there is none of that name
         */
        public static Optional<Iommu> of(final String name) {
            for (final Iommu iommu : values()) {
                if (iommu.text.equals(name)) {
                    return Optional.of(iommu);
                }
            }
            return Optional.empty();
        }

        @Override
        public String toString() {
            return text;
        }
    }
}
