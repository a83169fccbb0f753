// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * Sees each step of a fault through the core; a ledger or a checker implements it. Not a kernel
 * interface. Calls come on the thread that takes the step, under the core's locks where it holds
 * any: an implementation must not call back into the core, and keeps nothing that it is handed.
 */
public interface FaultObserver {
    /** Sees nothing. */
    FaultObserver NONE = new FaultObserver() {};

    /**
     * A driver reported a fault; before anything is decided.
     *
     * @param dev the device
     * @param fault the fault
     */
    default void reported(final IommuDevice dev, final IommuFault fault) {}

    /**
     * A report failed, and the driver owes the device an answer: the contract of 5.x and before.
     *
     * @param dev the device
     * @param fault the fault
     * @param errno the negative errno that the driver gets
     */
    default void reportFailed(final IommuDevice dev, final IommuFault fault, final int errno) {}

    /**
     * A request was handed to its device's handler; before the handler runs. Until 6.1, where a
     * handler gets each request by itself.
     *
     * @param dev the device
     * @param fault the request
     */
    default void delivered(final IommuDevice dev, final IommuFault fault) {}

    /**
     * A group was handed to its domain's handler; before the handler runs.
     *
     * @param group the complete group
     */
    default void delivered(final IopfGroup group) {}

    /**
     * A consumer took a group out of its fault queue.
     *
     * @param group the group
     * @param cookie what it will be answered by
     */
    default void read(final IopfGroup group, final int cookie) {}

    /**
     * A group, or a request that never became one, is answered; before the driver is called.
     *
     * @param dev the device
     * @param lastFault the request that is answered
     * @param code the response code
     * @param origin why
     */
    default void responding(
            final IommuDevice dev,
            final IommuFault lastFault,
            final int code,
            final ResponseOrigin origin) {}

    /**
     * A group is answered; before the driver is called. In 6.12, in place of the call above, which
     * is what comes of it unless somebody wants to know the group.
     *
     * @param group the group
     * @param code the response code
     * @param origin why
     */
    default void responding(final IopfGroup group, final int code, final ResponseOrigin origin) {
        responding(group.device(), group.lastFault(), code, origin);
    }

    /**
     * An answer of a consumer was refused and nothing was sent. Nothing else has changed either,
     * but for one case until 6.8: a driver that refuses a code is asked late, after {@link
     * #responding}, and the request is forgotten all the same where the generation keeps one.
     *
     * @param cookie what it named: a cookie in 6.12, a group id before
     * @param code its code
     * @param errno the negative errno that it got
     */
    default void refused(final int cookie, final int code, final int errno) {}

    /**
     * A request that waited for the rest of its group was dropped without an answer.
     *
     * @param dev the device
     * @param fault the request
     */
    default void partialDropped(final IommuDevice dev, final IommuFault fault) {}
}
