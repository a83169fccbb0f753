// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import io.iopf4j.api.ResponseOrigin;

/** Who answers and frees groups: the semantics profile that built them. */
public interface GroupResponder {
    /**
     * Answers a group.
     *
     * @param group a group that was not freed
     * @param code the response code
     * @param origin why
     */
    void groupResponse(PendingGroup group, int code, ResponseOrigin origin);

    /**
     * Frees a group.
     *
     * @param group a group that is not pending
     */
    void freeGroup(PendingGroup group);

    /**
     * Answers a group and frees it.
     *
     * @param group a group that was not freed
     * @param code the response code
     * @param origin why
     */
    default void end(final PendingGroup group, final int code, final ResponseOrigin origin) {
        groupResponse(group, code, origin);
        freeGroup(group);
    }

    /**
     * Whether reports, answers and consumers all come on one thread.
     *
     * @return {@link io.iopf4j.api.kernel.Kernel#isUniprocessor()} of the kernel that it runs on
     */
    default boolean isUniprocessor() {
        return false;
    }
}
