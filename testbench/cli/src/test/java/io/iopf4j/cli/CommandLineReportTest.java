// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuFault;
import io.iopf4j.jni.embed.EmbeddedBench;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** A bench that C drives reports as the command line does. */
class CommandLineReportTest {
    private static final int TEXT = 2;
    private static final int JSON = 3;

    private final EmbeddedBench bench =
            EmbeddedBench.create(utf8("vtd"), utf8("mainline-5.x"), utf8("vm-quota=2"), 1, 0, 0);

    CommandLineReportTest() {
        bench.addVm(utf8("silent"));
        bench.addDevice(0, utf8("nic"), new int[] {1});
        bench.attach(0);
        for (int page = 0; page < 3; page++) {
            bench.raise(0, 1, page << 12, IommuFault.PERM_READ);
        }
        bench.run(1_000_000);
    }

    private static byte[] utf8(final String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void shouldPrintText() throws IOException {
        final List<String> lines =
                new String(bench.output(TEXT), StandardCharsets.UTF_8).lines().toList();
        assertTrue(
                lines.contains("run         mainline-5.x on vtd, policy vm-quota=2"),
                lines.toString());
        assertTrue(
                lines.contains("            3 raised: 0 answered, 0 drained, 1 terminated,"),
                lines.toString());
    }

    @Test
    void shouldWriteJson() throws IOException {
        final JsonNode json =
                new ObjectMapper().readTree(new String(bench.output(JSON), StandardCharsets.UTF_8));
        assertEquals("embedded", json.at("/inputs/0/file").asString());
        assertEquals("silent", json.at("/replay/perVm/0/vm").asString());
        assertEquals(2, json.at("/replay/perVm/0/outstanding").asInt());
    }
}
