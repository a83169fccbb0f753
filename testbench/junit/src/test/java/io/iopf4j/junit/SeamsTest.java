// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import static io.iopf4j.junit.IommuAssertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.replay.bench.Seams;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a test puts between the parts stands nearer to the driver than what records. */
class SeamsTest {
    private static final List<String> ORDER = new ArrayList<>();

    @BeforeEach
    void forget() {
        ORDER.clear();
    }

    @Test
    void shouldStandBetweenHardwareAndDriver() {
        assertEquals(1, Inner.run(Bare.class).succeeded());
        assertEquals(List.of("first", "second 9"), ORDER);
    }

    @Test
    void shouldStandOnABenchToo() {
        assertEquals(1, Inner.run(OfBench.class).succeeded());
        assertTrue(ORDER.contains("second 1"), ORDER.toString());
    }

    /** Doubles what the driver stores to the command queue's producer: a doorbell too far. */
    static final class First implements Seams {
        int asked;

        First() {}

        @Override
        public PlatformDevice platform(final PlatformDevice given, final Scheduler scheduler) {
            ORDER.add("first");
            asked++;
            return new WatchedPlatform(given, new Nothing(given.mmio()), given.dma());
        }
    }

    /** Is told the seed. */
    static final class Second implements Seams {
        private final long seed;

        Second(final long seed) {
            this.seed = seed;
        }

        @Override
        public PlatformDevice platform(final PlatformDevice given, final Scheduler scheduler) {
            ORDER.add("second " + seed);
            return given;
        }
    }

    /** Stores nothing. */
    private record Nothing(Mmio given) implements Mmio {
        @Override
        public long sizeBytes() {
            return given.sizeBytes();
        }

        @Override
        public int readl(final long offset) {
            return given.readl(offset);
        }

        @Override
        public void writel(final int value, final long offset) {}

        @Override
        public long readq(final long offset) {
            return given.readq(offset);
        }

        @Override
        public void writeq(final long value, final long offset) {}
    }

    @ExtendWith(IommuTestbench.class)
    static class Bare {
        @Test
        void test(
                @Iommu(
                                seed = 9,
                                seams = {First.class, Second.class})
                        final EmulatedSmmu smmu,
                @Iommu final First first) {
            assertEquals(1, first.asked);
            smmu.bind(TinySmmuDriver::new);
            assertThat(smmu.written()).isEmpty();
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class OfBench {
        @Test
        void test(@Iommu final Second second, final GuestBench bench) {
            assertNotNull(second);
            assertThat(bench.iommu().written()).contains(SmmuRegister.SMMU_CR0);
        }
    }
}
