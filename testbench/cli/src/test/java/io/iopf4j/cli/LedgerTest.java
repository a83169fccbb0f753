// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.emulation.AccessResult;
import io.iopf4j.replay.ledger.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.csv.CsvMapper;
import tools.jackson.dataformat.csv.CsvSchema;

/** What a ledger's readers get, against what docs/ledger.md says that they do. */
class LedgerTest {
    private static final Path DOCS = Path.of("../../docs/ledger.md");

    private static final Pattern RANGE = Pattern.compile("(\\d+) (?:on|to (\\d+))");

    @TempDir private Path folder;

    static Stream<List<String>> runs() {
        return Stream.of(
                List.of("replay", Cli.dump("open-mixed-a.dat")),
                List.of("replay", Cli.dump("iopf-mute-tsc.dat")),
                List.of("run", "fifteen-devices"),
                List.of("run", "domain-change", "--policy", "timeout=1ms"));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void shouldHoldTheColumnsThatAreDocumented(final List<String> run) throws IOException {
        final Map<String, String[]> columns = columns();
        for (final Map<String, String> row : csv(run)) {
            assertEquals(List.copyOf(columns.keySet()), List.copyOf(row.keySet()));
            for (final String[] column : columns.values()) {
                check(column, row.get(column[0]));
            }
        }
    }

    private static void check(final String[] column, final String value) {
        final String what = column[0] + ": " + value;
        if (value.isEmpty()) {
            assertFalse("never".equals(column[3]), what);
            return;
        }
        switch (column[1]) {
            case "integer" -> {
                final Matcher range = RANGE.matcher(column[2]);
                assertTrue(range.matches(), what);
                assertTrue(Long.parseLong(value) >= Long.parseLong(range.group(1)), what);
                if (range.group(2) != null) {
                    assertTrue(Long.parseLong(value) <= Long.parseLong(range.group(2)), what);
                }
            }
            case "hexadecimal" -> {
                final long address = Long.parseUnsignedLong(value.substring(2), 16);
                assertEquals("0x" + Long.toHexString(address), value);
            }
            case "word" -> assertTrue(value.matches("[a-z_]+"), what);
            default -> assertEquals("text", column[1]);
        }
    }

    @ParameterizedTest
    @MethodSource("runs")
    void shouldHoldTheSameInBothForms(final List<String> run) throws IOException {
        final List<Map<String, String>> asCsv = csv(run);
        final List<Map<String, String>> asJson = new ArrayList<>();
        for (final String line : Files.readAllLines(ledger(run, "l.jsonl"))) {
            final Map<String, String> row = new LinkedHashMap<>();
            for (final Map.Entry<String, JsonNode> field :
                    JsonMapper.shared().readTree(line).properties()) {
                row.put(
                        field.getKey(),
                        field.getValue().isNull() ? "" : field.getValue().asString());
            }
            asJson.add(row);
        }
        assertFalse(asCsv.isEmpty());
        assertEquals(asCsv, asJson);
    }

    @Test
    void shouldDocumentEachWord() throws IOException {
        assertEquals(words(Outcome.values()), documented("outcome"));
        assertEquals(words(AccessResult.values()), documented("result"));
    }

    private List<Map<String, String>> csv(final List<String> run) throws IOException {
        try (MappingIterator<Map<String, String>> rows =
                new CsvMapper()
                        .readerForMapOf(String.class)
                        .with(CsvSchema.emptySchema().withHeader())
                        .readValues(ledger(run, "l.csv"))) {
            return rows.readAll();
        }
    }

    private Path ledger(final List<String> run, final String name) {
        final Path file = folder.resolve(name);
        final List<String> args = new ArrayList<>(run);
        args.addAll(List.of("--quiet", "--ledger", file.toString()));
        final Cli ran = Cli.run(args.toArray(new String[0]));
        assertEquals("", ran.err());
        return file;
    }

    private static Set<String> words(final Enum<?>[] values) {
        final Set<String> words = new TreeSet<>();
        Arrays.stream(values).forEach(v -> words.add(v.name().toLowerCase(Locale.ROOT)));
        return words;
    }

    /** The first cells of the table whose heading is a column's name. */
    private static Set<String> documented(final String heading) throws IOException {
        final Set<String> words = new TreeSet<>();
        Files.readAllLines(DOCS).stream()
                .dropWhile(line -> !line.equals("| `" + heading + "` | |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .forEach(line -> words.add(cells(line)[0]));
        return words;
    }

    /** Name, type, range, when it is empty and meaning of each column, by its name. */
    private static Map<String, String[]> columns() throws IOException {
        final Map<String, String[]> columns = new LinkedHashMap<>();
        Files.readAllLines(DOCS).stream()
                .dropWhile(line -> !line.startsWith("| column |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .forEach(line -> columns.put(cells(line)[0], cells(line)));
        return columns;
    }

    private static String[] cells(final String line) {
        return Arrays.stream(line.substring(1).split("\\|"))
                .map(cell -> cell.strip().replace("`", ""))
                .toArray(String[]::new);
    }
}
