// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import io.iopf4j.api.PageResponseCode;
import java.util.Map;

/**
 * Something that happens during a run.
 *
 * @param atNs when, in virtual nanoseconds from the start, before the run's end
 * @param kind what
 * @param subject the device or the machine that it happens to
 * @param to the machine that a device moves to, else null
 * @param request what a device asks for, else null
 * @param reply what a guest answers, else null
 */
public record ScenarioEvent(
        long atNs, Kind kind, String subject, String to, Request request, Reply reply) {
    /**
     * An event that needs no more to be said.
     *
     * @param atNs when, in virtual nanoseconds from the start
     * @param kind what
     * @param subject the device or the machine that it happens to
     * @param to the machine that a device moves to, else null
     */
    public ScenarioEvent(final long atNs, final Kind kind, final String subject, final String to) {
        this(atNs, kind, subject, to, null, null);
    }

    /**
     * A device asks for something once.
     *
     * @param atNs when, in virtual nanoseconds from the start
     * @param device the device
     * @param request what for
     * @return the event
     */
    public static ScenarioEvent access(
            final long atNs, final String device, final Request request) {
        return new ScenarioEvent(atNs, Kind.ACCESS, device, null, request, null);
    }

    /**
     * A guest of kind manual answers one fault.
     *
     * @param atNs when, in virtual nanoseconds from the start
     * @param vm its machine
     * @param reply which, and how
     * @return the event
     */
    public static ScenarioEvent answer(final long atNs, final String vm, final Reply reply) {
        return new ScenarioEvent(atNs, Kind.ANSWER, vm, null, null, reply);
    }

    /**
     * The same at another time.
     *
     * @param otherNs when, in virtual nanoseconds from the start
     * @return the event
     */
    public ScenarioEvent at(final long otherNs) {
        return new ScenarioEvent(otherNs, kind, subject, to, request, reply);
    }

    /** What can happen. */
    public enum Kind {
        /** A device is detached from its machine and given to another, whose domain it gets. */
        MOVE("move", true),
        /** A device is taken away, and comes back no more. */
        REMOVE("remove", true),
        /** A device gets another domain of the same machine. */
        REPLACE_DOMAIN("replaceDomain", true),
        /** A device is reset, and forgets what it has in flight. */
        RESET("reset", true),
        /** A device is pulled out, and nobody is told; a later REMOVE tells the host. */
        UNPLUG("unplug", true),
        /** A machine is torn down: its fault queue is closed, and its devices go for good. */
        KILL("kill", false),
        /** A machine's fault queue is closed while its devices are still attached. */
        CLOSE_FAULT_QUEUE("closeFaultQueue", false),
        /** A guest stops answering; {@link GuestBehaviour} knows, nothing needs to be done. */
        SILENCE("silence", false),
        /** A silent guest comes back and answers late; {@link GuestBehaviour} knows. */
        WAKE("wake", false),
        /** A device asks for something, beside what its workload does. */
        ACCESS("access", true),
        /** A guest that answers only when it is told to does so. */
        ANSWER("answer", false);

        private final String key;
        private final boolean ofDevice;

        Kind(final String key, final boolean ofDevice) {
            this.key = key;
            this.ofDevice = ofDevice;
        }

        /**
         * Its word in a scenario file.
         *
         * @return the key
         */
        public String key() {
            return key;
        }

        /**
         * Whether it happens to a device.
         *
         * @return true if to a device, false if to a machine
         */
        public boolean isOfDevice() {
            return ofDevice;
        }
    }

    /**
     * What a device asks for.
     *
     * @param address the first page's address in bytes, page-aligned, below 2^48
     * @param pasid in [1, 2^20), or {@link #NO_PASID}
     * @param isWrite whether to write; else to read
     * @param pages how many pages it asks for at once, at least 1; SMMUv3 knows groups of one alone
     */
    public record Request(long address, int pasid, boolean isWrite, int pages) {
        /** The PASID of an access without. */
        public static final int NO_PASID = -1;

        /** Where an access goes unless its file says otherwise. */
        public static final long ADDRESS = 0x10_0000;
    }

    /**
     * What a guest answers.
     *
     * @param isNewest whether the last fault that it has read and not answered; else the first
     * @param code a {@link PageResponseCode}, or {@link Lie#UNKNOWN_CODE}
     */
    public record Reply(boolean isNewest, int code) {
        /** Codes by their words in a scenario file. */
        static final Map<String, Integer> CODES =
                Map.of(
                        "success", PageResponseCode.SUCCESS,
                        "invalid", PageResponseCode.INVALID,
                        "failure", PageResponseCode.FAILURE,
                        "unknown", Lie.UNKNOWN_CODE);
    }
}
