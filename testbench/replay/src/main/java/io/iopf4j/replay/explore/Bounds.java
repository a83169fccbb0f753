// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore;

/**
 * How far {@link Exhaustive} goes.
 *
 * @param vms virtual machines, at least 1
 * @param devices in all, at least 1; spread over the machines
 * @param pasids PASIDs that each device uses, at least 1
 * @param groups accesses in all, each a group of one request, at least 1
 * @param events steps in all, accesses among them, at least 1
 */
public record Bounds(int vms, int devices, int pasids, int groups, int events) {
    /** What is exhausted in seconds and has every kind of meeting in it. */
    public static final Bounds DEFAULT = new Bounds(2, 2, 2, 3, 6);

    /** Most machines or devices: names have one letter and one digit. */
    private static final int MOST = 8;

    /**
     * Checks them.
     *
     * @throws IllegalArgumentException in one line, if a bound is out of range
     */
    public Bounds {
        require("vms", vms, MOST);
        require("devices", devices, MOST);
        require("pasids", pasids, MOST);
        require("groups", groups, Integer.MAX_VALUE);
        require("events", events, Integer.MAX_VALUE);
    }

    private static void require(final String name, final int value, final int most) {
        if (value < 1 || value > most) {
            throw new IllegalArgumentException(
                    name + " must be in [1, " + most + "], not " + value);
        }
    }
}
