// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.vfio;

import static io.iopf4j.api.Errno.EBADF;
import static io.iopf4j.api.Errno.EFAULT;
import static io.iopf4j.api.Errno.EINVAL;
import static io.iopf4j.api.FaultGeneration.LINUX_5_X;
import static io.iopf4j.api.FaultGeneration.SERIES_2017;
import static io.iopf4j.api.FaultGeneration.SERIES_2018;
import static io.iopf4j.core.vfio.VfioBench.word;
import static io.iopf4j.core.vfio.VfioBench.wordOf;
import static io.iopf4j.core.vfio.VfioBench.writeIndex;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.iopf4j.api.FaultGeneration;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What user space may do with either region. */
class VfioRegionTest {
    private static final int FAULT_REGION_BYTES = 36_864;
    private static final int RESPONSE_REGION_BYTES = 16_384;
    private static final int RESPONSE_REGION_BYTES_2018 = 20_480;

    private final VfioBench bench = VfioBench.attached(LINUX_5_X);
    private final VfioFaultRegion faults = bench.device.faultRegion();
    private final VfioResponseRegion responses = bench.device.responseRegion();
    private final List<VfioRegion> both = List.of(faults, responses);

    @Test
    void shouldBeOfSubtypesAndCapabilitiesOfTheirOwn() {
        assertEquals(1, faults.subtype());
        assertEquals(6, faults.capabilityId());
        assertEquals(2, responses.subtype());
        assertEquals(7, responses.capabilityId());
    }

    @ParameterizedTest
    @EnumSource(
            value = FaultGeneration.class,
            names = {"SERIES_2017", "SERIES_2018", "LINUX_5_X"})
    void shouldHaveFaultEntriesOf64BytesInEachGeneration(final FaultGeneration generation) {
        final VfioFaultRegion region = VfioBench.attached(generation).device.faultRegion();
        assertEquals(64, wordOf(region, 4));
        assertEquals(FAULT_REGION_BYTES, region.size());
    }

    @Test
    void shouldHaveResponseEntriesOfTheGeneration() {
        assertEquals(24, wordOf(responses, 4));
        assertEquals(RESPONSE_REGION_BYTES, responses.size());
        final VfioRegion of2017 = VfioBench.attached(SERIES_2017).device.responseRegion();
        assertEquals(24, wordOf(of2017, 4));
        assertEquals(RESPONSE_REGION_BYTES, of2017.size());
        final VfioRegion of2018 = VfioBench.attached(SERIES_2018).device.responseRegion();
        assertEquals(32, wordOf(of2018, 4));
        assertEquals(RESPONSE_REGION_BYTES_2018, of2018.size());
    }

    @Test
    void shouldStartEmptyWithTheRingOnTheSecondPage() {
        for (final VfioRegion region : both) {
            assertEquals(0, wordOf(region, 0));
            assertEquals(512, wordOf(region, 8));
            assertEquals(4096, wordOf(region, 12));
            assertEquals(0, wordOf(region, 16));
        }
    }

    @Test
    void shouldReadAnyRangeInside() {
        for (final VfioRegion region : both) {
            final ByteBuffer all = ByteBuffer.allocate(region.size());
            assertEquals(region.size(), region.read(all, 0));
            assertEquals(region.size(), all.position());
            assertEquals(1, region.read(ByteBuffer.allocate(1), region.size() - 1));
            assertEquals(0, region.read(ByteBuffer.allocate(0), region.size()));
        }
    }

    @Test
    void shouldRefuseToReadPastTheEnd() {
        for (final VfioRegion region : both) {
            final ByteBuffer two = ByteBuffer.allocate(2);
            assertEquals(-EINVAL, region.read(two, region.size() - 1));
            assertEquals(-EINVAL, region.read(two, -1));
            assertEquals(-EINVAL, region.read(two, Long.MAX_VALUE));
            assertEquals(0, two.position());
        }
    }

    @Test
    void shouldRefuseToReadIntoWhatCannotBeWritten() {
        assertEquals(-EFAULT, faults.read(ByteBuffer.allocate(4).asReadOnlyBuffer(), 0));
    }

    @Test
    void shouldTakeAnIndexAsFarAsTheRingGoes() {
        for (final VfioRegion region : both) {
            final ByteBuffer index = word(511);
            assertEquals(4, region.write(index, 0));
            assertEquals(4, index.position());
            assertEquals(511, wordOf(region, 0));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 513, 0x1_0000, -1, Integer.MIN_VALUE})
    void shouldRefuseAnIndexPastTheRing(final int index) {
        for (final VfioRegion region : both) {
            writeIndex(region, 3);
            assertEquals(-EINVAL, writeIndex(region, index));
            assertEquals(3, wordOf(region, 0));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 4, 16, 4096, -4, Long.MIN_VALUE})
    void shouldRefuseToWriteAnywhereElse(final long offset) {
        for (final VfioRegion region : both) {
            assertEquals(-EINVAL, region.write(word(7), offset));
            assertEquals(512, wordOf(region, 8));
            assertEquals(0, wordOf(region, 0));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 3, 5, 8, 20})
    void shouldRefuseToWriteAnythingButFourBytes(final int count) {
        for (final VfioRegion region : both) {
            assertEquals(-EINVAL, region.write(ByteBuffer.allocate(count), 0));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "4096, 12288, 0",
        "4096, 1, 0",
        "12288, 4096, 0",
        "0, 4096, -22",
        "0, 16384, -22",
        "20, 4096, -22",
        "4095, 4096, -22",
        "4097, 4096, -22",
        "4096, 0, -22",
        "4096, -1, -22",
        "4096, 12289, -22",
        "16384, 4096, -22",
        "-4096, 4096, -22",
        "9223372036854771712, 4096, -22",
        "4096, 9223372036854775807, -22",
    })
    void shouldMapFromTheSecondPageOn(final long offset, final long length, final int expected) {
        assertEquals(expected, responses.mmap(offset, length));
        if (length == (int) length) {
            final ByteBuffer mapped = responses.map(offset, (int) length);
            if (expected == 0) {
                assertNotNull(mapped);
                assertEquals(length, mapped.capacity());
            } else {
                assertNull(mapped);
            }
        }
    }

    @Test
    void shouldMapTheWholeRingOfFaults() {
        assertEquals(0, faults.mmap(4096, 32_768));
        assertEquals(-EINVAL, faults.mmap(4096, 32_769));
    }

    @Test
    void shouldShareMappedMemory() {
        responses.map(8192, 4096).put(5, (byte) 0x5a);
        final ByteBuffer read = ByteBuffer.allocate(1);
        responses.read(read, 8192 + 5);
        assertEquals(0x5a, read.get(0));
    }

    @Test
    void shouldRefuseAllOnceReleased() {
        bench.device.release();
        for (final VfioRegion region : both) {
            assertEquals(-EBADF, region.read(ByteBuffer.allocate(4), 0));
            assertEquals(-EBADF, writeIndex(region, 1));
        }
    }

    @Test
    void shouldNumberTheInterfaceAsProposed() {
        assertEquals(2, VfioUapi.REGION_TYPE_NESTED);
        assertEquals(1, VfioUapi.REGION_ABI_VERSION);
        assertEquals(1, VfioUapi.IRQ_TYPE_NESTED);
        assertEquals(1, VfioUapi.IRQ_SUBTYPE_DMA_FAULT);
        assertEquals((';' << 8) | (100 + 22), VfioUapi.IOMMU_SET_PASID_TABLE);
        assertEquals(1, VfioUapi.PASID_TABLE_FLAG_SET);
        assertEquals(2, VfioUapi.PASID_TABLE_FLAG_UNSET);
    }
}
