// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.emulation.AccessResult;
import java.util.function.Supplier;

/** An access that a device was told to issue. */
public final class DmaAccess {
    private final String text;
    private final Supplier<AccessResult> result;

    DmaAccess(final String text, final Supplier<AccessResult> result) {
        this.text = text;
        this.result = result;
    }

    /**
     * How it ended.
     *
     * @return the result, or null while it is pending
     */
    public AccessResult result() {
        return result.get();
    }

    /**
     * Whether it waits, stalled or asking for its page.
     *
     * @return it has not ended
     */
    public boolean isPending() {
        return result() == null;
    }

    @Override
    public String toString() {
        return text + (isPending() ? " is pending" : " ended " + result());
    }
}
