// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api;

/** Who receives a domain's fault groups: {@code iommu_domain.iopf_handler} of Linux 6.12. */
@FunctionalInterface
public interface IopfHandler {
    /**
     * Takes a complete group. Called with no lock of the core held, on the thread that reports.
     *
     * @param group the group; with 0 returned it is the handler's, which owes it one {@link
     *     IopfGroup#respond} and then one {@link IopfGroup#free}
     * @return 0, or a negative errno: then the core answers {@link PageResponseCode#FAILURE} and
     *     frees the group
     */
    int handle(IopfGroup group);

    /**
     * Gives a group back that it was handed and has not answered: the host is about to end it by a
     * rule of its own, such as a timeout. Not a kernel interface. Called from any thread with no
     * lock of the core held.
     *
     * @param group the group
     * @param generation {@link IopfGroup#generation()} when the host took note of it
     * @return true if the group was still the handler's, who now forgets it and refuses a later
     *     answer; false if it was answered meanwhile
     */
    default boolean withdraw(final IopfGroup group, final int generation) {
        return false;
    }
}
