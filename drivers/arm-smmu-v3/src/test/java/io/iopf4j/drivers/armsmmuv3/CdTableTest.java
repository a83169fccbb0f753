// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.DriverBench.IOVA;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.READ;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.SID;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables of contexts of one level and of two. */
final class CdTableTest {
    private final DriverBench bench = DriverBench.probed();
    private final List<String> calls = new ArrayList<>();
    private final CdTable.Invalidation invalidation =
            new CdTable.Invalidation() {
                @Override
                public void contextDescriptor(final int ssid) {
                    calls.add("cd " + ssid);
                }

                @Override
                public void leaf(final int ssid) {
                    calls.add("leaf " + ssid);
                }
            };

    private CdTable table(final int log2, final boolean mayHaveTwoLevels) {
        return CdTable.alloc(bench.allocator, log2, mayHaveTwoLevels, bench.log, "test");
    }

    private int write(final CdTable table, final int ssid) {
        return table.write(
                ssid, ContextDescriptor.word0(48, 5, 1, true), 0x4000_0000L, 0xff, invalidation);
    }

    private static DriverBench.Client client(final DriverBench on, final int pasidBits) {
        final IommuDevice device = on.device(true, pasidBits, SID);
        final IommuGroup group = new IommuGroup(SID);
        assertEquals(0, group.addDevice(device));
        assertEquals(0, device.ops().devEnableFeature(device, DevFeature.IOPF));
        return on.new Client(device, group);
    }

    @ParameterizedTest
    @CsvSource({"10, true, 0", "11, false, 0", "11, true, 2", "20, true, 2"})
    void shouldHaveTwoLevelsWhereOneLeafDoesNotSuffice(
            final int log2, final boolean mayHaveTwoLevels, final int format) {
        assertEquals(format, table(log2, mayHaveTwoLevels).s1Fmt());
    }

    @Test
    void shouldMakeALeafOnDemandAndSaySo() {
        final CdTable table = table(20, true);
        assertFalse(table.isValid(0x12345));
        assertEquals(0, write(table, 0x12345));
        assertEquals(List.of("leaf 74565", "cd 74565", "cd 74565"), calls);
        assertTrue(table.isValid(0x12345));
        final long l1cd = bench.memory.readLong(table.dmaAddress() + 8 * (0x12345 >> 10));
        assertEquals(1, l1cd & 0xfff);
        assertEquals(
                ContextDescriptor.word0(48, 5, 1, true),
                bench.memory.readLong((l1cd & ~0xfffL) + 64 * (0x12345 & 0x3ff)));
        assertEquals(0, l1cd & 0xf000, "64 KiB");
        calls.clear();
        assertEquals(0, write(table, 0x12346));
        assertEquals(List.of("cd 74566", "cd 74566"), calls);
        assertEquals(2, table.used());
        table.clear(0x12345, invalidation);
        assertFalse(table.isValid(0x12345));
        assertEquals(1, table.usedSubstreams());
    }

    @Test
    void shouldGiveLeavesBack() {
        for (int i = 0; i < 300; i++) { // 19 MiB, in a memory of 16.
            final CdTable table = table(20, true);
            assertEquals(0, write(table, 5), "round " + i);
            table.free(bench.allocator);
        }
    }

    @Test
    void shouldSayWhenThereIsNoMemoryForALeaf() {
        final CdTable table = table(20, true);
        while (bench.allocator.allocCoherent(1 << 16) != null) {
            // Until nothing of that size is left.
        }
        assertEquals(-Errno.ENOMEM, write(table, 5));
        assertEquals(List.of(), calls);
        assertEquals(0, table.used());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 1023, 1024, 0x12345, 0xfffff})
    void shouldServeAnyPasidOfADeviceWithTwentyBits(final int pasid) {
        final DriverBench.Client client = client(bench, 20);
        final ArmSmmuPagingDomain domain = bench.pagingDomain(client);
        domain.map(IOVA, bench.page, READ);
        client.attachPasid(domain, pasid);
        client.access(pasid, IOVA, READ);
        assertEquals(List.of(AccessResult.DONE), client.results());
        client.group.detachPasid(pasid);
        client.access(pasid, IOVA, READ);
        assertEquals(AccessResult.ABORTED, client.results().get(1));
    }

    @Test
    void shouldInvalidateTheFirstLevelByAllButTheLeafForm() {
        final DriverBench.Client client = client(bench, 20);
        client.attachPasid(bench.pagingDomain(client), 0x12345);
        final List<String> contexts =
                bench.commands().stream()
                        .filter(c -> (c[0] & 0xff) == 5)
                        .map(c -> Long.toHexString(c[0]) + ":" + c[1])
                        .toList();
        assertEquals(List.of("1012345005:0", "1012345005:1", "1012345005:1"), contexts);
    }

    @Test
    void shouldCapALinearTableAt64Kib() {
        final SmmuV3Config linear = DriverBench.CONFIG.without(SmmuFeature.TWO_LEVEL_CD_TABLE);
        final DriverBench other = DriverBench.probed(linear);
        final DriverBench.Client client = client(other, 20);
        final ArmSmmuPagingDomain domain = other.pagingDomain(client);
        assertEquals(1 << 10, client.device.ops().maxPasids(client.device));
        assertEquals(-Errno.EINVAL, domain.setDevPasid(client.device, 1 << 10));
        client.attachPasid(domain, 1023);
        final ArmSmmuMaster master = ArmSmmuMaster.of(client.device);
        assertEquals(StreamTableEntry.S1FMT_LINEAR, master.cdTable().s1Fmt());
        assertEquals(10, StreamTableEntry.s1CdMax(master.ste()[0]));
    }
}
