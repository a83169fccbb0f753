// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static io.iopf4j.drivers.intel.IntelBench.IOVA;
import static io.iopf4j.drivers.intel.IntelBench.PASID;
import static io.iopf4j.drivers.intel.IntelBench.READ;
import static io.iopf4j.drivers.intel.IntelBench.RID;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.emulation.vtd.VtdConfig;
import org.junit.jupiter.api.Test;

/** Groups of page requests whose pages do not come alone or not all: the core and the model. */
final class HalfGroupTest {
    private static final int GROUP = 7;

    /** A page request queue of 128 requests. */
    private final IntelBench bench =
            new IntelBench(
                    Semantics.MAINLINE_6_12, VtdConfig.scalable(), new IntelOptions(true, 0, 2048));

    private final IntelPagingDomain parent = bench.parent();
    private final IntelBench.Client client =
            bench.faulting(RID)
                    .attach(parent)
                    .attachPasid(bench.nested(parent, bench.guestTable()), PASID);

    private void request(final int pasid, final int page, final int group, final boolean isLast) {
        bench.model.pageRequest(RID, pasid, IOVA + page * 0x1000L, READ, group, isLast);
    }

    @Test
    void shouldForgetAHalfGroupThatAnOverflowCut() {
        request(PASID, 0, GROUP, false);
        for (int i = 1; i < 127; i++) {
            request(PASID, i, GROUP + 1, false);
        }
        request(PASID, 127, GROUP, true);
        bench.run();
        assertEquals(0, bench.model.registers().readl(VtdRegisters.PRS));
        assertEquals(0, bench.faults.size());

        request(PASID, 128, GROUP, true);
        bench.run();
        assertEquals(1, bench.faults.size());
        assertEquals(1, bench.faults.getFirst().faultCount(), "a group of one page");
        bench.answer(0);
    }

    /** Linux 6.12 looks for the rest of a group by its index alone. */
    @Test
    void shouldGatherAGroupWhateverItsPasidsIn612() {
        client.attachPasid(bench.nested(parent, bench.guestTable()), PASID + 1);
        request(PASID, 0, GROUP, false);
        request(PASID + 1, 1, GROUP, true);
        bench.run();
        assertEquals(1, bench.faults.size());
        assertEquals(2, bench.faults.getFirst().faultCount(), "one page of either");
        bench.answer(0);
    }
}
