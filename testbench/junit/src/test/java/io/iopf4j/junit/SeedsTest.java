// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Where a seed comes from, and a test that runs with several. */
class SeedsTest {
    private static final List<Long> SEEN = new ArrayList<>();

    @BeforeEach
    void forget() {
        SEEN.clear();
    }

    @Test
    void shouldRunWithEachSeed() {
        assertEquals(3, Inner.run(Several.class).succeeded());
        assertEquals(List.of(7L, 8L, 9L), SEEN);
    }

    @Test
    void shouldRunWithTheSeedThatIsGiven() {
        assertEquals(1, Inner.runWithSeed(Several.class, "-5").succeeded());
        assertEquals(List.of(-5L), SEEN);
    }

    @Test
    void shouldTakeTheSeedOfTheMethod() {
        assertEquals(1, Inner.run(OfMethod.class).succeeded());
        assertEquals(List.of(11L), SEEN);
    }

    @Test
    void shouldRepeatByTheLineThatAReportShows() {
        final String report = Inner.run(FailsWithEight.class).report();
        assertTrue(report.contains("-Diopf4j.seed=8"), report);
        assertEquals(1, Inner.runWithSeed(FailsWithEight.class, "8").failures().size());
        assertEquals(0, Inner.runWithSeed(FailsWithEight.class, "7").failures().size());
    }

    @ExtendWith(IommuTestbench.class)
    static class Several {
        @Seeds(3)
        void test(@Iommu(seed = 7) final EmulatedSmmu smmu) {
            SEEN.add(smmu.seed());
        }
    }

    @Iommu(seed = 1)
    @ExtendWith(IommuTestbench.class)
    static class OfMethod {
        @Iommu EmulatedIommu iommu;

        @Test
        @Iommu(seed = 11)
        void test() {
            SEEN.add(iommu.seed());
        }
    }

    @Iommu(seed = 7)
    static class FailsWithEight {
        @Seeds(3)
        void test(final EmulatedSmmu smmu) {
            Assertions.assertTrue(smmu.seed() != 8);
        }
    }
}
