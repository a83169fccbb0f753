// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

/** Counts and reports each use of what is not modelled. */
final class NotModelledUses {
    private final SmmuCounters counters;
    private final SmmuObserver observer;

    NotModelledUses(final SmmuCounters counters, final SmmuObserver observer) {
        this.counters = counters;
        this.observer = observer;
    }

    /** Software has used it, once. */
    void report(final NotModelled what) {
        counters.countNotModelled(what);
        observer.notModelled(what);
    }
}
