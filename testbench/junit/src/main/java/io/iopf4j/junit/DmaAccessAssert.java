// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.emulation.AccessResult;

/** Says what became of an access. */
public final class DmaAccessAssert {
    private final DmaAccess access;

    DmaAccessAssert(final DmaAccess access) {
        this.access = access;
    }

    /**
     * It has not ended.
     *
     * @return this
     */
    public DmaAccessAssert isPending() {
        return ended(null, "to be pending");
    }

    /**
     * It was translated and done.
     *
     * @return this
     */
    public DmaAccessAssert isDone() {
        return ended(AccessResult.DONE, "to be done");
    }

    /**
     * It was ended with an abort.
     *
     * @return this
     */
    public DmaAccessAssert isAborted() {
        return ended(AccessResult.ABORTED, "to be aborted");
    }

    /**
     * It read as zero, or its write was ignored.
     *
     * @return this
     */
    public DmaAccessAssert isIgnored() {
        return ended(AccessResult.RAZ_WI, "to read as zero or be ignored");
    }

    private DmaAccessAssert ended(final AccessResult expected, final String how) {
        if (access.result() != expected) {
            throw new AssertionError("expected an access " + how + ", but " + access);
        }
        return this;
    }
}
