// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code examples/core.c} is mainline-6.12: nobody can tell which of both it was. */
final class CoreExampleTest {
    private static final int SEEDS = Integer.getInteger("iopf4j.test.seeds", 10_000);
    private static final int MUTANT_SEEDS = 300;

    private final Path core = Compiler.example("core");

    @Test
    void shouldDoAsJavaDoesOnAnySchedule() {
        final Differential differential = new Differential(core);
        for (long seed = 0; seed < SEEDS; seed++) {
            assertEquals(Optional.empty(), differential.difference(seed));
        }
    }

    /** A core that is wrong in one place is found out: the comparison sees what it is to see. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "list_add(&group->pending_node,          | list_add_tail(&group->pending_node,",
                "list_move(&evt->list, &group->faults);  | list_move_tail(&evt->list, &group->faults);",
                "return -ENOMEM; /*                      | return 0; /*",
                "drop_partials_of(param, pages(evt)->grpid); | param->dev = param->dev;",
                "answer(param->dev, evt, IOMMU_PAGE_RESP_FAILURE); | ;",
                "answer(dev, evt, IOMMU_PAGE_RESP_INVALID); | answer(dev, evt, IOMMU_PAGE_RESP_FAILURE);",
                "if (list_empty(&group->pending_node))   | if (0)",
                "if (evt != &group->last_fault)          | if (0)",
                "ret = -EBUSY;                           | ret = -EINVAL;",
                "if (evt->fault.type == IOMMU_FAULT_PAGE_REQ) | if (1)",
                "pages(evt)->grpid == pages(last)->grpid | pages(evt)->pasid == pages(last)->pasid",
                "answer_pending(group, IOMMU_PAGE_RESP_INVALID); | list_del(&group->pending_node);",
                "has_pasid ? pages(evt)->pasid : IOMMU_NO_PASID | pages(evt)->pasid",
                "ops->user_pasid_table)                  | ops)",
                "IOMMU_DOMAIN_NESTED);                   | 0);",
                "param->queue != queue                   | 0"
            })
    void shouldBeFoundOutWhenItIsWrong(final String right, final String wrong) throws IOException {
        final String source = Files.readString(Path.of("examples/core.c"));
        final String changed = source.replace(unescaped(right.strip()), unescaped(wrong.strip()));
        assertNotEquals(source, changed, "nothing was replaced");
        final Differential differential =
                new Differential(Compiler.libraryOf("mutant", changed, "-Wno-unused"));
        boolean isFound = false;
        for (long seed = 0; seed < MUTANT_SEEDS && !isFound; seed++) {
            isFound = differential.difference(seed).isPresent();
        }
        assertTrue(isFound, "not found out in " + MUTANT_SEEDS + " schedules");
    }

    private static String unescaped(final String text) {
        return text.replace("\\n", "\n").replace("\\t", "\t");
    }
}
