// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.inject;

import io.iopf4j.emulation.MemoryGate;

/** Memory that does not answer: a device's access to it is an external abort. */
public final class FailingMemory implements MemoryGate {
    private final MemoryGate given;
    private final MemoryRange range;
    private final Chance chance;
    private long failed;

    /**
     * Memory with a range that fails.
     *
     * @param given what else stands before memory
     * @param range what fails
     * @param chance whether an access to the range fails
     */
    public FailingMemory(final MemoryGate given, final MemoryRange range, final Chance chance) {
        this.given = given;
        this.range = range;
        this.chance = chance;
    }

    @Override
    public boolean lets(final long address, final long length) {
        if (range.isTouched(address, length) && chance.fires()) {
            failed++;
            return false;
        }
        return given.lets(address, length);
    }

    /**
     * How many accesses failed.
     *
     * @return a count since the start
     */
    public long failed() {
        return failed;
    }
}
