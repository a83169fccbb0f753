// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.DriverBench.IOVA;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.NO_PASID;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.READ;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.emulation.AccessResult;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams of an SMMU with more StreamIDs than memory, through tables of two levels. */
final class StreamTableTest {
    private static final int BITS = 24;

    private final DriverBench bench = DriverBench.probed(DriverBench.PLAIN.withSidBits(BITS));

    private long l1(final int sid) {
        final long base =
                bench.mmio.readq(SmmuRegisters.STRTAB_BASE) & SmmuRegisters.STRTAB_BASE_ADDR_MASK;
        return bench.memory.readLong(base + 8L * (sid >>> 8));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 0xff, 0x100, 0x12_3456, (1 << BITS) - 1})
    void shouldServeAFaultOfAnyStream(final int sid) {
        final DriverBench.Client client = bench.client(sid);
        final ArmSmmuPagingDomain domain = bench.pagingDomain(client);
        client.attach(domain);
        client.access(NO_PASID, IOVA, READ);
        domain.map(IOVA, bench.page, READ);
        bench.answer(PageResponseCode.SUCCESS);
        assertEquals(List.of(AccessResult.DONE), client.results());
    }

    @Test
    void shouldMakeALeafWhenItsFirstStreamComes() {
        assertEquals(0, l1(0x1234));
        bench.client(0x1234);
        final long leaf = l1(0x1234);
        assertEquals(9, leaf & 0x1f, "256 entries");
        assertEquals(0x1234_0000_0003L, bench.lastSyncedCommand()[0]);
        assertEquals(0, bench.lastSyncedCommand()[1], "not the leaf alone");
        bench.client(0x12ff);
        assertEquals(leaf, l1(0x1234));
        for (int i = 0; i < 256; i++) {
            assertEquals(1, bench.memory.readLong((leaf & ~0xfffL) + 64L * i), "abort");
        }
    }

    @Test
    void shouldAbortInSilenceWhereNothingIsAttached() {
        bench.client(0x1234);
        final DriverBench.Client client = bench.client(0x1200);
        client.access(NO_PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.ABORTED), client.results());
        assertTrue(bench.log.recent().stream().noneMatch(line -> line.contains("received")));
    }

    @Test
    void shouldTellANeighbourApart() {
        final DriverBench.Client one = bench.client(0x1234);
        final DriverBench.Client other = bench.client(0x1334);
        one.attach(bench.pagingDomain(one));
        other.access(NO_PASID, IOVA, READ);
        assertEquals(List.of(AccessResult.ABORTED), other.results());
        one.access(NO_PASID, IOVA, READ);
        assertEquals(1, bench.faults.size());
    }

    @Test
    void shouldHaveTheHardwareReadANewEntryAhead() {
        final DriverBench.Client client = bench.client(0x1234);
        client.attach(bench.pagingDomain(client));
        final List<long[]> commands = bench.commands();
        assertEquals(0x1234_0000_0001L, commands.get(commands.size() - 1)[0]);
        assertEquals(
                CmdqOp.SYNC, Commands.opcode(commands.get(commands.size() - 2)[0]), "and no SYNC");
    }

    @Test
    void shouldSayWhenThereIsNoMemoryForALeaf() {
        for (long size = 1 << 20; size >= 4096; size >>= 1) {
            while (bench.allocator.allocCoherent(size) != null) {
                // Until nothing of that size is left.
            }
        }
        final IommuDevice device = bench.device(0x1234);
        assertEquals(-Errno.ENOMEM, device.ops().probeDevice(device));
        assertNull(bench.smmu.streams().find(0x1234));
    }

    @Test
    void shouldRefuseStreamsBeyondTheTable() {
        final IommuDevice device = bench.device(1 << BITS);
        assertEquals(-Errno.ERANGE, device.ops().probeDevice(device));
        final IommuDevice negative = bench.device(-1);
        assertEquals(-Errno.ERANGE, negative.ops().probeDevice(negative));
    }

    @Test
    void shouldFindEachOfManyStreams() {
        for (int i = 0; i < 500; i++) {
            final IommuDevice device = bench.device((i << 15 & 0xff_ffff) | i);
            assertEquals(0, device.ops().probeDevice(device));
        }
        for (int i = 0; i < 500; i += 2) {
            final IommuDevice device =
                    bench.smmu.streams().find((i << 15 & 0xff_ffff) | i).device();
            device.ops().releaseDevice(device);
        }
        for (int i = 0; i < 500; i++) {
            final ArmSmmuMaster master = bench.smmu.streams().find((i << 15 & 0xff_ffff) | i);
            if (i % 2 == 0) {
                assertNull(master);
            } else {
                assertEquals((i << 15 & 0xff_ffff) | i, master.faultStreamId());
            }
        }
    }
}
