// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.lastOfPasid;
import static io.iopf4j.core.testing.CoreBench.partial;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.FaultReason;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.core.testing.OnEveryProfile;
import io.iopf4j.core.testing.OnEveryProfileBut612;
import io.iopf4j.core.testing.ProfileBench;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an observer is told of a fault in each profile, and in which order. */
class ObserverTest {
    private final List<String> seen = new ArrayList<>();

    private final class Notebook implements FaultObserver {
        @Override
        public void reported(final IommuDevice dev, final IommuFault fault) {
            seen.add("reported " + fault.grpid());
        }

        @Override
        public void reportFailed(final IommuDevice dev, final IommuFault fault, final int errno) {
            seen.add("failed " + fault.grpid() + " " + Errno.nameOf(errno));
        }

        @Override
        public void delivered(final IommuDevice dev, final IommuFault fault) {
            seen.add("delivered " + fault.grpid());
        }

        @Override
        public void delivered(final IopfGroup group) {
            seen.add("delivered " + group.lastFault().grpid());
        }

        @Override
        public void responding(
                final IommuDevice dev,
                final IommuFault lastFault,
                final int code,
                final ResponseOrigin origin) {
            seen.add("responding " + lastFault.grpid() + " " + origin);
        }

        @Override
        public void refused(final int cookie, final int code, final int errno) {
            seen.add("refused " + cookie + " " + Errno.nameOf(errno));
        }

        @Override
        public void partialDropped(final IommuDevice dev, final IommuFault fault) {
            seen.add("dropped " + fault.grpid());
        }
    }

    private ProfileBench withConsumer(final Semantics semantics) {
        final ProfileBench bench = ProfileBench.withConsumer(semantics, new Notebook());
        bench.handleBy(
                () -> {
                    seen.add("handler");
                    return 0;
                });
        return bench;
    }

    @OnEveryProfile
    void shouldTellOfEachStepOfAnAnsweredFault(final Semantics semantics) {
        final ProfileBench bench = withConsumer(semantics);
        bench.bench.driver.whileAnswering(() -> seen.add("driver"));
        bench.report(last(5));
        bench.respond(5, SUCCESS);
        assertEquals(
                List.of("reported 5", "delivered 5", "handler", "responding 5 CONSUMER", "driver"),
                seen);
    }

    @OnEveryProfileBut612
    void shouldTellOfARequestThatIsNotItsGroupsLast(final Semantics semantics) {
        withConsumer(semantics).report(partial(5));
        assertEquals(List.of("reported 5", "delivered 5", "handler"), seen);
    }

    @OnEveryProfile
    void shouldTellThatTheDriverOwesAnAnswerWithoutHandler(final Semantics semantics) {
        final ProfileBench bench = new ProfileBench(semantics, new Notebook());
        bench.report(last(5));
        assertEquals(
                bench.pick(
                        List.of("reported 5", "failed 5 -ENOSYS"),
                        List.of("reported 5", "failed 5 -EINVAL"),
                        List.of("reported 5", "failed 5 -EINVAL"),
                        List.of("reported 5", "responding 5 NO_HANDLER")),
                seen);
    }

    @OnEveryProfile
    void shouldTellThatTheDriverOwesAnAnswerWhenTheHandlerFails(final Semantics semantics) {
        final ProfileBench bench = withConsumer(semantics);
        bench.handleBy(() -> -Errno.EBUSY);
        bench.report(last(5));
        final List<String> failed = List.of("reported 5", "delivered 5", "failed 5 -EBUSY");
        assertEquals(
                bench.pick(
                        failed,
                        failed,
                        failed,
                        List.of("reported 5", "delivered 5", "responding 5 HANDLER_FAILED")),
                seen);
    }

    @OnEveryProfile
    void shouldTellThatTheDriverOwesAnAnswerWithoutMemory(final Semantics semantics) {
        final ProfileBench bench = withConsumer(semantics);
        bench.bench.setOutOfMemory(true);
        bench.report(last(5));
        assertEquals(
                bench.pick(
                        List.of("reported 5", "delivered 5", "handler"),
                        List.of("reported 5", "failed 5 -ENOMEM"),
                        List.of("reported 5", "failed 5 -ENOMEM"),
                        List.of("reported 5", "responding 5 NO_MEMORY")),
                seen);
    }

    @OnEveryProfileBut612
    void shouldNotSayThatAnAnswerIsOwedToWhatHasNone(final Semantics semantics) {
        final ProfileBench bench = new ProfileBench(semantics, new Notebook());
        bench.report(partial(5));
        bench.report(
                new IommuFault()
                        .unrecoverable(
                                FaultReason.ACCESS, IommuFault.UNRECOV_ADDR_VALID, 0, 1, 0, 0));
        assertEquals(List.of("reported 5", "reported 0"), seen);
    }

    @OnEveryProfileBut612
    void shouldTellOfNothingWhereThereIsNoFault(final Semantics semantics) {
        final ProfileBench bench = new ProfileBench(semantics, new Notebook());
        bench.report(null);
        assertEquals(List.of(), seen);
    }

    @OnEveryProfileBut612
    void shouldTellOfAnAnswerThatMatchesNothing(final Semantics semantics) {
        final ProfileBench bench = withConsumer(semantics);
        bench.respond(5, SUCCESS);
        assertEquals(
                bench.pick(
                        List.of("responding 5 CONSUMER"),
                        List.of("refused 5 -EINVAL"),
                        List.of("refused 5 -EINVAL"),
                        null),
                seen);
    }

    @OnEveryProfileBut612
    void shouldTellOfAnAnswerThatTheDriverCannotGive(final Semantics semantics) {
        final ProfileBench bench = withConsumer(semantics);
        bench.bench.driver.setHasPageResponse(false);
        bench.respond(5, SUCCESS);
        assertEquals(List.of("refused 5 -ENODEV"), seen);
    }

    @OnEveryProfileBut612
    void shouldTellOfAnAnswerThatTheDriverRefuses(final Semantics semantics) {
        final ProfileBench bench = withConsumer(semantics);
        bench.bench.driver.refuseAnswers(msg -> true);
        bench.report(last(5));
        seen.clear();
        bench.respond(5, 7);
        assertEquals(List.of("responding 5 CONSUMER", "refused 5 -EINVAL"), seen);
    }

    @OnEveryProfileBut612
    void shouldNameThePasidThatIsAnswered(final Semantics semantics) {
        final List<String> faults = new ArrayList<>();
        final ProfileBench bench =
                ProfileBench.withConsumer(
                        semantics,
                        new FaultObserver() {
                            @Override
                            public void responding(
                                    final IommuDevice dev,
                                    final IommuFault lastFault,
                                    final int code,
                                    final ResponseOrigin origin) {
                                faults.add(
                                        lastFault.isLastPageRequest()
                                                + " "
                                                + lastFault.hasPasid()
                                                + " "
                                                + lastFault.pasid());
                            }
                        });
        bench.report(lastOfPasid(7, 5));
        bench.respond(
                new IommuPageResponse()
                        .set(7, 5, SUCCESS)
                        .flags(IommuPageResponse.FLAG_PASID_VALID));
        assertEquals(List.of("true true 7"), faults);
    }

    // ---- What is lost of a group in 6.12 --------------------------------------------------------

    @Test
    void shouldTellOfARequestThatIsLostWithoutMemory() {
        final ProfileBench bench = withConsumer(Semantics.MAINLINE_6_12);
        bench.bench.setOutOfMemory(true);
        assertEquals(-Errno.ENOMEM, bench.report(partial(5)));
        assertEquals(List.of("reported 5", "dropped 5"), seen);
    }

    @Test
    void shouldTellOfEarlierRequestsThatARefusedGroupTakesAlong() {
        final ProfileBench bench = withConsumer(Semantics.MAINLINE_6_12);
        bench.report(partial(5));
        bench.report(partial(6));
        bench.bench.setOutOfMemory(true);
        bench.report(last(5));
        assertEquals(
                List.of(
                        "reported 5",
                        "reported 6",
                        "reported 5",
                        "dropped 5",
                        "responding 5 NO_MEMORY"),
                seen);
    }
}
