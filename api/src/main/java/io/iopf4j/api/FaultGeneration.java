// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * Whose contract between core and driver is in force. A driver asks for it in two places: who
 * answers a fault whose report failed, and what it does with a response code that it does not know.
 */
public enum FaultGeneration {
    /** The series of November 2017: nothing is tracked, responses have a type, FAILURE is 0xF. */
    SERIES_2017,
    /** The series of April and May 2018: a pending list and a timer that only logs. */
    SERIES_2018,
    /** Linux 5.3 to 6.1: merged, with a pending list and no timer. */
    LINUX_5_X,
    /** Linux 6.12: groups, handlers of domains, the core answers whatever fails. */
    LINUX_6_12
}
