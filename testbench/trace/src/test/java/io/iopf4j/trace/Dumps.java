// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The captures next door and what must be found in them. */
public final class Dumps {
    public static final Path DIRECTORY = Path.of("..", "dumps");

    /** Every binary capture. */
    public static final List<String> BINARY =
            List.of(
                    "iopf-fast-v7.dat",
                    "iopf-ooo-v6.dat.gz",
                    "iopf-groups-zstd.dat",
                    "iopf-greedy-v7.dat",
                    "iopf-mixed-zstd.dat",
                    "iopf-lost-v7.dat",
                    "iopf-mute-tsc.dat",
                    "iopf-instance-v7.dat",
                    "open-greedy-a.dat",
                    "open-mixed-a.dat",
                    "iopf-perf.data.gz",
                    "selftest-iopf.v7.dat");

    private Dumps() {}

    public static List<String> all() {
        return Stream.concat(
                        BINARY.stream(), Stream.of("raw-trace.txt.gz", "iopf-perf.script.txt.gz"))
                .toList();
    }

    public static Path path(final String name) {
        return DIRECTORY.resolve(name);
    }

    /** The capture's name in facts.json. */
    private static String key(final String name) {
        return name.replaceFirst("(?:\\.data?|\\.script\\.txt)?(?:\\.gz)?$", "");
    }

    private static String line(final String name) throws IOException {
        final String start = "  \"" + key(name) + "\": ";
        return Files.readAllLines(DIRECTORY.resolve("facts.json"), StandardCharsets.UTF_8).stream()
                .filter(line -> line.startsWith(start))
                .findFirst()
                .orElseThrow();
    }

    /** A number of the facts, or what to assume if they do not name it. */
    public static long number(final String name, final String fact, final long otherwise)
            throws IOException {
        final Matcher number = Pattern.compile("\"" + fact + "\": (\\d+)").matcher(line(name));
        return number.find() ? Long.parseLong(number.group(1)) : otherwise;
    }

    /** Counts by name of the facts. */
    public static Map<String, Long> counts(final String name, final String fact)
            throws IOException {
        final Matcher object =
                Pattern.compile("\"" + fact + "\": \\{([^}]*)\\}").matcher(line(name));
        final Map<String, Long> counts = new TreeMap<>();
        if (object.find()) {
            final Matcher entry = Pattern.compile("\"([^\"]+)\": (\\d+)").matcher(object.group(1));
            while (entry.find()) {
                counts.put(entry.group(1), Long.valueOf(entry.group(2)));
            }
        }
        return counts;
    }
}
