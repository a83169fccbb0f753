// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.vtd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.Errno;
import io.iopf4j.api.PasidTableConfig;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which reason wins when several speak against binding a guest's PASID table. */
class VtdBindingTest {
    private enum Obstacle {
        NO_IOMMU(Errno.ENODEV),
        TOO_WIDE(Errno.ERANGE),
        CANNOT_NEST(Errno.EINVAL),
        NO_DEVICE_INFO(Errno.EINVAL),
        BOUND(Errno.EBUSY),
        PASID_REFUSED(Errno.ENXIO),
        NO_CONTEXT(Errno.EINVAL);

        private final int errno;

        Obstacle(final int errno) {
            this.errno = errno;
        }
    }

    /** A host with some obstacles. */
    private record TestHost(Set<Obstacle> obstacles) implements VtdBinding.Host {
        @Override
        public boolean hasIommu() {
            return !obstacles.contains(Obstacle.NO_IOMMU);
        }

        @Override
        public int pasidBits() {
            return obstacles.contains(Obstacle.TOO_WIDE) ? 19 : 20;
        }

        @Override
        public boolean canNest() {
            return !obstacles.contains(Obstacle.CANNOT_NEST);
        }

        @Override
        public boolean hasDeviceInfo() {
            return !obstacles.contains(Obstacle.NO_DEVICE_INFO);
        }

        @Override
        public boolean isBound() {
            return obstacles.contains(Obstacle.BOUND);
        }

        @Override
        public int enablePasid() {
            return obstacles.contains(Obstacle.PASID_REFUSED) ? -Errno.ENXIO : 0;
        }

        @Override
        public boolean isContextPresent() {
            return !obstacles.contains(Obstacle.NO_CONTEXT);
        }
    }

    private static final TestHost WILLING = new TestHost(Set.of());

    private static PasidTableConfig bits(final int bits) {
        return new PasidTableConfig().set(77, 0, 0x1234_5678L, bits);
    }

    @Test
    void shouldBindWhateverVersionAndSize() {
        assertEquals(0, VtdBinding.check(WILLING, bits(20)));
    }

    @ParameterizedTest
    @EnumSource(Obstacle.class)
    void shouldRefuseForEachObstacle(final Obstacle obstacle) {
        assertEquals(-obstacle.errno, VtdBinding.check(new TestHost(Set.of(obstacle)), bits(20)));
    }

    @ParameterizedTest
    @EnumSource(Obstacle.class)
    void shouldNameTheFirstObstacleOfAll(final Obstacle first) {
        final TestHost host = new TestHost(EnumSet.range(first, List.of(Obstacle.values()).get(6)));
        assertEquals(-first.errno, VtdBinding.check(host, bits(20)));
    }

    @ParameterizedTest
    @CsvSource({"0, -34", "4, -34", "5, 0", "20, 0", "21, -34", "255, -34"})
    void shouldTakeWidthsThatHostAndContextEntryCan(final int bits, final int errno) {
        assertEquals(errno, VtdBinding.check(WILLING, bits(bits)));
    }

    @Test
    void shouldRefuseWithoutConfiguration() {
        assertEquals(-Errno.ERANGE, VtdBinding.check(WILLING, null));
        assertEquals(
                -Errno.ENODEV,
                VtdBinding.check(new TestHost(Set.of(Obstacle.NO_IOMMU)), null),
                "the IOMMU comes first");
    }

    @Test
    void shouldGiveTheContextEntrysFields() {
        assertEquals(0x1234_5000L, VtdBinding.tableBase(bits(20)));
        assertEquals(15, VtdBinding.tableSizeField(bits(20)));
        assertEquals(0, VtdBinding.tableSizeField(bits(5)));
    }
}
