// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.sva;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.PasidTableConfig;
import io.iopf4j.api.TlbInvalidateInfo;
import io.iopf4j.core.testing.CoreBench;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The core's part in a guest's PASID tables: whether the driver can, and nothing else. */
class GuestPasidTablesTest {
    private static final int DRIVERS_ERRNO = -Errno.ERANGE;

    private final List<String> steps = new ArrayList<>();
    private final PasidTableConfig config = new PasidTableConfig().set(1, 24, 0x1000, 20);
    private final TlbInvalidateInfo info = new TlbInvalidateInfo().set(1, 2, 0, 7);
    private final CoreBench bench = new CoreBench();
    private final IommuDevice dev = bench.device("dev");

    /** A domain whose driver can, and does not want to. */
    private final IommuDomain able =
            new IommuDomain(DomainType.PAGING) {
                @Override
                public int attachDev(final IommuDevice device) {
                    return 0;
                }

                @Override
                public int bindPasidTable(final IommuDevice device, final PasidTableConfig table) {
                    steps.add("bind " + device + " " + table);
                    return DRIVERS_ERRNO;
                }

                @Override
                public void unbindPasidTable(final IommuDevice device) {
                    steps.add("unbind " + device);
                }

                @Override
                public int svaInvalidate(final IommuDevice device, final TlbInvalidateInfo what) {
                    steps.add("invalidate " + device + " type=" + what.type());
                    return DRIVERS_ERRNO;
                }
            };

    @ParameterizedTest
    @EnumSource(names = {"SERIES_2017", "SERIES_2018"})
    void shouldHandOverToTheDriver(final FaultGeneration generation) {
        final GuestPasidTables tables = new GuestPasidTables(generation);
        assertEquals(DRIVERS_ERRNO, tables.bindPasidTable(able, dev, config));
        assertEquals(DRIVERS_ERRNO, tables.svaInvalidate(able, dev, info));
        tables.unbindPasidTable(able, dev);
        assertEquals(List.of("bind dev " + config, "invalidate dev type=1", "unbind dev"), steps);
    }

    @ParameterizedTest
    @EnumSource(names = {"SERIES_2017", "SERIES_2018"})
    void shouldSayWhenTheDriverCannot(final FaultGeneration generation) {
        final GuestPasidTables tables = new GuestPasidTables(generation);
        final IommuDomain unable = bench.domain("unable", DomainType.PAGING);
        assertEquals(-Errno.ENODEV, tables.bindPasidTable(unable, dev, config));
        assertEquals(-Errno.ENODEV, tables.svaInvalidate(unable, dev, info));
        tables.unbindPasidTable(unable, dev);
    }

    @ParameterizedTest
    @EnumSource(names = {"LINUX_5_X", "LINUX_6_12"})
    void shouldNotExistInLaterGenerations(final FaultGeneration generation) {
        final GuestPasidTables tables = new GuestPasidTables(generation);
        assertEquals(-Errno.EOPNOTSUPP, tables.bindPasidTable(able, dev, config));
        assertEquals(-Errno.EOPNOTSUPP, tables.svaInvalidate(able, dev, info));
        tables.unbindPasidTable(able, dev);
        assertEquals(List.of(), steps);
    }
}
