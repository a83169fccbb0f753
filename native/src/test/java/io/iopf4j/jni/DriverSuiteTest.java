// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * The tests of SMMUv3's driver over a fault path in C: over the right one they hold, and they find
 * what is wrong with another. All of them run in this module, over the right one, by themselves.
 */
final class DriverSuiteTest {
    private static TestExecutionSummary run(final String suite) {
        final SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(suite))
                                .build(),
                        listener);
        final TestExecutionSummary summary = listener.getSummary();
        assertTrue(summary.getTestsSucceededCount() > 0, "nothing has passed");
        return summary;
    }

    @AfterEach
    void useTheUsualOne() {
        SuiteFaultPath.use(null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"FaultPath", "Drain", "DrainDuringReport", "Generations", "Nesting"})
    void shouldHoldOverTheExample(final String suite) {
        final Path example = Compiler.example("smmu-faults");
        SuiteFaultPath.use(new NativeDriver(example.toString()));
        final TestExecutionSummary found = run("io.iopf4j.drivers.armsmmuv3." + suite + "Test");
        assertEquals(0, found.getTotalFailureCount(), () -> String.valueOf(found.getFailures()));
        assertEquals(0, found.getTestsAbortedCount() + found.getTestsSkippedCount());
    }

    @ParameterizedTest
    @EnumSource
    void shouldFindWhatIsWrong(final WrongDriver wrong) throws IOException {
        SuiteFaultPath.use(new NativeDriver(wrong.library().toString()));
        assertTrue(run(wrong.suite()).getTestsFailedCount() > 0, "nobody noticed");
    }
}
