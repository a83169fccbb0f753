// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import static io.iopf4j.api.IommuFault.FLAG_LAST_PAGE;
import static io.iopf4j.api.IommuFault.FLAG_NEEDS_PASID;
import static io.iopf4j.api.IommuFault.FLAG_PASID_VALID;
import static io.iopf4j.api.PageResponseCode.FAILURE;
import static io.iopf4j.api.PageResponseCode.FAILURE_2017;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.at;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.lastOfPasid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.PageResponseType;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.IommufdBench;
import io.iopf4j.core.testing.OnEveryProfile;
import io.iopf4j.core.testing.ProfileBench;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Where the generations differ in what becomes of an answer. One row of the table each; where 6.12
 * cannot say what is wrong with it, its answer goes through a fault queue.
 */
class ResponseDifferencesTest {
    private static final int PASID = 7;
    private static final int OTHER_PASID = 8;
    private static final int NO_SUCH_CODE = 7;
    private static final long IOMMU_PRIVATE = 0x1111_2222_3333_4444L;
    private static final long CALLERS_PRIVATE = 0x5555_6666_7777_8888L;

    private static IommuFault needingPasid() {
        return new IommuFault()
                .pageRequest(
                        FLAG_LAST_PAGE | FLAG_PASID_VALID | FLAG_NEEDS_PASID, PASID, 5, 1, 0x1000);
    }

    private static IommuPageResponse withPasid(final int pasid) {
        return new IommuPageResponse()
                .set(pasid, 5, SUCCESS)
                .flags(IommuPageResponse.FLAG_PASID_VALID);
    }

    /** A guest with one fault that it has read, its cookie being 1. */
    private static IommufdBench withOneRead() {
        final IommufdBench bench = new IommufdBench();
        bench.idev.attach(bench.nested);
        bench.report(last(5));
        bench.readCookies(1);
        return bench;
    }

    @OnEveryProfile
    @DisplayName("Duplicate response")
    void shouldForwardRefuseOrIgnoreADuplicate(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.report(last(5));
        bench.respond(5, SUCCESS);
        assertEquals(bench.pick(0, -Errno.EINVAL, -Errno.EINVAL, 0), bench.respond(5, SUCCESS));
        assertEquals(bench.pick(2, 1, 1, 1), bench.answers().size());
        assertEquals(bench.pick(0, 1, 1, 0), bench.bench.kernel.complaints.size());
    }

    @OnEveryProfile
    @DisplayName("Duplicate response (something else is pending)")
    void shouldWarnOfADuplicateOnlyWhenNothingIsPending(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.report(last(4));
        bench.report(last(5));
        bench.respond(5, SUCCESS);
        bench.respond(5, SUCCESS);
        assertEquals(bench.pick(0, 1, 1, 1), bench.pending());
        assertEquals(0, bench.bench.kernel.complaints.size());
    }

    @Test
    @DisplayName("Duplicate response (through a fault queue)")
    void shouldRefuseADuplicateCookie() {
        final IommufdBench bench = withOneRead();
        assertEquals(8, bench.write(1, SUCCESS));
        assertEquals(-Errno.EINVAL, bench.write(1, SUCCESS));
        assertEquals(1, bench.core.answers.size());
    }

    @OnEveryProfile
    @DisplayName("Wrong group id")
    void shouldForwardOrRefuseAWrongGroupId(final Semantics semantics) {
        if (semantics == Semantics.MAINLINE_6_12) {
            final IommufdBench bench = withOneRead();
            assertEquals(-Errno.EINVAL, bench.write(2, SUCCESS));
            assertEquals(1, bench.queue.unanswered());
            return;
        }
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.report(last(5));
        assertEquals(bench.pick(0, -Errno.EINVAL, -Errno.EINVAL, 0), bench.respond(6, SUCCESS));
        assertEquals(bench.pick(1, 0, 0, 0), bench.answers().size());
        assertEquals(bench.pick(0, 1, 1, 0), bench.pending());
    }

    @OnEveryProfile
    @DisplayName("Wrong PASID (request needs it)")
    void shouldRefuseAWrongPasidOfARequestThatNeedsOne(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        if (bench.is612()) {
            assertNoMessageIn612(bench);
            return;
        }
        bench.report(needingPasid());
        assertEquals(
                bench.pick(0, -Errno.EINVAL, -Errno.EINVAL, 0),
                bench.respond(withPasid(OTHER_PASID)));
        assertEquals(bench.pick(0, 1, 1, 0), bench.pending());
        assertEquals(0, bench.respond(withPasid(PASID)));
    }

    @OnEveryProfile
    @DisplayName("Wrong PASID (request needs none)")
    void shouldClearOrCompareAPasidThatNobodyNeeds(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        if (bench.is612()) {
            assertNoMessageIn612(bench);
            return;
        }
        bench.report(last(5));
        final IommuPageResponse msg = withPasid(OTHER_PASID);
        assertEquals(bench.pick(0, -Errno.EINVAL, 0, 0), bench.respond(msg));
        assertEquals(bench.pick(0, 1, 0, 0), bench.pending());
        assertEquals(bench.pick(OTHER_PASID, OTHER_PASID, 0, 0), msg.pasid());
        assertEquals(bench.pick(true, true, false, false), msg.hasPasid());
    }

    @OnEveryProfile
    @DisplayName("PASID missing in response (request needs it)")
    void shouldWantThePasidWhereTheRequestNeedsIt(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        if (bench.is612()) {
            assertNoMessageIn612(bench);
            return;
        }
        bench.report(needingPasid());
        assertEquals(bench.pick(0, 0, -Errno.EINVAL, 0), bench.respond(withPasid(PASID).flags(0)));
        assertEquals(bench.pick(0, 0, 1, 0), bench.pending());
    }

    @OnEveryProfile
    @DisplayName("PASID missing in response (request needs none)")
    void shouldCompareTheStoredNumberOrIgnoreIt(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        if (bench.is612()) {
            assertNoMessageIn612(bench);
            return;
        }
        bench.report(lastOfPasid(PASID, 5));
        assertEquals(bench.pick(0, -Errno.EINVAL, 0, 0), bench.respond(5, SUCCESS));
        assertEquals(bench.pick(0, 1, 0, 0), bench.pending());
    }

    @OnEveryProfile
    @DisplayName("Wrong response code (driver refuses it)")
    void shouldConsumeTheRecordThoughNothingWasSent(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.bench.driver.refuseAnswers(msg -> msg.code() == NO_SUCH_CODE);
        bench.report(last(5));
        assertEquals(
                bench.pick(-Errno.EINVAL, -Errno.EINVAL, -Errno.EINVAL, 0),
                bench.respond(5, NO_SUCH_CODE));
        assertEquals(0, bench.pending());
        assertEquals(0, bench.answers().size());
        // Only where nothing is tracked is there a second try.
        assertEquals(bench.pick(0, -Errno.EINVAL, -Errno.EINVAL, 0), bench.respond(5, SUCCESS));
        assertEquals(bench.pick(1, 0, 0, 0), bench.answers().size());
    }

    @OnEveryProfile
    @DisplayName("Wrong response code (driver takes it)")
    void shouldPassAnyCodeToTheDriver(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.report(last(5));
        assertEquals(0, bench.respond(5, NO_SUCH_CODE));
        assertEquals(NO_SUCH_CODE, bench.answers().get(0).code());
    }

    @Test
    @DisplayName("Wrong response code (through a fault queue)")
    void shouldKeepTheCookieOfAWrongCode() {
        final IommufdBench bench = withOneRead();
        assertEquals(-Errno.EINVAL, bench.write(1, NO_SUCH_CODE));
        assertEquals(0, bench.core.answers.size());
        assertEquals(8, bench.write(1, SUCCESS));
    }

    @OnEveryProfile
    @DisplayName("FAILURE value")
    void shouldPassTheGenerationsOwnFailure(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        final int failure = bench.pick(FAILURE_2017, FAILURE, FAILURE, FAILURE);
        bench.report(last(5));
        assertEquals(0, bench.respond(5, failure));
        assertEquals(bench.pick(0xf, 2, 2, 2), bench.answers().get(0).code());
        if (bench.is612()) {
            assertEquals(-Errno.EINVAL, withOneRead().write(1, FAILURE));
        }
    }

    @OnEveryProfile
    @DisplayName("Wrong version / flags")
    void shouldLookAtVersionAndFlagsIn5xAlone(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        if (bench.is612()) {
            assertNoMessageIn612(bench);
            return;
        }
        bench.report(last(4));
        bench.report(last(5));
        assertEquals(
                bench.pick(0, 0, -Errno.EINVAL, 0),
                bench.respond(new IommuPageResponse().set(0, 4, SUCCESS).version(2)));
        assertEquals(
                bench.pick(0, 0, -Errno.EINVAL, 0),
                bench.respond(new IommuPageResponse().set(0, 5, SUCCESS).flags(1 << 1)));
        assertEquals(bench.pick(0, 0, 2, 0), bench.pending());
    }

    @OnEveryProfile
    @DisplayName("Response when no handler/record")
    void shouldForwardOrRefuseWhatNobodyAskedFor(final Semantics semantics) {
        final ProfileBench bench = new ProfileBench(semantics);
        if (bench.is612()) {
            assertNoMessageIn612(bench);
            return;
        }
        assertEquals(bench.pick(0, -Errno.EINVAL, -Errno.EINVAL, 0), bench.respond(5, SUCCESS));
        bench.connect();
        assertEquals(bench.pick(0, -Errno.EINVAL, -Errno.EINVAL, 0), bench.respond(5, SUCCESS));
        assertEquals(bench.pick(2, 0, 0, 0), bench.answers().size());
    }

    @OnEveryProfile
    @DisplayName("No op in the driver")
    void shouldSayNoDeviceWhereTheDriverCannotAnswer(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.report(last(5));
        bench.bench.driver.setHasPageResponse(false);
        assertEquals(
                -Errno.ENODEV,
                bench.is612()
                        ? bench.bench.queue.addDevice(bench.bench.device("mute"))
                        : bench.respond(5, SUCCESS));
        assertEquals(bench.pick(0, 1, 1, 1), bench.pending());
    }

    @OnEveryProfile
    @DisplayName("Pending order / Response matching to reused group id")
    void shouldAnswerTheOldestOfOneGroupId(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.report(at(last(5), 0x1000));
        bench.report(at(last(5), 0x2000));
        if (bench.is612()) {
            // The object that is answered is the one: the younger, if that is asked for.
            bench.groups.get(1).respond(SUCCESS);
            assertEquals(0x2000, bench.bench.driver.lastEvt.addr());
            return;
        }
        bench.respond(5, SUCCESS);
        if (semantics == Semantics.V3_2017) {
            assertNull(bench.bench.driver.lastEvt);
            return;
        }
        assertEquals(0x1000, bench.bench.driver.lastEvt.addr());
        bench.respond(5, SUCCESS);
        assertEquals(0x2000, bench.bench.driver.lastEvt.addr());
    }

    @OnEveryProfile
    @DisplayName("Return type of driver op")
    void shouldReturnWhatTheDriverSaysUntil612(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.bench.driver.refuseAnswers(msg -> true);
        bench.report(last(5));
        assertEquals(
                bench.pick(-Errno.EINVAL, -Errno.EINVAL, -Errno.EINVAL, 0),
                bench.respond(5, SUCCESS));
    }

    @OnEveryProfile
    @DisplayName("Response types group/stream")
    void shouldCarryTheResponseTypeIn2017(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.report(last(5));
        bench.respond(
                new IommuPageResponse().set(0, 5, SUCCESS).stream(PageResponseType.STREAM, 0x5000));
        if (semantics == Semantics.V3_2017) {
            assertEquals(PageResponseType.STREAM, bench.bench.driver.lastType);
        }
        // Nobody else looks at it: the answer is as good as any.
        assertEquals(1, bench.answers().size());
    }

    @OnEveryProfile
    @DisplayName("Private data in response")
    void shouldTakePrivateDataFromTheCallerOrTheRecord(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        bench.report(last(5).privateData(0x9999, IOMMU_PRIVATE));
        bench.respond(new IommuPageResponse().set(0, 5, SUCCESS).privateData(CALLERS_PRIVATE));
        assertEquals(
                bench.pick(CALLERS_PRIVATE & 0xffff_ffffL, IOMMU_PRIVATE, CALLERS_PRIVATE, 0L),
                bench.bench.driver.lastPrivateData);
        if (semantics == Semantics.MAINLINE_5_X) {
            assertEquals(0x9999, bench.bench.driver.lastEvt.privateData0());
            assertEquals(IOMMU_PRIVATE, bench.bench.driver.lastEvt.privateData1());
        }
    }

    @OnEveryProfile
    @DisplayName("Lock during the driver's op")
    void shouldHoldTheListsLockWhileTheDriverAnswers(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics);
        final Object param = bench.dev.faultParam();
        final boolean[] held = new boolean[2];
        bench.bench.driver.whileAnswering(
                () -> {
                    held[0] = Thread.holdsLock(param);
                    held[1] = Thread.holdsLock(bench.dev);
                });
        bench.report(last(5));
        bench.respond(5, SUCCESS);
        assertEquals(bench.pick(false, true, true, true), held[0]);
        assertFalse(held[1]);
    }

    private static void assertNoMessageIn612(final ProfileBench bench) {
        bench.report(last(5));
        final int before = CoreBench.pending(bench.dev);
        assertEquals(
                -Errno.EOPNOTSUPP,
                bench.bench.core.pageResponse(bench.domain, bench.dev, withPasid(OTHER_PASID)));
        assertEquals(before, bench.pending());
    }
}
