// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.dump;

/** Hears what happened in a dump, in its order. Times are the dump's own. */
public interface DumpListener {
    /**
     * A page request was reported.
     *
     * @param device who asked
     * @param isLast whether it completes its group
     */
    default void pageRequest(final String device, final boolean isLast) {}

    /**
     * A fault that is no page request happened.
     *
     * @param fault the fault
     */
    default void unrecoverableFault(final RecordedFault fault) {}

    /**
     * The last request of a group was reported, or, if the report is lost, its delivery was seen.
     *
     * @param group the group, as far as it is known now
     */
    default void raised(final RecordedGroup group) {}

    /**
     * A group reached its consumer.
     *
     * @param group the group
     */
    default void delivered(final RecordedGroup group) {}

    /**
     * A consumer read its fault queue with success.
     *
     * @param timeNs when
     * @param file the fault queue's file, as the kernel's pointer
     * @param records how many requests it got
     */
    default void read(final long timeNs, final long file, final int records) {}

    /**
     * A group was answered.
     *
     * @param timeNs when
     * @param group the group, its answer filled in
     */
    default void answered(final long timeNs, final RecordedGroup group) {}

    /**
     * A group must have been answered, but lost events hide how.
     *
     * @param group the group
     */
    default void answerLost(final RecordedGroup group) {}

    /**
     * Lost events may hide what became of a group.
     *
     * @param group the group, {@link RecordedGroup#isUncertain} now
     */
    default void doubted(final RecordedGroup group) {}

    /**
     * An answer was seen to a group whose delivery was not.
     *
     * @param code its code
     */
    default void answeredUnseen(final int code) {}

    /**
     * A guest's fault queue was seen to answer for a device.
     *
     * @param file the fault queue's file
     * @param device a device behind it
     */
    default void queueServes(final long file, final String device) {}

    /**
     * A device joined a fault queue.
     *
     * @param timeNs when
     * @param device which
     */
    default void deviceQueued(final long timeNs, final String device) {}

    /**
     * A device's domain with outstanding groups was detached or replaced.
     *
     * @param timeNs when
     * @param device which
     */
    default void domainChanged(final long timeNs, final String device) {}

    /**
     * A device left its fault queue.
     *
     * @param timeNs when
     * @param device which
     */
    default void deviceUnqueued(final long timeNs, final String device) {}

    /**
     * A device is gone.
     *
     * @param timeNs when
     * @param device which
     */
    default void deviceRemoved(final long timeNs, final String device) {}
}
