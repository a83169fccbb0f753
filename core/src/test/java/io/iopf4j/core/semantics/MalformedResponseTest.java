// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import static io.iopf4j.api.IommuFault.FLAG_LAST_PAGE;
import static io.iopf4j.api.IommuFault.FLAG_NEEDS_PASID;
import static io.iopf4j.api.IommuFault.FLAG_PASID_VALID;
import static io.iopf4j.api.PageResponseCode.FAILURE;
import static io.iopf4j.api.PageResponseCode.FAILURE_2017;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.PageResponseType;
import io.iopf4j.core.testing.Answer;
import io.iopf4j.core.testing.OnEveryProfileBut612;
import io.iopf4j.core.testing.ProfileBench;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * An answer to a pending request with one field that is wrong, in each generation whose answers
 * have fields: it is refused and nothing has changed, or it goes to the driver, which here refuses
 * what an SMMU's would. 6.12 answers an object or a cookie.
 */
class MalformedResponseTest {
    private static final int PASID = 7;
    private static final int GRPID = 5;

    private final List<String> seen = new ArrayList<>();

    private ProfileBench pending(final Semantics semantics) {
        final ProfileBench bench =
                ProfileBench.withConsumer(
                        semantics,
                        new FaultObserver() {
                            @Override
                            public void refused(final int cookie, final int code, final int errno) {
                                seen.add(cookie + " " + code + " " + Errno.nameOf(errno));
                            }
                        });
        final int failure = semantics == Semantics.V3_2017 ? FAILURE_2017 : FAILURE;
        bench.bench.driver.refuseAnswers(
                msg ->
                        (msg.code() != 0 && msg.code() != 1 && msg.code() != failure)
                                || (semantics == Semantics.V3_2017
                                        && msg.type() != PageResponseType.GROUP));
        bench.report(
                new IommuFault()
                        .pageRequest(
                                FLAG_LAST_PAGE | FLAG_PASID_VALID | FLAG_NEEDS_PASID,
                                PASID,
                                GRPID,
                                1,
                                0x1000));
        return bench;
    }

    private static IommuPageResponse good() {
        return new IommuPageResponse()
                .set(PASID, GRPID, SUCCESS)
                .flags(IommuPageResponse.FLAG_PASID_VALID);
    }

    /** The field is not there, or nobody looks at it: an answer as any. */
    private void assertAccepted(
            final Semantics semantics, final Consumer<IommuPageResponse> damage) {
        final ProfileBench bench = pending(semantics);
        final IommuPageResponse msg = good();
        damage.accept(msg);
        assertEquals(0, bench.respond(msg));
        assertEquals(
                List.of(new Answer("dev", msg.pasid(), msg.grpid(), msg.code())), bench.answers());
        assertEquals(List.of(), seen);
    }

    /** Nothing but the observer knows of it, and a good answer is as good as before. */
    private void assertRefused(
            final Semantics semantics, final Consumer<IommuPageResponse> damage) {
        final ProfileBench bench = pending(semantics);
        final IommuPageResponse msg = good();
        damage.accept(msg);
        assertEquals(-Errno.EINVAL, bench.respond(msg));
        assertEquals(1, bench.pending());
        assertEquals(List.of(), bench.answers());
        assertEquals(List.of(msg.grpid() + " " + msg.code() + " -EINVAL"), seen);
        assertEquals(0, bench.respond(good()));
        assertEquals(1, bench.answers().size());
        seen.clear();
    }

    /** The driver refused it; where there was a record, it is gone and the device stays waiting. */
    private void assertRefusedByDriver(
            final Semantics semantics, final Consumer<IommuPageResponse> damage) {
        final ProfileBench bench = pending(semantics);
        final IommuPageResponse msg = good();
        damage.accept(msg);
        assertEquals(-Errno.EINVAL, bench.respond(msg));
        assertEquals(0, bench.pending());
        assertEquals(List.of(), bench.answers());
        assertEquals(List.of(msg.grpid() + " " + msg.code() + " -EINVAL"), seen);
        final boolean isTracked = semantics != Semantics.V3_2017;
        assertEquals(isTracked ? -Errno.EINVAL : 0, bench.respond(good()));
        assertEquals(isTracked ? 0 : 1, bench.answers().size());
        seen.clear();
    }

    @OnEveryProfileBut612
    void shouldAcceptAGoodAnswer(final Semantics semantics) {
        assertAccepted(semantics, msg -> assertTrue(msg.hasPasid()));
    }

    @OnEveryProfileBut612
    void shouldRefuseAnyOtherVersionIn5x(final Semantics semantics) {
        for (final int version : new int[] {0, 2, -1, Integer.MIN_VALUE}) {
            if (semantics == Semantics.MAINLINE_5_X) {
                assertRefused(semantics, msg -> msg.version(version));
            } else {
                assertAccepted(semantics, msg -> msg.version(version));
            }
        }
    }

    @OnEveryProfileBut612
    void shouldRefuseUnknownFlagsIn5x(final Semantics semantics) {
        for (final int unknown : new int[] {1 << 1, 1 << 31, ~1}) {
            if (semantics == Semantics.MAINLINE_5_X) {
                assertRefused(semantics, msg -> msg.flags(msg.flags() | unknown));
                assertRefused(semantics, msg -> msg.flags(unknown));
            } else {
                assertAccepted(semantics, msg -> msg.flags(msg.flags() | unknown));
            }
        }
    }

    @OnEveryProfileBut612
    void shouldRefuseAnyOtherPasidWhereTheRequestNeedsIt(final Semantics semantics) {
        for (final int pasid : new int[] {0, PASID + 1, PASID + (1 << 20), -1}) {
            if (semantics == Semantics.V3_2017) {
                assertAccepted(semantics, msg -> setPasid(msg, pasid));
            } else {
                assertRefused(semantics, msg -> setPasid(msg, pasid));
            }
        }
    }

    @OnEveryProfileBut612
    void shouldRefuseAMissingPasidIn5x(final Semantics semantics) {
        if (semantics == Semantics.MAINLINE_5_X) {
            assertRefused(semantics, msg -> msg.flags(0));
        } else {
            assertAccepted(semantics, msg -> msg.flags(0));
        }
    }

    @OnEveryProfileBut612
    void shouldRefuseAnyOtherGroupIdWhereOneIsTracked(final Semantics semantics) {
        // One more than the group index has bits for must not find the same place.
        for (final int grpid : new int[] {0, GRPID + 1, GRPID + 512, GRPID + 0x10000, -1}) {
            if (semantics == Semantics.V3_2017) {
                assertAccepted(semantics, msg -> setGrpid(msg, grpid));
            } else {
                assertRefused(semantics, msg -> setGrpid(msg, grpid));
            }
        }
    }

    @OnEveryProfileBut612
    void shouldConsumeTheRecordOfACodeThatTheDriverRefuses(final Semantics semantics) {
        for (final int code : new int[] {3, 7, 16, -1, Integer.MIN_VALUE}) {
            assertRefusedByDriver(semantics, msg -> setCode(msg, code));
        }
    }

    @OnEveryProfileBut612
    void shouldConsumeTheRecordOfAnotherGenerationsFailure(final Semantics semantics) {
        final int others = semantics == Semantics.V3_2017 ? FAILURE : FAILURE_2017;
        assertRefusedByDriver(semantics, msg -> setCode(msg, others));
    }

    @OnEveryProfileBut612
    void shouldLookAtTheTypeIn2017(final Semantics semantics) {
        for (final int type : new int[] {0, PageResponseType.STREAM, 3, -1}) {
            if (semantics == Semantics.V3_2017) {
                assertRefusedByDriver(semantics, msg -> msg.stream(type, 0x1000));
            } else {
                assertAccepted(semantics, msg -> msg.stream(type, 0x1000));
            }
        }
    }

    private static void setPasid(final IommuPageResponse msg, final int pasid) {
        msg.set(pasid, msg.grpid(), msg.code()).flags(IommuPageResponse.FLAG_PASID_VALID);
    }

    private static void setGrpid(final IommuPageResponse msg, final int grpid) {
        msg.set(msg.pasid(), grpid, msg.code()).flags(IommuPageResponse.FLAG_PASID_VALID);
    }

    private static void setCode(final IommuPageResponse msg, final int code) {
        msg.set(msg.pasid(), msg.grpid(), code).flags(IommuPageResponse.FLAG_PASID_VALID);
    }
}
