// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import io.iopf4j.core.SchemeWord;
import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Profiles;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.replay.yaml.YamlException;
import io.iopf4j.replay.yaml.YamlFile;
import io.iopf4j.replay.yaml.YamlMap;
import io.iopf4j.replay.yaml.YamlNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Reads a scenario file: YAML, in the words of {@code docs/scenarios.md}. */
public final class ScenarioFile {
    static final String ENDING = ".yaml";

    private static final List<String> KEYS =
            List.of(
                    "title",
                    "hardware",
                    "semantics",
                    "policy",
                    "seed",
                    "duration",
                    "calm",
                    "careful",
                    "vms",
                    "events",
                    "hazards");
    private static final Pattern TITLE = Pattern.compile("[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]{1,72}");

    private final YamlMap root;

    private ScenarioFile(final YamlMap root) {
        this.root = root;
    }

    /**
     * Reads a scenario.
     *
     * @param file the file
     * @return the scenario
     * @throws ScenarioException if the file cannot be read or says what cannot be: one line that
     *     names the file, the line, what is wrong and what is right
     */
    public static Scenario read(final Path file) throws ScenarioException {
        try {
            return scenario(YamlFile.read(file), String.valueOf(file.getFileName()));
        } catch (final YamlException e) {
            throw new ScenarioException(e);
        }
    }

    /** The same from memory. */
    static Scenario parse(final String file, final byte[] bytes) throws ScenarioException {
        try {
            return scenario(YamlFile.parse(file, bytes), file);
        } catch (final YamlException e) {
            throw new ScenarioException(e);
        }
    }

    private static Scenario scenario(final YamlNode node, final String fileName)
            throws YamlException {
        final String name =
                fileName.endsWith(ENDING)
                        ? fileName.substring(0, fileName.length() - ENDING.length())
                        : fileName;
        return new ScenarioFile(node.map("a mapping with 'title:', 'duration:', 'vms:'", KEYS))
                .scenario(name);
    }

    private Scenario scenario(final String name) throws YamlException {
        final String title = title();
        final Hardware hardware = hardware(root.get("hardware"));
        final YamlNode duration = root.require("duration", "duration: 5s");
        final long durationNs = Values.time(duration);
        if (durationNs == 0) {
            throw duration.expected("a time that is longer");
        }
        final VmReader vms = new VmReader(durationNs, hardware);
        vms.read(root.require("vms", "vms: [{name: vm-a}]"));
        final EventReader events = new EventReader(durationNs, vms.vms(), hardware);
        if (root.get("events") != null) {
            events.read(root.get("events"));
        }
        vms.deaths(events);
        return new Scenario(
                name,
                title,
                hardware,
                semantics(),
                policy(),
                course(durationNs),
                vms.vms(),
                events.inOrder(),
                new HazardReader(durationNs).read(root.get("hazards")));
    }

    private Scenario.Course course(final long durationNs) throws YamlException {
        final YamlNode calm = root.get("calm");
        final YamlNode seed = root.get("seed");
        return new Scenario.Course(
                durationNs,
                calm == null
                        ? OptionalLong.empty()
                        : OptionalLong.of(Values.timeBefore(calm, durationNs)),
                Values.yes(root, "careful"),
                seed == null ? Scenario.SEED : Values.integer(seed));
    }

    private String title() throws YamlException {
        final String expected = "one line of at most 72 characters";
        final YamlNode node = root.require("title", "title: a silent VM fills the stall buffer");
        final String title = node.text(expected);
        if (title.isBlank() || !TITLE.matcher(title).matches()) {
            throw node.expected(expected);
        }
        return title.strip();
    }

    private String semantics() throws YamlException {
        final List<String> names =
                Arrays.stream(Semantics.values()).map(Semantics::profileName).toList();
        final YamlNode node = root.get("semantics");
        if (node == null) {
            return Semantics.MAINLINE_6_12.profileName();
        }
        final String word = node.text("one of " + String.join(", ", names));
        return SchemeWord.of(word).isPresent()
                ? checked(node, word, Profiles::check)
                : node.word(names);
    }

    private String policy() throws YamlException {
        final YamlNode node = root.get("policy");
        if (node == null) {
            return Policies.NONE;
        }
        final String list = node.text("policies joined by commas, as vm-quota=half,timeout=10s");
        return checked(node, list, Policies::check);
    }

    /** Nothing is loaded for a file that is only read. */
    private static String checked(
            final YamlNode node, final String text, final Consumer<String> check)
            throws YamlException {
        try {
            check.accept(text);
        } catch (final IllegalArgumentException e) {
            throw node.wrong(e.getMessage());
        }
        return text;
    }

    private static Hardware hardware(final YamlNode node) throws YamlException {
        if (node == null) {
            return Hardware.DEFAULT;
        }
        final YamlMap map =
                node.map(
                        "a mapping such as {iommu: smmuv3, stallEntries: 64}",
                        List.of("iommu", "stallEntries", "queueEntries", "interruptLatency"));
        final Hardware.Iommu iommu =
                switch (Values.word(map, "iommu", List.of("auto", "smmuv3", "vtd"))) {
                    case "smmuv3" -> Hardware.Iommu.SMMUV3;
                    case "vtd" -> Hardware.Iommu.VTD;
                    default -> Hardware.Iommu.AUTO;
                };
        final YamlNode stalls = map.get("stallEntries");
        if (stalls != null && iommu == Hardware.Iommu.VTD) {
            throw stalls.wrong("VT-d has no stall buffer, only 'queueEntries'");
        }
        return new Hardware(
                iommu,
                stalls(stalls),
                queue(map.get("queueEntries")),
                latency(map.get("interruptLatency")));
    }

    private static OptionalInt stalls(final YamlNode node) throws YamlException {
        return node == null
                ? OptionalInt.empty()
                : OptionalInt.of((int) Values.number(node, 1, Hardware.MOST_STALLS));
    }

    private static OptionalLong latency(final YamlNode node) throws YamlException {
        return node == null ? OptionalLong.empty() : OptionalLong.of(Values.time(node));
    }

    private static OptionalInt queue(final YamlNode node) throws YamlException {
        if (node == null) {
            return OptionalInt.empty();
        }
        final int entries = (int) Values.number(node, 1, Hardware.MOST_QUEUE_ENTRIES);
        if (Integer.bitCount(entries) != 1) {
            throw node.expected("a power of two in [1, " + Hardware.MOST_QUEUE_ENTRIES + "]");
        }
        return OptionalInt.of(entries);
    }
}
