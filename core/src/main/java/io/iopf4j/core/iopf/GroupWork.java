// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** {@code iopf_group.work}: what its consumer wants to be run for a group, one thing at a time. */
final class GroupWork implements Runnable {
    private final PendingGroup group;
    private final AtomicBoolean isQueued = new AtomicBoolean();
    private Consumer<PendingGroup> work;
    private int generation;

    GroupWork(final PendingGroup group) {
        this.group = group;
    }

    /** False if something is queued already, and nothing has happened. */
    boolean queue(final Consumer<PendingGroup> wanted) {
        if (!isQueued.compareAndSet(false, true)) {
            return false;
        }
        work = wanted;
        generation = group.generation();
        group.owner().workqueue().queueWork(this);
        return true;
    }

    @Override
    public void run() {
        final Consumer<PendingGroup> queued = work;
        isQueued.set(false);
        if (group.lasts(generation)) {
            queued.accept(group);
        }
    }
}
