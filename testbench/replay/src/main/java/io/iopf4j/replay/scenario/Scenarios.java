// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The scenarios that are found by name: those that ship in the jar and, if a system property says
 * where, those of a folder, which go first.
 */
public final class Scenarios {
    /** The system property with the folder: the launcher names that of its checkout. */
    public static final String FOLDER_PROPERTY = "iopf4j.scenarios";

    /** In the order in which they are best met. */
    static final List<String> SHIPPED =
            List.of(
                    "shared-stall-buffer",
                    "fifteen-devices",
                    "shared-prq",
                    "domain-change",
                    "response-type",
                    "silent-then-disabled",
                    "slow-guest-timeout",
                    "timeout-guess",
                    "wrong-code",
                    "answered-twice",
                    "closed-queue",
                    "refilled-on-detach",
                    "dead-vm",
                    "hostile-guest",
                    "storm");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

    private Scenarios() {}

    /**
     * A scenario in a list.
     *
     * @param name what it is found by
     * @param title what it shows, at most 72 characters
     */
    public record Entry(String name, String title) {}

    /**
     * All of them.
     *
     * @return those that ship in the order in which they are best met, then those that the folder
     *     has beyond, by name
     * @throws ScenarioException if one of the folder cannot be read: one line that names it
     */
    public static List<Entry> all() throws ScenarioException {
        return all(folder());
    }

    /**
     * One of them.
     *
     * @param name its name, without folder and ending
     * @return the scenario
     * @throws ScenarioException if there is none of this name, or it cannot be read: one line
     */
    public static Scenario named(final String name) throws ScenarioException {
        return named(name, folder());
    }

    /**
     * Where one of them is read from.
     *
     * @param name its name, without folder and ending
     * @return its file; empty if there is none, or if it is in the jar
     */
    public static Optional<Path> file(final String name) {
        return file(name, folder());
    }

    private static Optional<Path> file(final String name, final Optional<Path> folder) {
        return folder.filter(in -> NAME.matcher(name).matches())
                .map(in -> in.resolve(name + ScenarioFile.ENDING))
                .filter(Files::exists);
    }

    static List<Entry> all(final Optional<Path> folder) throws ScenarioException {
        final List<Entry> all = new ArrayList<>();
        for (final String name : names(folder)) {
            all.add(new Entry(name, named(name, folder).title()));
        }
        return all;
    }

    static Scenario named(final String name, final Optional<Path> folder) throws ScenarioException {
        if (NAME.matcher(name).matches()) {
            final Optional<Path> file = file(name, folder);
            if (file.isPresent()) {
                return ScenarioFile.read(file.get());
            }
            if (SHIPPED.contains(name)) {
                return shipped(name);
            }
        }
        throw new ScenarioException(
                "no scenario '"
                        + name.replaceAll("[^ -~]", "?")
                        + "', expected a file or one of "
                        + String.join(", ", names(folder)));
    }

    private static Scenario shipped(final String name) throws ScenarioException {
        final String file = name + ScenarioFile.ENDING;
        try (InputStream in = Scenarios.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("not in the jar: " + file);
            }
            return ScenarioFile.parse(file, in.readAllBytes());
        } catch (final ScenarioException e) {
            throw e;
        } catch (final IOException e) {
            throw new ScenarioException(file + ": " + e.getMessage());
        }
    }

    private static Optional<Path> folder() {
        return Optional.ofNullable(System.getProperty(FOLDER_PROPERTY)).map(Path::of);
    }

    private static List<String> names(final Optional<Path> folder) throws ScenarioException {
        final TreeSet<String> beyond = new TreeSet<>();
        if (folder.isPresent() && Files.isDirectory(folder.get())) {
            try (DirectoryStream<Path> files =
                    Files.newDirectoryStream(folder.get(), "*" + ScenarioFile.ENDING)) {
                for (final Path file : files) {
                    final String name = file.getFileName().toString();
                    beyond.add(name.substring(0, name.length() - ScenarioFile.ENDING.length()));
                }
            } catch (final IOException e) {
                throw new ScenarioException(folder.get() + ": " + e.getMessage());
            }
        }
        SHIPPED.forEach(beyond::remove);
        final List<String> names = new ArrayList<>(SHIPPED);
        names.addAll(beyond);
        return names;
    }
}
