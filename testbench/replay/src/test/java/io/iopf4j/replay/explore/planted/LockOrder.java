// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the kernel's lockdep does: learns which lock is taken under which, and complains of the
 * first two that are taken in both orders, though nobody has waited for anybody yet. One thread.
 */
final class LockOrder {
    private final Map<String, Set<String>> takenUnder = new HashMap<>();
    private final Deque<String> held = new ArrayDeque<>();

    /** Runs something with a lock held. */
    void with(final String lock, final Runnable body) {
        for (final String outer : held) {
            if (takenUnder.getOrDefault(lock, Set.of()).contains(outer)) {
                throw new IllegalStateException(
                        "possible circular locking: " + lock + " under " + outer);
            }
            takenUnder.computeIfAbsent(outer, any -> new HashSet<>()).add(lock);
        }
        held.push(lock);
        try {
            body.run();
        } finally {
            held.pop();
        }
    }
}
