// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import static io.iopf4j.api.IommuFault.FLAG_LAST_PAGE;
import static io.iopf4j.api.IommuFault.FLAG_PASID_VALID;
import static io.iopf4j.api.PageResponseCode.INVALID;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.at;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.lastOfPasid;
import static io.iopf4j.core.testing.CoreBench.partialOfPasid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.PageResponseType;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.core.iopf.IopfQueue5x;
import io.iopf4j.core.testing.Answer;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.OnEveryProfile;
import io.iopf4j.core.testing.OnEveryProfileBut612;
import io.iopf4j.core.testing.ProfileBench;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Refusing, ending and forgetting faults before 6.12, where a fault is a device and two numbers.
 */
class MitigationHooksTest {
    private static final int PASID = 7;

    private final List<String> seen = new ArrayList<>();

    private final class Notebook implements FaultObserver {
        @Override
        public void responding(
                final IommuDevice dev,
                final IommuFault lastFault,
                final int code,
                final ResponseOrigin origin) {
            seen.add(
                    origin
                            + " "
                            + dev
                            + " "
                            + lastFault.pasid()
                            + "/"
                            + lastFault.grpid()
                            + " "
                            + code);
        }

        @Override
        public void partialDropped(final IommuDevice dev, final IommuFault fault) {
            seen.add("dropped " + Long.toHexString(fault.addr()));
        }
    }

    private ProfileBench withConsumer(final Semantics semantics) {
        return ProfileBench.withConsumer(semantics, new Notebook());
    }

    private static boolean end(final ProfileBench bench, final IommuFault last) {
        return bench.bench.core.end(bench.dev, last, null, 0, INVALID, ResponseOrigin.TIMED_OUT);
    }

    // ---- Refuse ---------------------------------------------------------------------------------

    @OnEveryProfileBut612
    void shouldAnswerARefusedRequestThatNobodyHasSeen(final Semantics semantics) {
        final ProfileBench bench = withConsumer(semantics);
        bench.bench.core.refuse(bench.dev, lastOfPasid(PASID, 5), INVALID, ResponseOrigin.POLICY);
        assertEquals(List.of(new Answer("dev", PASID, 5, INVALID)), bench.answers());
        assertEquals(List.of("POLICY dev 7/5 1"), seen);
        assertEquals(0, bench.calls.size());
        assertEquals(0, bench.pending());
        assertEquals(semantics == Semantics.V3_2017, bench.bench.driver.lastEvt == null);
    }

    @OnEveryProfileBut612
    void shouldSayInItsAnswerWhatTheRequestSaid(final Semantics semantics) {
        final ProfileBench bench = withConsumer(semantics);
        bench.bench.core.refuse(
                bench.dev,
                new IommuFault()
                        .pageRequest(FLAG_LAST_PAGE | FLAG_PASID_VALID, PASID, 5, 1, 0x1000)
                        .privateData(0x11, 0x22)
                        .responseType(PageResponseType.STREAM),
                INVALID,
                ResponseOrigin.POLICY);
        assertEquals(PageResponseType.STREAM, bench.bench.driver.lastType);
        assertEquals(0x22, bench.bench.driver.lastPrivateData);
        assertEquals(IommuPageResponse.FLAG_PASID_VALID, bench.bench.driver.lastFlags);
        bench.bench.core.refuse(bench.dev, last(5), INVALID, ResponseOrigin.POLICY);
        assertEquals(0, bench.bench.driver.lastFlags);
    }

    @Test
    void shouldDropEarlierRequestsOfARefusedGroupIn5x() {
        final ProfileBench bench = withQueuedFaults();
        bench.report(at(partialOfPasid(PASID, 5), 0x1000));
        bench.report(at(partialOfPasid(PASID, 6), 0x2000));
        bench.bench.core.refuse(bench.dev, lastOfPasid(PASID, 5), INVALID, ResponseOrigin.POLICY);
        assertEquals(List.of("dropped 1000", "POLICY dev 7/5 1"), seen);
    }

    private ProfileBench withQueuedFaults() {
        final ProfileBench bench = new ProfileBench(Semantics.MAINLINE_5_X, new Notebook());
        bench.bench.core.registerDeviceFaultHandler(bench.dev, IopfQueue5x::queueIopf, bench.dev);
        return bench;
    }

    // ---- End ------------------------------------------------------------------------------------

    @OnEveryProfileBut612
    void shouldEndWhatIsPendingAndRefuseALaterAnswer(final Semantics semantics) {
        final ProfileBench bench = withConsumer(semantics);
        bench.report(lastOfPasid(PASID, 5));
        assertTrue(end(bench, lastOfPasid(PASID, 5)));
        assertEquals(List.of(new Answer("dev", PASID, 5, INVALID)), bench.answers());
        assertEquals(List.of("TIMED_OUT dev 7/5 1"), seen);
        assertEquals(0, bench.pending());
        // Nothing is tracked in 2017, so nothing can be refused.
        assertEquals(
                bench.pick(0, -Errno.EINVAL, -Errno.EINVAL, 0),
                bench.respond(new IommuPageResponse().set(PASID, 5, SUCCESS)));
    }

    @OnEveryProfileBut612
    void shouldNotEndWhatWasAnswered(final Semantics semantics) {
        final ProfileBench bench = withConsumer(semantics);
        bench.report(last(5));
        bench.respond(5, SUCCESS);
        seen.clear();
        assertEquals(bench.pick(true, false, false, true), end(bench, last(5)));
        assertEquals(bench.pick(2, 1, 1, 0), bench.answers().size());
        assertEquals(bench.pick(1, 0, 0, 0), seen.size());
    }

    @ParameterizedTest
    @EnumSource(names = {"V5_2018", "MAINLINE_5_X"})
    void shouldEndTheOldestOfTheSamePasidAlone(final Semantics semantics) {
        final ProfileBench bench = withConsumer(semantics);
        bench.report(at(last(5), 0x1000));
        bench.report(at(lastOfPasid(8, 5), 0x2000));
        bench.report(at(lastOfPasid(PASID, 5), 0x3000));
        bench.report(at(lastOfPasid(PASID, 5), 0x4000));
        assertTrue(end(bench, lastOfPasid(PASID, 5)));
        assertEquals(0x3000, bench.bench.driver.lastEvt.addr());
        assertEquals(3, bench.pending());
        assertTrue(end(bench, last(5)));
        assertEquals(0x1000, bench.bench.driver.lastEvt.addr());
        assertFalse(end(bench, lastOfPasid(0, 5)));
        assertFalse(end(bench, last(6)));
    }

    @ParameterizedTest
    @EnumSource(names = {"V5_2018", "MAINLINE_5_X"})
    void shouldEndNothingOfADeviceWithoutHandler(final Semantics semantics) {
        final ProfileBench bench = new ProfileBench(semantics);
        assertFalse(end(bench, last(5)));
        assertEquals(List.of(), bench.answers());
    }

    // ---- Count ----------------------------------------------------------------------------------

    @OnEveryProfile
    void shouldCountWhatIsPending(final Semantics semantics) {
        final ProfileBench bench = withConsumer(semantics);
        bench.report(last(5));
        bench.report(last(6));
        bench.report(last(7));
        bench.respond(6, SUCCESS);
        assertEquals(
                bench.pick(FaultCore.KEEPS_NONE, 2, 2, 2), bench.bench.core.pending(bench.dev));
        final IommuDevice other = bench.bench.device("other");
        assertEquals(bench.pick(FaultCore.KEEPS_NONE, 0, 0, 0), bench.bench.core.pending(other));
    }

    // ---- Forget ---------------------------------------------------------------------------------

    @OnEveryProfileBut612
    void shouldForgetWhatIsPendingAndSendNothing(final Semantics semantics) {
        final ProfileBench bench = withConsumer(semantics);
        bench.report(last(5));
        bench.report(last(6));
        bench.bench.core.forget(bench.dev);
        assertEquals(0, bench.pending());
        assertEquals(List.of(), bench.answers());
        assertEquals(List.of(), seen);
        assertEquals(0, bench.leave());
    }

    @OnEveryProfileBut612
    void shouldForgetNothingOfADeviceWithoutHandler(final Semantics semantics) {
        final CoreBench bench = new CoreBench(semantics, new Notebook());
        final IommuDevice dev = bench.device("dev");
        bench.core.forget(dev);
        assertNull(dev.faultParam());
        assertEquals(List.of(), seen);
    }

    @Test
    void shouldForgetWhatWaitsForTheRestOfItsGroupIn5x() {
        final ProfileBench bench = withQueuedFaults();
        bench.report(at(partialOfPasid(PASID, 5), 0x1000));
        bench.bench.core.forget(bench.dev);
        assertEquals(List.of("dropped 1000"), seen);
    }
}
