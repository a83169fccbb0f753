// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import java.util.Arrays;

/**
 * {@code silent-guest=K}: after K groups of a virtual machine in a row that timed out or were
 * terminated, without an answer between, the machine is disabled. A refused group counts as
 * terminated, so K should be above what a guest that does answer raises at a time over its quota.
 * Belongs into VFIO (thread of December 2017). The host is never silent.
 */
final class SilentGuest implements FaultPolicy {
    static final String NAME = "silent-guest";
    private static final int INITIAL = 16;

    private final int limit;

    /** Of each virtual machine: groups that ended without answer since its last one. */
    private int[] inRow = new int[INITIAL];

    SilentGuest(final String limit) {
        this.limit = Words.number(NAME, limit, "K", "");
    }

    @Override
    public String name() {
        return NAME + "=" + limit;
    }

    @Override
    public void ended(final FaultInfo fault, final FaultEnd end) {
        final Account vm = fault.vm();
        if (vm.isHost() || vm.isDisabled() || end == FaultEnd.DRAINED) {
            return;
        }
        if (vm.index() >= inRow.length) {
            inRow = Arrays.copyOf(inRow, Math.max(inRow.length * 2, vm.index() + 1));
        }
        if (end == FaultEnd.ANSWERED) {
            inRow[vm.index()] = 0;
        } else if (++inRow[vm.index()] >= limit) {
            inRow[vm.index()] = 0;
            vm.disable();
        }
    }
}
