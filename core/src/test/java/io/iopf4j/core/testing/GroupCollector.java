// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.testing;

import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.IopfHandler;
import java.util.ArrayList;
import java.util.List;

/** A domain's handler that keeps each group, or refuses it with an errno. */
public final class GroupCollector implements IopfHandler {
    /** Groups in the order in which they were handed over; refused ones are not kept. */
    public final List<IopfGroup> groups = new ArrayList<>();

    private int errno;
    private int calls;

    public void refuseWith(final int errno) {
        this.errno = errno;
    }

    public int calls() {
        return calls;
    }

    @Override
    public int handle(final IopfGroup group) {
        calls++;
        if (errno == 0) {
            groups.add(group);
        }
        return errno;
    }
}
