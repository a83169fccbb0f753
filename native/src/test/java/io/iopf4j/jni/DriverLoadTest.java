// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath.Ability;
import io.iopf4j.replay.Drivers;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.scenario.Hardware;
import io.iopf4j.replay.scenario.Scenarios;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of a fault path in C that cannot be loaded, or does what it must not. */
final class DriverLoadTest {
    private static final String HEAD =
            """
            #include <iopf4j/smmu.h>

            static void reset(struct arm_smmu_device *smmu)
            {
                struct arm_smmu_queue *q = &smmu->evtq.q;

                writeq(Q_BASE_RWA | q->base_dma | q->llq.max_n_shift,
                       smmu->base + ARM_SMMU_EVTQ_BASE);
            }

            static void page_response(struct device *dev, struct iopf_fault *evt,
                                      struct iommu_page_response *resp)
            {
                (void)dev; (void)evt; (void)resp;
            }

            """;

    private static final String TAIL =
            """

            const struct arm_smmu_fault_ops iopf4j_smmu_fault_path = {
                .reset = reset, .evtq_thread = events, .page_response = page_response,
                EXTRA
            };
            """;

    private static Path library(final String name, final String events, final String extra) {
        return Compiler.libraryOf(
                name,
                HEAD
                        + "static irqreturn_t events(int irq, void *dev_id)\n{\n"
                        + "    struct arm_smmu_device *smmu = dev_id;\n"
                        + "    (void)irq; (void)smmu;\n"
                        + events
                        + "\n    return IRQ_HANDLED;\n}\n"
                        + TAIL.replace("EXTRA", extra));
    }

    private static void run(final Path library) throws IOException {
        new ScenarioRun(Scenarios.named("shared-stall-buffer"))
                .withHardware(
                        Hardware.DEFAULT.withDriver(
                                Optional.of(Drivers.parse("native:" + library))))
                .run(timeNs -> {});
    }

    private static String refusal(final Path library) {
        return assertThrows(
                        IllegalArgumentException.class, () -> Drivers.parse("native:" + library))
                .getMessage();
    }

    @Test
    void shouldKnowWhatALibrarySaysOfItself() {
        assertEquals(
                EnumSet.of(Ability.DRAIN),
                Drivers.parse("native:" + library("smmu-modest", "", "")).abilities());
        assertEquals(
                EnumSet.of(Ability.DRAIN, Ability.LOG),
                Drivers.parse("native:" + library("smmu-logs", "", ".logs_as_linux = true"))
                        .abilities());
    }

    @Test
    void shouldRefuseALibraryThatIsNoFaultPath() {
        assertEquals(
                "quota.so: no fault path: it defines no 'const struct arm_smmu_fault_ops"
                        + " iopf4j_smmu_fault_path'",
                refusal(Compiler.example("quota")));
        assertEquals(
                "smmu-empty.so: iopf4j_smmu_fault_path needs .reset, .evtq_thread and"
                        + " .page_response",
                refusal(
                        Compiler.libraryOf(
                                "smmu-empty",
                                """
                                #include <iopf4j/smmu.h>
                                const struct arm_smmu_fault_ops iopf4j_smmu_fault_path = { 0 };
                                """)));
    }

    @Test
    void shouldRefuseAFileThatIsNotThere() {
        Compiler.assumeBridge();
        assertEquals("absent.so: no such file", refusal(Path.of("absent.so")));
    }

    @Test
    void shouldFailTheProbeWithTheErrnoOfTheLibrary() {
        final Path library =
                Compiler.libraryOf(
                        "smmu-refuses",
                        HEAD
                                + """
                                static int probe(struct arm_smmu_device *smmu)
                                {
                                    return smmu->rules == ARM_SMMU_RULES_6_12 ? -ENODEV : 0;
                                }

                                static irqreturn_t events(int irq, void *dev_id)
                                {
                                    (void)irq; (void)dev_id;
                                    return IRQ_HANDLED;
                                }
                                """
                                + TAIL.replace("EXTRA", ".probe = probe"));
        assertEquals(
                "the driver refuses this SMMU: -ENODEV",
                assertThrows(IllegalStateException.class, () -> run(library)).getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "smmu-bug|BUG_ON(smmu->rules == ARM_SMMU_RULES_6_12);"
                        + "|BUG_ON(smmu->rules == ARM_SMMU_RULES_6_12)",
                "smmu-none|arm_smmu_find_master((struct arm_smmu_device *)smmu->dev, 1);|no SMMU",
                "smmu-type|struct iopf_fault f = { 0 };"
                        + " iommu_report_device_fault(arm_smmu_find_master(smmu, 0)->dev, &f);"
                        + "|a fault of type 0, which is no page request",
                "smmu-host|struct iopf_fault f = { 0 }; iommu_report_device_fault(smmu->dev, &f);"
                        + "|no device behind the SMMU",
                "smmu-polls|u32 v; readl_poll_timeout(smmu->page1 + ARM_SMMU_EVTQ_PROD, v, v == ~0u,"
                        + " 9, 0);|polls for ever: v == ~0u",
                "smmu-timeout|u32 v; BUG_ON(readl_poll_timeout(smmu->page1 + ARM_SMMU_EVTQ_PROD, v,"
                        + " v == ~0u, 0, 50) == -ETIMEDOUT)"
                        + ";|, 0, 50) == -ETIMEDOUT)",
                "smmu-command|arm_smmu_cmdq_issue_cmd(smmu, NULL);|a command that is NULL"
            })
    void shouldEndTheRunWhereTheLibraryIsWrong(
            final String name, final String code, final String message) {
        final Path library = library(name, code, "");
        final String said =
                assertThrows(NativeCodeException.class, () -> run(library)).getMessage();
        assertEquals(name + ".so", said.substring(0, said.indexOf(':')), said);
        assertEquals(true, said.endsWith(message), said);
        assertEquals(1, said.lines().count());
    }
}
