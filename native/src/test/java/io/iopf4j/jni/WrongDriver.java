// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** {@code examples/smmu-faults.c} with one mistake, and the tests of the driver that find it. */
enum WrongDriver {
    ACTION("action = CMDQ_RESUME_0_RESP_ABORT;", "action = CMDQ_RESUME_0_RESP_TERM;", "FaultPath"),
    STREAM("master->streams[0].id)", "master->streams[0].id + 1)", "FaultPath"),
    TAG("FIELD_PREP(CMDQ_RESUME_1_STAG, stag)", "FIELD_PREP(CMDQ_RESUME_1_STAG, stag ^ 1)"),
    TWICE("arm_smmu_cmdq_issue_cmd(", "arm_smmu_cmdq_issue_cmd(master->smmu, cmd);\n\t$0"),
    PERMISSION("evt[1] & EVTQ_1_RnW ?", "evt[1] & EVTQ_1_InD ?"),
    SLOT(
            "\tadvance_cons(&q->llq);\n\twritel(q->llq.cons, q->cons_reg);",
            "\tadvance_cons(&q->llq);"),
    ENTRY("(entries(&q->llq) - 1)) * q->ent_dwords", "(entries(&q->llq) - 1)) * 2"),
    OVERFLOW("\n\tacknowledge_overflow(q);", "\n\t(void)acknowledge_overflow;"),
    NOTICE("smmu->events_lost++;", ";"),
    NO_STALL("if (!(evt[1] & EVTQ_1_STALL))", "if (0)", "DrainDuringReport"),
    DUMPS("if (!__ratelimit(&dumps))", "if (!__ratelimit(&dumps) && 0)"),
    STAGE_2("if ((evt[1] & EVTQ_1_S2) &&", "if (0 && (evt[1] & EVTQ_1_S2) &&", "Nesting"),
    OLD_FAILURE("resp->code != failure_code(master->smmu))", "resp->code != 2)", "Generations"),
    OLD_TYPE("if (of_stream &&", "if (0 && of_stream &&", "Generations"),
    OLD_REPORT("if (err && smmu->rules", "if (0 && err && smmu->rules", "Generations");

    private static final Path RIGHT = Path.of("examples/smmu-faults.c");

    private final String right;
    private final String wrong;
    private final String suite;

    WrongDriver(final String right, final String wrong) {
        this(right, wrong, "FaultPath");
    }

    /** In {@code wrong}, $0 stands for what is right. */
    WrongDriver(final String right, final String wrong, final String suite) {
        this.right = right;
        this.wrong = wrong.replace("$0", right);
        this.suite = suite;
    }

    /** The class of the driver's tests that finds it. */
    String suite() {
        return "io.iopf4j.drivers.armsmmuv3." + suite + "Test";
    }

    /** Compiled. */
    Path library() throws IOException {
        final String text = Files.readString(RIGHT);
        assertEquals(text.indexOf(right), text.lastIndexOf(right), right);
        final String changed = text.replace(right, wrong);
        assertEquals(false, changed.equals(text), right);
        return Compiler.libraryOf("smmu-faults-" + name().toLowerCase(Locale.ROOT), changed);
    }
}
