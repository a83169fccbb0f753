// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.fault.FaultEvent.Kind;
import io.iopf4j.trace.fault.FaultRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MapFileTest {
    @TempDir private Path folder;

    private List<FaultRule> read(final String text) throws IOException {
        return MapFile.read(Files.writeString(folder.resolve("map.yaml"), text));
    }

    @Test
    void shouldReadRulesInTheOrderOfTheFile() throws IOException {
        final List<FaultRule> rules =
                read(
                        """
                        probes:fault:
                          - {is: request, when: type=1, device: name, addr: 'dw1[63:12]<<12'}
                          - {is: fault, when: [type=2, 'flags[0]=0'], rid: sid}
                        probes:answer: {is: answer, rid: sid, code: code, pasid: 5}
                        """);
        assertEquals(
                List.of(Kind.REQUEST, Kind.FAULT, Kind.ANSWER),
                rules.stream().map(FaultRule::kind).toList());
        assertEquals("probes", rules.get(0).system());
        assertEquals("fault", rules.get(1).event());
        assertEquals(Set.of("name", "dw1", "type"), rules.get(0).fields());
        assertEquals(Set.of("sid", "type", "flags"), rules.get(1).fields());
        assertEquals(Set.of("sid", "code"), rules.get(2).fields());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a:b: {device: name}|'is:' is missing",
                "a:b: {is: question}|'is: question': expected one of answer",
                "a:b: {is: request, addr: addr}|'device:' is missing",
                "a:b: {is: request, rid: sid}|'addr:' is missing",
                "a:b: {is: answer, rid: sid}|'code:' is missing",
                "b: {is: fault, rid: sid}|is no event",
                "a:b: {is: fault, rid: sid, colour: red}|nothing that a fault has",
                "a:b: {is: fault, rid: 'sid[99]'}|is no bit",
                "a:b: {is: fault, rid: [1]}|expected a field, bits of one, or a number",
                "a:b: {is: fault, rid: sid, when: maybe}|expected name=value",
                "[1]|expected a mapping such as 'probes:my_fault:"
            })
    void shouldSayWhereAndWhatIsWrong(final String text, final String wrong) {
        final IOException e = assertThrows(IOException.class, () -> read("# mine\n" + text));
        assertTrue(e.getMessage().contains("map.yaml:2: "), e.getMessage());
        assertTrue(e.getMessage().contains(wrong), e.getMessage());
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }
}
