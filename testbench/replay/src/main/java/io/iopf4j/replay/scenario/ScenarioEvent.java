// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

/**
 * Something that happens during a run.
 *
 * @param atNs when, in virtual nanoseconds from the start, before the run's end
 * @param kind what
 * @param subject the device or the machine that it happens to
 * @param to the machine that a device moves to, else null
 */
public record ScenarioEvent(long atNs, Kind kind, String subject, String to) {
    /** What can happen. */
    public enum Kind {
        /** A device is detached from its machine and given to another, whose domain it gets. */
        MOVE("move", true),
        /** A device is taken away, and comes back no more. */
        REMOVE("remove", true),
        /** A device gets another domain of the same machine. */
        REPLACE_DOMAIN("replaceDomain", true),
        /** A machine is torn down: its fault queue is closed, and its devices go for good. */
        KILL("kill", false),
        /** A machine's fault queue is closed while its devices are still attached. */
        CLOSE_FAULT_QUEUE("closeFaultQueue", false),
        /** A guest stops answering; {@link GuestBehaviour} knows, nothing needs to be done. */
        SILENCE("silence", false),
        /** A silent guest comes back and answers late; {@link GuestBehaviour} knows. */
        WAKE("wake", false);

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
}
