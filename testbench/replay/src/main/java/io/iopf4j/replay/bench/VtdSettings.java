// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.drivers.intel.IntelOptions;
import io.iopf4j.emulation.vtd.VtdConfig;
import io.iopf4j.replay.ledger.TagIndex;

/**
 * A VT-d remapping unit.
 *
 * @param config the integrator's choice
 * @param options what its driver is told
 * @param priCapacity page requests that a device can have outstanding (Outstanding Page Request
 *     Capacity), at least 1; its driver allows no more than {@link IntelOptions#pageRequests()}
 * @param interruptLatencyNs from an interrupt until its thread runs, virtual nanoseconds
 */
public record VtdSettings(
        VtdConfig config, IntelOptions options, int priCapacity, long interruptLatencyNs)
        implements HardwareSettings {
    /** Page requests that a device of a bench can have outstanding. */
    public static final int PRI_CAPACITY = 512;

    /**
     * From an interrupt until its thread runs on a machine that has other work: the time in which a
     * queue of page requests fills.
     */
    public static final long INTERRUPT_LATENCY_NS = 20_000;

    /** From an answer that brought nothing until a device asks again. */
    static final long RETRY_DELAY_NS = 1_000_000;

    private static final int PAGE_BYTES = 4096;
    private static final int REQUEST_BYTES = 32;
    private static final int REQUEST_BYTES_REV2 = 16;
    private static final int MAX_ORDER = 7;

    /**
     * The unit and the driver of a kernel's time: revision 2 with a queue of one page for the
     * series of 2017, scalable mode with 6.12's queue for all later ones.
     *
     * @param semantics the kernel's rules
     * @return the settings
     */
    public static VtdSettings of(final Profile semantics) {
        final boolean isRevision2 = semantics.generation() == FaultGeneration.SERIES_2017;
        final IntelOptions modern = IntelOptions.DEFAULT;
        return new VtdSettings(
                isRevision2 ? VtdConfig.revision2() : VtdConfig.scalable(),
                isRevision2 ? new IntelOptions(false, 0, modern.pageRequests()) : modern,
                PRI_CAPACITY,
                INTERRUPT_LATENCY_NS);
    }

    private int entriesOfAPage() {
        return PAGE_BYTES / (config.isRevision2() ? REQUEST_BYTES_REV2 : REQUEST_BYTES);
    }

    /**
     * Which sizes its page request queue can have.
     *
     * @return the least and the most entries, as an interval
     */
    public String queueRange() {
        return "[" + entriesOfAPage() + ", " + (entriesOfAPage() << MAX_ORDER) + "]";
    }

    /**
     * Whether its page request queue can have a size.
     *
     * @param entries how many
     * @return it is a power of two within {@link #queueRange()}
     */
    public boolean canHaveQueueOf(final int entries) {
        return Integer.bitCount(entries) == 1
                && entries >= entriesOfAPage()
                && entries <= entriesOfAPage() << MAX_ORDER;
    }

    /**
     * The same with a page request queue of another size.
     *
     * @param entries as {@link #canHaveQueueOf}
     * @return the settings
     */
    public VtdSettings withQueueEntries(final int entries) {
        final int order = Integer.numberOfTrailingZeros(entries / entriesOfAPage());
        return new VtdSettings(
                config,
                new IntelOptions(options.scalable(), order, options.pageRequests()),
                priCapacity,
                interruptLatencyNs);
    }

    /**
     * Size of the page request queue that all devices share.
     *
     * @return records of it, a power of two
     */
    public int queueEntries() {
        return entriesOfAPage() << options.pageRequestQueueOrder();
    }

    /**
     * The same with less allowed to each device.
     *
     * @param most page requests that a device may have outstanding, at least 1
     * @return the settings
     */
    public VtdSettings withPageRequestsAtMost(final int most) {
        return new VtdSettings(
                config,
                new IntelOptions(
                        options.scalable(),
                        options.pageRequestQueueOrder(),
                        Math.min(options.pageRequests(), most)),
                priCapacity,
                interruptLatencyNs);
    }

    /**
     * The same with interrupts that take another time.
     *
     * @param ns virtual nanoseconds, not negative
     * @return the settings
     */
    public VtdSettings withInterruptLatencyNs(final long ns) {
        return new VtdSettings(config, options, priCapacity, ns);
    }

    @Override
    public boolean hasGroupsOfSeveral() {
        return true;
    }

    /** What it has asked for, and all records of the unit's queue. */
    @Override
    public long mostFaultsOfDevice() {
        return priCapacity + (long) queueEntries();
    }

    @Override
    public TagIndex tags() {
        return TagIndex.ofEachDevice(VtdHardware::indexOf);
    }

    @Override
    public Hardware build(final HardwareParts parts) {
        return new VtdHardware(this, parts);
    }
}
