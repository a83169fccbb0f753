// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;

/**
 * Makes the program's command line.
 *
 * <p>A command is made from its annotations, all thirteen of them in the time of a sixth of a small
 * replay. So an invocation that names its command gets that one alone.
 */
final class Commands {
    private static final Map<String, Class<?>> BY_NAME = byName();

    private Commands() {}

    private static Map<String, Class<?>> byName() {
        // In the order of the help.
        final Map<String, Class<?>> commands = new LinkedHashMap<>();
        commands.put("info", InfoCommand.class);
        commands.put("replay", ReplayCommand.class);
        commands.put("convert", ConvertCommand.class);
        commands.put("run", RunCommand.class);
        commands.put("compare", CompareCommand.class);
        commands.put("sweep", SweepCommand.class);
        commands.put("explore", ExploreCommand.class);
        commands.put("serve", ServeCommand.class);
        commands.put("policies", PoliciesCommand.class);
        commands.put("semantics", SemanticsCommand.class);
        commands.put("scenarios", ScenariosCommand.class);
        commands.put("completion", CompletionCommand.class);
        commands.put("man", ManCommand.class);
        return Collections.unmodifiableMap(commands);
    }

    /** The program with all of its commands. */
    static CommandLine all() {
        return with(BY_NAME);
    }

    /** The program with what these arguments need: the command that they name, or all. */
    static CommandLine of(final String... args) {
        final Class<?> named = args.length == 0 ? null : BY_NAME.get(args[0]);
        return named == null ? all() : with(Map.of(args[0], named));
    }

    private static CommandLine with(final Map<String, Class<?>> commands) {
        final CommandLine program = new CommandLine(new Main());
        commands.forEach(program::addSubcommand);
        return program;
    }
}
