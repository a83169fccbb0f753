// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.replay.explore.Bounds;
import picocli.CommandLine.Option;

/** How far an exhaustive search goes. */
final class ExhaustiveOptions {
    @Option(
            names = "--exhaustive",
            description =
                    "Draw nothing: go through every order of all that can happen within bounds, for"
                            + " each model, profile and policy that the options leave open.")
    private boolean isExhaustive;

    @Option(
            names = "--vms",
            paramLabel = "N",
            defaultValue = "2",
            description = "Virtual machines, with --exhaustive (default: ${DEFAULT-VALUE}).")
    private int vms;

    @Option(
            names = "--devices",
            paramLabel = "N",
            defaultValue = "2",
            description = "Devices in all (default: ${DEFAULT-VALUE}).")
    private int devices;

    @Option(
            names = "--pasids",
            paramLabel = "N",
            defaultValue = "2",
            description = "PASIDs of each device (default: ${DEFAULT-VALUE}).")
    private int pasids;

    @Option(
            names = "--groups",
            paramLabel = "N",
            defaultValue = "3",
            description = "Accesses in all (default: ${DEFAULT-VALUE}).")
    private int groups;

    @Option(
            names = "--events",
            paramLabel = "N",
            defaultValue = "6",
            description = "Steps in all, accesses among them (default: ${DEFAULT-VALUE}).")
    private int events;

    @Option(
            names = "--states",
            paramLabel = "N",
            description = "Stop a search after so many states (default: none).")
    private Integer states;

    ExhaustiveOptions() {}

    boolean isExhaustive() {
        return isExhaustive;
    }

    /**
     * The bounds.
     *
     * @throws IllegalArgumentException in one line, if one is out of range
     */
    Bounds bounds() {
        if (states != null && states < 1) {
            throw new IllegalArgumentException("states must be at least 1, not " + states);
        }
        return new Bounds(vms, devices, pasids, groups, events);
    }

    int mostStates() {
        return states == null ? Integer.MAX_VALUE : states;
    }
}
