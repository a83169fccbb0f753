// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import static io.iopf4j.api.PageResponseCode.INVALID;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.at;
import static io.iopf4j.core.testing.CoreBench.last;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.testing.Answer;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.IommufdBench;
import io.iopf4j.core.testing.OnEveryProfile;
import io.iopf4j.core.testing.OnEveryProfileBut612;
import io.iopf4j.core.testing.ProfileBench;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Where the generations differ in who may come and go. One row of the table each. */
class LifecycleDifferencesTest {
    private static final List<Answer> NONE = List.of();

    @OnEveryProfile
    @DisplayName("Registration")
    void shouldHoldAReferenceWhileRegistered(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        assertEquals(bench.pick(1, 1, 1, 0), bench.dev.references());
        assertEquals(0, bench.leave());
        assertEquals(0, bench.dev.references());
    }

    @OnEveryProfile
    @DisplayName("Registration without memory")
    void shouldLeakAReferenceIn2017(final Semantics semantics) {
        final ProfileBench bench = new ProfileBench(semantics);
        bench.bench.setOutOfMemory(true);
        assertEquals(
                -Errno.ENOMEM,
                bench.is612()
                        ? bench.bench.queue.addDevice(bench.bench.device("unlucky"))
                        : bench.connect());
        assertEquals(bench.pick(1, 0, 0, 0), bench.dev.references());
        bench.bench.setOutOfMemory(false);
        assertEquals(0, bench.connect());
    }

    @OnEveryProfile
    @DisplayName("Unregister with pending")
    void shouldForgetRefuseOrAnswerWhatIsPending(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.report(last(5));
        assertEquals(bench.pick(0, -Errno.EBUSY, -Errno.EBUSY, 0), bench.leave());
        assertEquals(bench.pick(0, 1, 1, 0), bench.pending());
        assertEquals(bench.pick(0, 1, 1, 0), bench.dev.references());
        assertEquals(
                bench.pick(NONE, NONE, NONE, List.of(new Answer("dev", 0, 5, INVALID))),
                bench.answers());
    }

    @OnEveryProfileBut612
    @DisplayName("Unregister with pending (answered meanwhile)")
    void shouldLetGoOnceEverythingIsAnswered(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.report(last(5));
        bench.respond(5, SUCCESS);
        assertEquals(0, bench.leave());
        assertEquals(0, bench.dev.references());
        assertEquals(0, bench.connect());
    }

    @OnEveryProfile
    @DisplayName("Unregister when none registered")
    void shouldDropAReferenceThatNobodyTookUntil2018(final Semantics semantics) {
        final ProfileBench bench = new ProfileBench(semantics);
        assertEquals(
                bench.pick(0, 0, 0, -Errno.EOPNOTSUPP),
                bench.bench.core.unregisterDeviceFaultHandler(bench.dev));
        assertEquals(bench.pick(-1, -1, 0, 0), bench.dev.references());
    }

    @OnEveryProfile
    @DisplayName("Second registration")
    void shouldBeBusyWithTheFirstConsumer(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        assertEquals(-Errno.EBUSY, bench.connect());
        assertEquals(bench.pick(0, 0, -Errno.EBUSY, -Errno.EBUSY), joinQueueAgain(bench));
        assertEquals(bench.pick(1, 1, 1, 0), bench.dev.references());
        bench.report(last(5));
        assertEquals(1, bench.calls.size());
    }

    private static int joinQueueAgain(final ProfileBench bench) {
        return bench.bench.queue.addDevice(bench.dev);
    }

    @OnEveryProfile
    @DisplayName("Domain detach with pending")
    void shouldNotAnswerWhatIsPendingWhenTheCoreDetaches(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        if (!bench.is612()) {
            IommuGroup.of(bench.dev).attach(bench.domain, new IommuAttachHandle());
        }
        bench.report(last(5));
        IommuGroup.of(bench.dev).detach();
        assertEquals(NONE, bench.answers());
        assertEquals(bench.pick(0, 1, 1, 1), bench.pending());
    }

    @Test
    @DisplayName("Domain detach with pending (iommufd)")
    void shouldAnswerInvalidWhenIommufdDetaches() {
        final IommufdBench bench = new IommufdBench();
        bench.idev.attach(bench.nested);
        bench.report(last(5));
        bench.idev.detach();
        assertEquals(List.of(new Answer("dev", 0, 5, INVALID)), bench.core.answers);
    }

    @OnEveryProfile
    @DisplayName("Pending order")
    void shouldAnswerTheNewestFirstWhenADeviceLeavesIn612(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.report(at(last(1), 0x1000));
        bench.report(at(last(2), 0x2000));
        bench.bench.queue.removeDevice(bench.dev);
        assertEquals(
                bench.pick(
                        NONE,
                        NONE,
                        NONE,
                        List.of(
                                new Answer("dev", 0, 2, INVALID),
                                new Answer("dev", 0, 1, INVALID))),
                bench.answers());
        assertEquals(bench.pick(0, 2, 2, 0), bench.pending());
    }

    @OnEveryProfile
    @DisplayName("No group, no iommu_param")
    void shouldRefuseADeviceThatIsInNoGroup(final Semantics semantics) {
        final CoreBench bench = new CoreBench(semantics, FaultObserver.NONE);
        final IommuDevice loner =
                new IommuDevice("loner", bench.driver, new IommuFwspec(List.of(2), true, 0));
        final FaultCore core = bench.core;
        final int unsupported = -Errno.EOPNOTSUPP;
        assertEquals(
                semantics == Semantics.MAINLINE_6_12 ? unsupported : -Errno.EINVAL,
                core.registerDeviceFaultHandler(loner, (fault, data) -> 0, null));
        assertEquals(
                semantics == Semantics.MAINLINE_6_12 ? unsupported : -Errno.EINVAL,
                core.unregisterDeviceFaultHandler(loner));
        assertEquals(
                semantics == Semantics.V3_2017 ? -Errno.ENOSYS : -Errno.EINVAL,
                core.reportDeviceFault(loner, last(5)));
        assertEquals(
                switch (semantics) {
                    case V3_2017, V5_2018 -> -Errno.ENODEV;
                    case MAINLINE_5_X -> -Errno.EINVAL;
                    case MAINLINE_6_12 -> unsupported;
                },
                core.pageResponse(null, loner, new IommuPageResponse().set(0, 5, SUCCESS)));
        assertEquals(0, loner.references());
    }

    @OnEveryProfileBut612
    @DisplayName("No group any more, no iommu_param")
    void shouldRefuseADeviceThatLeftItsGroupWithAHandler(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.report(last(5));
        IommuGroup.of(bench.dev).removeDevice(bench.dev);
        assertEquals(
                bench.pick(-Errno.ENOSYS, -Errno.EINVAL, -Errno.EINVAL, 0), bench.report(last(6)));
        assertEquals(bench.pick(0, -Errno.ENODEV, -Errno.EINVAL, 0), bench.respond(5, SUCCESS));
        assertEquals(-Errno.EINVAL, bench.leave());
        assertEquals(1, bench.calls.size());
    }

    @OnEveryProfileBut612
    @DisplayName("Handler that answers at once")
    void shouldLetAHandlerAnswerBeforeItReturns(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.handleBy(() -> bench.respond(5, SUCCESS));
        assertEquals(0, bench.report(last(5)));
        assertEquals(List.of(new Answer("dev", 0, 5, SUCCESS)), bench.answers());
        assertEquals(0, bench.pending());
    }

    @OnEveryProfileBut612
    @DisplayName("Handler that answers at once and then fails")
    void shouldFailAnAssertionWhereTheKernelFreesTwice(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.handleBy(
                () -> {
                    bench.respond(5, SUCCESS);
                    return -Errno.EBUSY;
                });
        if (semantics == Semantics.MAINLINE_5_X) {
            assertThrows(AssertionError.class, () -> bench.report(last(5)));
        } else {
            assertEquals(-Errno.EBUSY, bench.report(last(5)));
            assertEquals(1, bench.answers().size());
        }
    }

    @OnEveryProfileBut612
    @DisplayName("Handler that unregisters itself")
    void shouldNotHangWhereTheKernelLocksItselfOut(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.handleBy(bench::leave);
        if (semantics == Semantics.V3_2017) {
            assertEquals(0, bench.report(last(5)));
        } else {
            assertThrows(IllegalStateException.class, () -> bench.report(last(5)));
        }
    }

    /** What a device is remembered by is freed when it leaves its group, its handler with it. */
    @OnEveryProfileBut612
    @DisplayName("Device leaves its group while registered")
    void shouldForgetTheHandlerOfADeviceThatLeaves(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        final IommuGroup group = IommuGroup.of(bench.dev);
        group.removeDevice(bench.dev);
        assertEquals(0, group.addDevice(bench.dev));
        final int none = semantics == Semantics.V3_2017 ? -Errno.ENOSYS : -Errno.EINVAL;
        assertEquals(none, bench.report(last(5)));
        assertEquals(0, bench.connect());
    }
}
