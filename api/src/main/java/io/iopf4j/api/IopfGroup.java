// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/**
 * A complete page request group: {@code struct iopf_group}, {@code include/linux/iommu.h} of Linux
 * 6.12. Instances are pooled: none may be touched after {@link #free()}.
 */
public interface IopfGroup {
    /**
     * The device that faulted.
     *
     * @return {@code group->fault_param->dev}
     */
    IommuDevice device();

    /**
     * The request that completed the group.
     *
     * @return {@code group->last_fault.fault}, not to be changed
     */
    IommuFault lastFault();

    /**
     * Number of requests.
     *
     * @return {@code group->fault_count}, at least 1
     */
    int faultCount();

    /**
     * One request, in the order of arrival.
     *
     * @param index in [0, {@link #faultCount()}); the last index is {@link #lastFault()}
     * @return the request, not to be changed
     */
    IommuFault fault(int index);

    /**
     * The attachment that the group came in by.
     *
     * @return {@code group->attach_handle}
     */
    IommuAttachHandle attachHandle();

    /**
     * Answers the group: {@code iopf_group_response()} of 6.12. Sends the answer to the hardware if
     * the group is still pending, else does nothing. Any thread may call it.
     *
     * @param code a {@link PageResponseCode}; other numbers reach the driver unchanged
     */
    void respond(int code);

    /**
     * Gives the group back: {@code iopf_free_group()} of 6.12. Does not answer it; freeing a group
     * that is still pending is the caller's mistake and fails an assertion.
     */
    void free();

    /**
     * Tells the uses of a pooled instance apart: another number each time it is filled.
     *
     * @return a number that counts up and wraps
     */
    int generation();
}
