// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.dump;

/** Who answered a recorded group. */
public enum AnsweredBy {
    /** Nobody, as far as the dump goes. */
    NOBODY,
    /** The guest, through its fault queue. */
    GUEST,
    /** The kernel, because the domain was detached or replaced. */
    DOMAIN_CHANGE,
    /** The kernel, because the device left the fault queue. */
    DEVICE_REMOVAL,
    /** The kernel, at once: there was no handler, or it refused. */
    KERNEL
}
