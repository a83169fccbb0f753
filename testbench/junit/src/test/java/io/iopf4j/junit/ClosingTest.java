// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Everything closes itself, the last first. */
class ClosingTest {
    private static final List<String> CLOSED = new ArrayList<>();

    @BeforeEach
    void forget() {
        CLOSED.clear();
    }

    @Test
    void shouldCloseAfterEachTestWhatIsFresh() {
        assertEquals(2, Inner.run(Fresh.class).succeeded());
        assertEquals(List.of("second", "first", "second", "first"), CLOSED);
    }

    @Test
    void shouldCloseAfterAllTestsWhatIsShared() {
        assertEquals(2, Inner.run(Shared.class).succeeded());
        assertEquals(List.of("driver"), CLOSED);
    }

    @Test
    void shouldCloseAllThoughOneFails() {
        final String report = Inner.run(FailsToClose.class).report();
        assertTrue(report.contains("Stubborn cannot be closed"), report);
        assertTrue(report.contains("no"), report);
        assertEquals(List.of("first"), CLOSED);
    }

    @ExtendWith(IommuTestbench.class)
    static class Fresh {
        @Test
        void one(final EmulatedSmmu smmu) {
            bindTwo(smmu);
        }

        @Test
        void other(final EmulatedSmmu smmu) {
            bindTwo(smmu);
        }

        private static void bindTwo(final EmulatedSmmu smmu) {
            smmu.bind((platform, kernel, core) -> (AutoCloseable) () -> CLOSED.add("first"));
            smmu.bind((platform, kernel, core) -> (AutoCloseable) () -> CLOSED.add("second"));
        }
    }

    /** A driver of this test's own. */
    static final class Driver implements AutoCloseable {
        Driver() {}

        @Override
        public void close() {
            CLOSED.add("driver");
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class Shared {
        @Iommu static Driver driver;

        @Test
        void one() {
            assertEquals(List.of(), CLOSED);
        }

        @Test
        void other() {
            assertEquals(List.of(), CLOSED);
        }
    }

    /** A driver that does not go. */
    static final class Stubborn implements AutoCloseable {
        Stubborn() {}

        @Override
        public void close() {
            throw new IllegalStateException("no");
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class FailsToClose {
        @Test
        void one(final EmulatedSmmu smmu) {
            smmu.bind((platform, kernel, core) -> (AutoCloseable) () -> CLOSED.add("first"));
            smmu.bind((platform, kernel, core) -> new Stubborn());
        }
    }
}
