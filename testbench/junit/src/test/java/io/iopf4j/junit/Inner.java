// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** A run of a small test class, and what its failures say. */
final class Inner {
    private final EngineExecutionResults results;

    private Inner(final EngineExecutionResults results) {
        this.results = results;
    }

    static Inner run(final Class<?> tests) {
        return new Inner(kit(tests).execute());
    }

    static Inner runWithSeed(final Class<?> tests, final String seed) {
        return new Inner(kit(tests).configurationParameter("iopf4j.seed", seed).execute());
    }

    private static EngineTestKit.Builder kit(final Class<?> tests) {
        return EngineTestKit.engine("junit-jupiter").selectors(selectClass(tests));
    }

    /** Tests that succeeded. */
    long succeeded() {
        return results.testEvents().succeeded().count();
    }

    /** Tests and classes that failed. */
    List<Throwable> failures() {
        final List<Throwable> failures = new ArrayList<>();
        results.allEvents()
                .failed()
                .map(event -> event.getRequiredPayload(TestExecutionResult.class))
                .forEach(result -> failures.add(result.getThrowable().orElseThrow()));
        return failures;
    }

    /** The only failure. */
    Throwable failure() {
        final List<Throwable> failures = failures();
        if (failures.size() != 1) {
            throw new AssertionError("expected one failure, but there were " + failures);
        }
        return failures.get(0);
    }

    /** All that a report shows of the only failure. */
    String report() {
        final StringWriter text = new StringWriter();
        failure().printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
