// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath.Ability;
import java.util.ServiceLoader;

/**
 * Which fault path the driver's tests run over: the driver's own, unless another module that runs
 * them offers a {@link ArmSmmuFaultPath.Factory} as a service.
 */
final class FaultPaths {
    private static ArmSmmuFaultPath.Factory current =
            ServiceLoader.load(ArmSmmuFaultPath.Factory.class)
                    .findFirst()
                    .orElseGet(ArmSmmuFaultPath::inJava);

    private FaultPaths() {}

    static ArmSmmuFaultPath.Factory current() {
        return current;
    }

    /** Puts another in its place while something runs. */
    static void during(final ArmSmmuFaultPath.Factory other, final Runnable what) {
        final ArmSmmuFaultPath.Factory before = current;
        current = other;
        try {
            what.run();
        } finally {
            current = before;
        }
    }

    /** Skips a test of what the fault path says that it cannot do. */
    static void assume(final Ability ability) {
        assumeTrue(current.abilities().contains(ability), () -> reason(ability));
    }

    private static String reason(final Ability ability) {
        return switch (ability) {
            case EARLIER_GENERATIONS -> "this fault path knows the rules of Linux 6.12 alone";
            case DRAIN ->
                    "this fault path does not say what it is reporting: no stall can be ended";
            case LOG -> "this fault path does not log what Linux logs";
        };
    }
}
