// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/** Why a group was answered: not a kernel type, but what a ledger must know of each answer. */
public enum ResponseOrigin {
    /** Its consumer answered: a guest through its fault queue, or SVA's fault handling. */
    CONSUMER,
    /** No handler was found for it, or its device is on no fault queue. */
    NO_HANDLER,
    /** Its handler refused it. */
    HANDLER_FAILED,
    /** Its report failed, and the driver answered by itself: the contract of 5.x. */
    DRIVER,
    /** A policy refused it. */
    POLICY,
    /** It was not answered in time. */
    TIMED_OUT,
    /** There was no memory to keep it. */
    NO_MEMORY,
    /** The domain that it came in by was detached or replaced. */
    DOMAIN_CHANGED,
    /** Its device left the fault queue. */
    DEVICE_REMOVED,
    /** The fault queue that held it was destroyed. */
    QUEUE_DESTROYED
}
