// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.testing.TestKernel;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Java's mainline-6.12 and a fault core in C, side by side on random schedules. */
final class Differential {
    private static final int SHOWN = 8;

    private final Path core;

    Differential(final Path core) {
        this.core = core;
    }

    /** Where C first does something else on the schedule of a seed, or leaves memory behind. */
    Optional<String> difference(final long seed) {
        final String expected = Schedule.run(Semantics.MAINLINE_6_12::create, seed);
        final NativeCore[] opened = new NativeCore[1];
        final TestKernel[] kernel = new TestKernel[1];
        final String actual;
        try {
            actual =
                    Schedule.run(
                            (its, observer, failSlab) -> {
                                kernel[0] = (TestKernel) its;
                                opened[0] =
                                        new NativeCore(core.toString(), its, observer, failSlab);
                                return opened[0];
                            },
                            seed);
        } catch (final NativeCodeException e) {
            return Optional.of("seed " + seed + ": " + e.getMessage());
        } finally {
            if (opened[0] != null) {
                opened[0].close();
            }
        }
        if (!expected.equals(actual)) {
            return Optional.of("seed " + seed + firstDifference(expected, actual));
        }
        return kernel[0].complaints.stream()
                .filter(line -> line.endsWith("were never freed"))
                .findFirst()
                .map(line -> "seed " + seed + ": " + line);
    }

    private static String firstDifference(final String expected, final String actual) {
        final List<String> java = expected.lines().toList();
        final List<String> c = actual.lines().toList();
        int same = 0;
        while (same < Math.min(java.size(), c.size()) && java.get(same).equals(c.get(same))) {
            same++;
        }
        return ", after\n"
                + String.join("\n", java.subList(Math.max(0, same - SHOWN), same))
                + "\nJava\n"
                + String.join("\n", java.subList(same, Math.min(same + SHOWN, java.size())))
                + "\nC\n"
                + String.join("\n", c.subList(same, Math.min(same + SHOWN, c.size())));
    }
}
