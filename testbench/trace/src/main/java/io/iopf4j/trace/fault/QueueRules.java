// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.fault;

import io.iopf4j.trace.fault.FaultEvent.Kind;
import java.util.List;

/** What the records of hardware queues show: requests, answers, and faults that ended an access. */
final class QueueRules {
    private static final String RID = "rid=rid";
    private static final String PASID = "pasid=pasid";
    private static final String PERM = "perm=perm";
    private static final String ADDR = "addr=addr";
    private static final String GRPID = "grpid=grpid";
    private static final String REASON = "reason=reason";

    private QueueRules() {}

    static List<FaultRule> all() {
        return List.of(
                // A stall is a group of one, and its tag is the group's name.
                FaultRule.of(
                        "evtq:event",
                        Kind.REQUEST,
                        "when stall=1",
                        RID,
                        PASID,
                        "grpid=stag",
                        "flags=ssv|2",
                        PERM,
                        ADDR),
                FaultRule.of("evtq:event", Kind.FAULT, RID, PASID, PERM, ADDR, REASON),
                FaultRule.of(
                        "priq:request",
                        Kind.REQUEST,
                        RID,
                        PASID,
                        GRPID,
                        "flags=ssv|last<<1",
                        PERM,
                        ADDR),
                FaultRule.of(
                        "prq:request",
                        Kind.REQUEST,
                        RID,
                        PASID,
                        GRPID,
                        "flags=pp|last<<1",
                        PERM,
                        ADDR),
                answer("when opcode=0x41"),
                answer("when opcode=0x44"),
                FaultRule.of("frcd:fault", Kind.FAULT, RID, PASID, PERM, ADDR, REASON));
    }

    private static FaultRule answer(final String condition) {
        return FaultRule.of("cmdq:command", Kind.ANSWER, condition, RID, PASID, GRPID, "code=code");
    }
}
