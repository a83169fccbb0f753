// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import static io.iopf4j.api.IommuFault.FLAG_LAST_PAGE;
import static io.iopf4j.api.IommuFault.FLAG_NEEDS_PASID;
import static io.iopf4j.api.IommuFault.FLAG_PASID_VALID;
import static io.iopf4j.api.PageResponseCode.INVALID;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.core.iopf.IopfQueue5x;
import io.iopf4j.core.testing.AllocationMeter;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.OnEveryProfileBut612;
import io.iopf4j.core.testing.TestDomain;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A fault's way through the older profiles allocates nothing either, once it is warm. */
class WarmCycleAllocationTest {
    private static final int FAULTS = 200_000;
    private static final int OUTSTANDING = 2_000;
    private static final int PASID = 7;

    /** Room for what the virtual machine allocates on a thread's behalf; not a byte per cycle. */
    private static final long MAX_BYTES = 400;

    private final IommuFault fault = new IommuFault();
    private final IommuPageResponse msg = new IommuPageResponse();

    private long bytesOf(final Runnable cycle) throws Throwable {
        return new AllocationMeter()
                .leastBytes(
                        () -> {
                            for (int i = 0; i < FAULTS / OUTSTANDING; i++) {
                                cycle.run();
                            }
                        });
    }

    private IommuFault lastOf(final int grpid) {
        return fault.pageRequest(
                FLAG_LAST_PAGE | FLAG_PASID_VALID | FLAG_NEEDS_PASID,
                PASID,
                grpid,
                1,
                0x1000L * grpid);
    }

    private static void expectSuccess(final int ret) {
        if (ret != 0) {
            throw new AssertionError("errno " + ret);
        }
    }

    @OnEveryProfileBut612
    void shouldAllocateNothingFromReportToAnswer(final Semantics semantics) throws Throwable {
        final CoreBench bench = new CoreBench(semantics, FaultObserver.NONE);
        final IommuDevice dev = bench.faultingDevice("dev");
        final TestDomain domain = bench.domain("domain", DomainType.PAGING);
        bench.core.registerDeviceFaultHandler(dev, (request, data) -> 0, null);
        bench.driver.setQuiet();
        final long allocated =
                bytesOf(
                        () -> {
                            for (int grpid = 0; grpid < OUTSTANDING; grpid++) {
                                expectSuccess(bench.core.reportDeviceFault(dev, lastOf(grpid)));
                            }
                            for (int grpid = 0; grpid < OUTSTANDING; grpid++) {
                                msg.set(PASID, grpid, SUCCESS)
                                        .flags(IommuPageResponse.FLAG_PASID_VALID);
                                expectSuccess(bench.core.pageResponse(domain, dev, msg));
                            }
                        });
        assertEquals(AllocationMeter.ROUNDS * FAULTS, bench.driver.quietAnswers());
        assertTrue(allocated <= MAX_BYTES, () -> allocated + " bytes in " + FAULTS + " faults");
    }

    @OnEveryProfileBut612
    void shouldAllocateNothingWhenFaultsAreRefusedAndEnded(final Semantics semantics)
            throws Throwable {
        final CoreBench bench = new CoreBench(semantics, FaultObserver.NONE);
        final IommuDevice dev = bench.faultingDevice("dev");
        bench.core.registerDeviceFaultHandler(dev, (request, data) -> 0, null);
        bench.driver.setQuiet();
        final long allocated =
                bytesOf(
                        () -> {
                            for (int grpid = 0; grpid < OUTSTANDING / 2; grpid++) {
                                bench.core.refuse(
                                        dev, lastOf(grpid), INVALID, ResponseOrigin.POLICY);
                                bench.core.reportDeviceFault(dev, lastOf(grpid));
                                if (!bench.core.end(
                                        dev, fault, null, 0, INVALID, ResponseOrigin.TIMED_OUT)) {
                                    throw new AssertionError("not ended");
                                }
                            }
                        });
        assertTrue(allocated <= MAX_BYTES, () -> allocated + " bytes in " + FAULTS + " faults");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldAllocateNothingThroughTheFaultQueueOf5x(final int pages) throws Throwable {
        final CoreBench bench = new CoreBench(Semantics.MAINLINE_5_X, FaultObserver.NONE);
        final IommuDevice dev = bench.faultingDevice("dev");
        bench.core.registerDeviceFaultHandler(dev, IopfQueue5x::queueIopf, dev);
        ((Mainline5x) bench.core).setPageFaultHandler((from, request) -> SUCCESS);
        bench.driver.setQuiet();
        final long allocated =
                bytesOf(
                        () -> {
                            for (int grpid = 0; grpid < OUTSTANDING; grpid++) {
                                for (int page = 1; page < pages; page++) {
                                    fault.pageRequest(FLAG_PASID_VALID, PASID, grpid, 1, page);
                                    expectSuccess(bench.core.reportDeviceFault(dev, fault));
                                }
                                expectSuccess(bench.core.reportDeviceFault(dev, lastOf(grpid)));
                            }
                            bench.queue.flushDev(dev);
                        });
        assertEquals(AllocationMeter.ROUNDS * FAULTS, bench.driver.quietAnswers());
        assertTrue(allocated <= MAX_BYTES, () -> allocated + " bytes in " + FAULTS + " faults");
    }
}
