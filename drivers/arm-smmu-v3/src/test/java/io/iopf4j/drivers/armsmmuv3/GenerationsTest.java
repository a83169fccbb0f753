// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.DriverBench.IOVA;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.NO_PASID;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.READ;
import static io.iopf4j.drivers.armsmmuv3.DriverBench.SID;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.PageResponseType;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.emulation.AccessResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where the generations of the fault interface differ by what the SMMU's driver decides. */
final class GenerationsTest {
    private static final int NO_SUCH_CODE = 7;
    private static final int BEFORE_ANY = -1;

    private final List<Integer> tags = new ArrayList<>();
    private Semantics semantics;
    private DriverBench bench;
    private DriverBench.Client client;
    private ArmSmmuPagingDomain domain;
    private int handlerErrno;

    /** A device whose faults go to this test, by either way of receiving them. */
    private void start(final Semantics chosen) {
        semantics = chosen;
        bench = DriverBench.probed(chosen);
        client = bench.client(SID);
        domain = bench.pagingDomain(client);
        domain.setIopfHandler(
                group -> {
                    tags.add(group.lastFault().grpid());
                    return handlerErrno != 0 ? handlerErrno : bench.keepFaults(group);
                });
        client.attach(domain);
        if (!is612()) {
            assertEquals(
                    0, bench.core.registerDeviceFaultHandler(client.device, this::takeFault, null));
        }
    }

    private int takeFault(final IommuFault fault, final Object data) {
        tags.add(fault.grpid());
        return handlerErrno;
    }

    private boolean is612() {
        return semantics == Semantics.MAINLINE_6_12;
    }

    private void fault() {
        client.access(NO_PASID, IOVA, READ);
    }

    /** Answers the newest fault by a message, or in 6.12 by its group and the message's code. */
    private int respond(final IommuPageResponse msg) {
        int ret = 0;
        if (is612()) {
            bench.faults.getLast().respond(msg.code());
        } else {
            ret = bench.core.pageResponse(domain, client.device, msg);
        }
        bench.scheduler.runReady();
        return ret;
    }

    private IommuPageResponse answer(final int code) {
        return new IommuPageResponse().set(0, tags.get(tags.size() - 1), code);
    }

    /** The action of the last RESUME. */
    private int lastResume() {
        int action = BEFORE_ANY;
        for (final long[] command : bench.commands()) {
            if (Commands.opcode(command[0]) == CmdqOp.RESUME) {
                action = Commands.resumeAction(command[0]);
            }
        }
        return action;
    }

    private <T> T pick(final T in2017, final T in2018, final T in5x, final T in612) {
        return switch (semantics) {
            case V3_2017 -> in2017;
            case V5_2018 -> in2018;
            case MAINLINE_5_X -> in5x;
            case MAINLINE_6_12 -> in612;
        };
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("T8 code 7 on SMMU")
    void shouldT08LeaveTheDeviceStalledOrTerminateIt(final Semantics chosen) {
        start(chosen);
        fault();
        final int refused = -Errno.EINVAL;
        assertEquals(pick(refused, refused, refused, 0), respond(answer(NO_SUCH_CODE)));
        assertEquals(pick(BEFORE_ANY, BEFORE_ANY, BEFORE_ANY, Commands.RESUME_TERM), lastResume());
        assertEquals(pick(1, 1, 1, 0), bench.model.recordedStalls());
        // Whoever keeps records has lost this one: a good answer comes too late.
        assertEquals(pick(0, refused, refused, 0), respond(answer(PageResponseCode.INVALID)));
        assertEquals(pick(0, 1, 1, 0), bench.model.recordedStalls());
        if (!is612()) {
            assertEquals(0, bench.core.unregisterDeviceFaultHandler(client.device));
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("T14 FAILURE code value")
    void shouldT14KnowTheGenerationsOwnFailure(final Semantics chosen) {
        start(chosen);
        final int failure =
                pick(
                        PageResponseCode.FAILURE_2017,
                        PageResponseCode.FAILURE,
                        PageResponseCode.FAILURE,
                        PageResponseCode.FAILURE);
        fault();
        assertEquals(0, respond(answer(failure)));
        assertEquals(Commands.RESUME_ABORT, lastResume());
        assertEquals(List.of(AccessResult.ABORTED), client.results());
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("T1 report, no handler")
    void shouldAbortWhatNobodyHandles(final Semantics chosen) {
        start(chosen);
        domain.setIopfHandler(null);
        if (!is612()) {
            bench.core.unregisterDeviceFaultHandler(client.device);
        }
        fault();
        assertEquals(List.of(AccessResult.ABORTED), client.results());
        assertEquals(0, bench.model.recordedStalls());
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("T3 handler fails on last page")
    void shouldAbortWhatItsHandlerRefuses(final Semantics chosen) {
        start(chosen);
        handlerErrno = -Errno.ENOSPC;
        fault();
        assertEquals(List.of(AccessResult.ABORTED), client.results());
        assertEquals(0, bench.model.recordedStalls());
        if (!is612()) {
            // 2018 keeps the record of what its driver has answered: the handler can never go.
            assertEquals(
                    pick(0, -Errno.EBUSY, 0, 0),
                    bench.core.unregisterDeviceFaultHandler(client.device));
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("Handler error (in 2018 its record takes the answer to the tag's next stall)")
    void shouldAnswerTheNextStallOfTheSameTag(final Semantics chosen) {
        start(chosen);
        handlerErrno = -Errno.ENOSPC;
        fault();
        handlerErrno = 0;
        fault();
        assertEquals(tags.get(0), tags.get(1), "the model gives the free tag again");
        assertEquals(0, respond(answer(PageResponseCode.INVALID)));
        assertEquals(0, bench.model.recordedStalls());
        if (!is612()) {
            assertEquals(
                    pick(0, -Errno.EBUSY, 0, 0),
                    bench.core.unregisterDeviceFaultHandler(client.device));
        }
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("Response types group/stream")
    void shouldRefuseAStreamResponseToAStallIn2017(final Semantics chosen) {
        start(chosen);
        fault();
        assertEquals(
                pick(-Errno.EINVAL, 0, 0, 0),
                respond(answer(PageResponseCode.INVALID).stream(PageResponseType.STREAM, IOVA)));
        assertEquals(pick(1, 0, 0, 0), bench.model.recordedStalls());
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource(names = {"V3_2017", "V5_2018", "MAINLINE_5_X"})
    @DisplayName("Duplicate response")
    void shouldResumeWhateverStallHasTheTagNowIn2017(final Semantics chosen) {
        start(chosen);
        fault();
        respond(answer(PageResponseCode.INVALID));
        final IommuPageResponse duplicate = answer(PageResponseCode.INVALID);
        fault();
        assertEquals(tags.get(0), tags.get(1), "the model gives the free tag again");
        // Nobody can tell it from an answer to the second stall, where both have one tag.
        assertEquals(0, respond(duplicate));
        assertEquals(List.of(AccessResult.ABORTED, AccessResult.ABORTED), client.results());
    }

    @ParameterizedTest(name = "{0}")
    @EnumSource
    @DisplayName("Domain detach with pending")
    void shouldLetAStallOutliveItsDomain(final Semantics chosen) {
        start(chosen);
        fault();
        client.group.detach();
        assertEquals(List.of(), client.results());
        assertEquals(1, bench.model.recordedStalls());
    }
}
