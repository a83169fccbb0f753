// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.DriverBench.READ;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.SID;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.uapi.HwptAlloc;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A range that could not be mapped as a whole was there in part for a while: the hardware and the
 * device must forget what they have seen of it.
 */
final class MapFailureTest {
    private static final long PADDR = 0x4000_0000L;

    /** The last page below a table of the last level, so that the next one needs another. */
    private static final long LAST_PAGE = 0x1f_f000;

    private final FakeSmmu fake =
            new FakeSmmu(
                    FakeSmmu.IDR0 | SmmuRegisters.IDR0_S2P | SmmuRegisters.IDR0_ATS, FakeSmmu.IDR1);
    private final ArmSmmuDevice smmu = fake.probe();
    private final IommuDevice device =
            new IommuDevice("dev", smmu.ops(), new IommuFwspec(List.of(SID), false, 0, true));

    private IommuDomain attached(final int flags) {
        assertEquals(0, device.ops().probeDevice(device));
        final IommuDomain domain = smmu.ops().domainAllocPagingFlags(device, flags);
        assertEquals(0, domain.attachDev(device));
        assertEquals(0, domain.map(0, PADDR, 0x1000, READ));
        fake.commands.clear();
        return domain;
    }

    private void useUpMemory() {
        while (fake.allocator.allocCoherent(4096) != null) {
            // Until there is none for a table.
        }
    }

    @Test
    void shouldForgetWhatStageOneMappedBeforeMemoryRanOut() {
        final IommuDomain domain = attached(0);
        useUpMemory();
        assertEquals(-Errno.ENOMEM, domain.map(LAST_PAGE, PADDR, 0x2000, READ));
        assertEquals(List.of("1000000000011:0", "1000000040:34"), fake.commandsButSync());
    }

    @Test
    void shouldForgetWhatStageTwoMappedBeforeMemoryRanOut() {
        final IommuDomain domain = attached(HwptAlloc.FLAG_NEST_PARENT);
        useUpMemory();
        assertEquals(-Errno.ENOMEM, domain.map(LAST_PAGE, PADDR, 0x2000, READ));
        assertEquals(List.of("100000028:0", "1000000040:34"), fake.commandsButSync());
    }

    @Test
    void shouldForgetWhatWasMappedUpToAPageThatIsThere() {
        final IommuDomain domain = attached(0);
        assertEquals(0, domain.map(0x9000, PADDR, 0x1000, READ));
        assertEquals(-Errno.EEXIST, domain.map(0x8000, PADDR, 0x2000, READ));
        assertEquals(List.of("1000000000011:0", "1000000040:34"), fake.commandsButSync());
    }

    @Test
    void shouldForgetTheTablesOfAPageThatCouldNotBeMapped() {
        final ArmSmmuPagingDomain domain = (ArmSmmuPagingDomain) attached(0);
        useUpMemory();
        assertEquals(-Errno.ENOMEM, domain.map(1L << 40, PADDR, READ));
        assertEquals(List.of("1000000000011:0", "1000000040:34"), fake.commandsButSync());
    }

    @Test
    void shouldForgetNothingOfARangeThatIsNone() {
        final IommuDomain domain = attached(0);
        assertEquals(-Errno.EINVAL, domain.map(0x8001, PADDR, 0x2000, READ));
        assertEquals(-Errno.ERANGE, domain.map(1L << 48, PADDR, 0x2000, READ));
        assertEquals(List.of(), fake.commandsButSync());
    }
}
