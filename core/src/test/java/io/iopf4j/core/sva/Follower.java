// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.sva;

import io.iopf4j.api.kernel.MmuNotifier;
import java.util.List;

/** Writes down what it is told of an address space, and can be out of memory. */
final class Follower implements MmuNotifier {
    private final String name;
    private final List<String> steps;
    private int errno;

    Follower(final String name, final List<String> steps) {
        this.name = name;
        this.steps = steps;
    }

    void refuseWith(final int errno) {
        this.errno = errno;
    }

    @Override
    public int populated(final long addr, final long paddr, final int perm) {
        steps.add(String.format("%s populated %x -> %x perm=%d", name, addr, paddr, perm));
        return errno;
    }

    @Override
    public void cleared(final long addr) {
        steps.add(String.format("%s cleared %x", name, addr));
    }

    @Override
    public void invalidateSecondaryTlbs(final long start, final long end) {
        steps.add(String.format("%s invalidate %x-%x", name, start, end));
    }

    @Override
    public void released() {
        steps.add(name + " released");
    }
}
