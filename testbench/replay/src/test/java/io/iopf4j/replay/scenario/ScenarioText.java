// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;

/** Scenarios that a test writes down. */
final class ScenarioText {
    /** What a scenario must have, in three lines; what follows is from line 4 on. */
    static final String HEAD = "title: T\nduration: 1s\nvms: [{name: a}, {name: b}]\n";

    private ScenarioText() {}

    static Scenario read(final String yaml) throws ScenarioException {
        return ScenarioFile.parse("s.yaml", yaml.getBytes(StandardCharsets.UTF_8));
    }

    /** A scenario of one machine with one device. */
    static ScenarioVm vm(final String yaml) throws ScenarioException {
        return read("title: T\nduration: 1s\nvms: [{name: a, " + yaml + "}]\n").vms().get(0);
    }

    static Workload workload(final String yaml) throws ScenarioException {
        return vm("workload: {" + yaml + "}").workload().orElseThrow();
    }

    static String refusal(final byte[] yaml) {
        return assertThrows(ScenarioException.class, () -> ScenarioFile.parse("s.yaml", yaml))
                .getMessage();
    }

    static String refusal(final String yaml) {
        return refusal(yaml.getBytes(StandardCharsets.UTF_8));
    }
}
