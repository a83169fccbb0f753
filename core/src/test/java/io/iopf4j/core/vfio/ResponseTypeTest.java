// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.vfio;

import static io.iopf4j.api.FaultGeneration.SERIES_2017;
import static io.iopf4j.api.PageResponseType.GROUP;
import static io.iopf4j.api.PageResponseType.STREAM;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.partial;
import static io.iopf4j.core.vfio.VfioBench.wordOf;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** 2017: the type travels with the fault, and an answer of the other type is refused. */
class ResponseTypeTest {
    private static final int ADDR = 0x7000;

    private final VfioBench bench = VfioBench.attached(SERIES_2017);
    private final VfioFaultReader reader = new VfioFaultReader(bench.device.faultRegion());
    private final VfioResponseWriter writer = new VfioResponseWriter(bench.device.responseRegion());
    private final IommuPageResponse msg = new IommuPageResponse();
    private final IommuFault taken = new IommuFault();

    private void answer(final int grpid, final int type) {
        writer.respond(msg.set(0, grpid, 0).stream(type, ADDR));
        bench.work();
    }

    /** Types that reached the core. */
    private String forwarded() {
        return bench.core.calls.stream()
                .map(call -> call.substring(call.lastIndexOf('=') + 1))
                .collect(Collectors.joining(" "));
    }

    @Test
    void shouldTellTheGuestTheType() {
        bench.report(last(1).responseType(STREAM));
        bench.report(last(2));
        reader.pollFault(taken);
        assertEquals(STREAM, taken.responseType());
        reader.pollFault(taken);
        assertEquals(GROUP, taken.responseType());
    }

    @ParameterizedTest
    @ValueSource(ints = {STREAM, GROUP})
    void shouldForwardTheRightType(final int type) {
        bench.report(last(5).responseType(type));
        answer(5, type);
        assertEquals(Integer.toString(type), forwarded());
        assertEquals(List.of(), bench.refusals);
    }

    @ParameterizedTest
    @ValueSource(ints = {STREAM, GROUP})
    void shouldRefuseTheOtherTypeAndForwardNothing(final int type) {
        bench.report(last(5).responseType(type));
        answer(5, STREAM + GROUP - type);
        assertEquals(List.of(), bench.core.calls);
        assertEquals(List.of("grpid=5 code=0 errno=-22"), bench.refusals);
        assertEquals(1, wordOf(bench.device.responseRegion(), VfioRegion.KERNEL_INDEX));

        answer(5, type);
        assertEquals(Integer.toString(type), forwarded());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3, -1, Integer.MAX_VALUE})
    void shouldRefuseATypeThatDoesNotExist(final int type) {
        bench.report(last(5));
        answer(5, type);
        assertEquals("", forwarded());
        assertEquals(1, bench.refusals.size());
    }

    @Test
    void shouldForwardTheOtherTypeAsTheSeriesDidWhenToldTo() {
        bench.device.responseRegion().setTypeChecked(false);
        bench.report(last(5).responseType(STREAM));
        answer(5, GROUP);
        assertEquals("2", forwarded());
        assertEquals(List.of(), bench.refusals);
    }

    @Test
    void shouldForwardAnAnswerToWhatWasNeverDelivered() {
        answer(5, STREAM);
        answer(0xffff, GROUP);
        bench.report(last(3));
        answer(5, STREAM);
        assertEquals("1 2 1", forwarded());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 3})
    void shouldOweNothingForAFaultOfATypeThatDoesNotExist(final int type) {
        bench.report(last(5).responseType(type));
        answer(5, STREAM);
        answer(5, GROUP);
        assertEquals("1 2", forwarded());
        assertEquals(List.of(), bench.refusals);
    }

    @Test
    void shouldOweAStreamResponseForEachRequestAndAGroupResponseForTheLast() {
        bench.report(partial(5).responseType(STREAM));
        bench.report(partial(5).responseType(STREAM));
        bench.report(last(5));
        answer(5, GROUP);
        answer(5, STREAM);
        answer(5, GROUP);
        answer(5, STREAM);
        assertEquals("2 1 1", forwarded());
        assertEquals(1, bench.refusals.size());
    }

    @Test
    void shouldOweNoMoreStreamResponsesThanThereWereRequests() {
        bench.report(partial(5).responseType(STREAM));
        answer(5, STREAM);
        bench.report(last(5));
        answer(5, STREAM);
        answer(5, GROUP);
        assertEquals("1 2", forwarded());
        assertEquals(1, bench.refusals.size());
    }

    @Test
    void shouldForwardASecondAnswerOfTheSameTypeAndRefuseOneOfTheOther() {
        bench.report(last(5));
        answer(5, GROUP);
        answer(5, GROUP);
        answer(5, STREAM);
        assertEquals("2 2", forwarded());
        assertEquals(1, bench.refusals.size());
    }

    @Test
    void shouldForgetWhatAnEndedGroupOwedWhenItsIdIsUsedAnew() {
        bench.report(last(5));
        bench.report(partial(5).responseType(STREAM));
        answer(5, GROUP);
        answer(5, STREAM);
        assertEquals("1", forwarded());
        assertEquals(1, bench.refusals.size());
    }

    @Test
    void shouldKnowEachIdThatAnAnswerCanName() {
        for (int grpid = 0; grpid < 512; grpid++) {
            bench.report(last(grpid).responseType(STREAM));
            answer(grpid, GROUP);
            assertEquals(grpid + 1, bench.refusals.size());
            reader.pollFault(taken);
        }
    }

    @Test
    void shouldAnswerAnotherStallWhenATagHasMoreThanNineBits() {
        bench.report(last(0x205));
        reader.pollFault(taken);
        assertEquals(0x205, taken.grpid());
        answer(0x205, GROUP);
        assertEquals(
                List.of("respond dev domain=nested flags=0 pasid=0 grpid=5 code=0 type=2"),
                bench.core.calls);
    }

    @Test
    void shouldNotRememberUnrecoverableFaults() {
        bench.report(new IommuFault().unrecoverable(1, 0, 0, 0, 0, 0));
        answer(0, STREAM);
        answer(0, GROUP);
        assertEquals("1 2", forwarded());
    }
}
