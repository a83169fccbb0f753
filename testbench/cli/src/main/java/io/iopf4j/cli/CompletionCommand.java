// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.replay.scenario.ScenarioException;
import io.iopf4j.replay.scenario.Scenarios;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints what a shell needs to complete a command line that is half typed. */
@Command(
        name = "completion",
        description =
                "Prints a script that lets a shell complete commands, options, and the words that"
                        + " they take.",
        footer = {
            "",
            "Examples:",
            "  source <(iopf4j completion bash)",
            "  autoload -U compinit && compinit && source <(iopf4j completion zsh)"
        })
final class CompletionCommand implements Callable<Integer> {
    /** One script serves both: in zsh it turns on that shell's bash completion itself. */
    private static final List<String> SHELLS = List.of("bash", "zsh");

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Parameters(paramLabel = "SHELL", description = "bash or zsh.")
    private String shell;

    @Spec private CommandSpec spec;

    CompletionCommand() {}

    @Override
    public Integer call() throws ScenarioException {
        if (!SHELLS.contains(shell)) {
            throw new ParameterException(
                    spec.commandLine(), "shell " + shell + ": expected bash or zsh");
        }
        final CommandLine whole = Commands.all();
        final Map<String, List<String>> words = words();
        for (final CommandLine command : whole.getSubcommands().values()) {
            addWords(command.getCommandSpec(), words);
        }
        final PrintWriter out = spec.commandLine().getOut();
        out.print(AutoComplete.bash("iopf4j", whole));
        return Main.OK;
    }

    /** What may stand at an option, by its name, or at a parameter, by its label. */
    private static Map<String, List<String>> words() throws ScenarioException {
        final Stream<String> policies =
                Policies.all().stream()
                        .map(
                                policy ->
                                        policy.usage().startsWith(policy.name() + "=")
                                                ? policy.name() + "="
                                                : policy.name());
        return Map.of(
                "--iommu", List.of("smmuv3", "vtd", "auto"),
                "--policy", Stream.concat(Stream.of("none"), policies).distinct().toList(),
                "--semantics", Stream.of(Semantics.values()).map(Semantics::profileName).toList(),
                "SCENARIO", Scenarios.all().stream().map(Scenarios.Entry::name).toList(),
                "SHELL", SHELLS);
    }

    private static void addWords(final CommandSpec command, final Map<String, List<String>> words) {
        for (final ArgSpec old : new ArrayList<>(command.args())) {
            if (old instanceof OptionSpec option && words.containsKey(option.longestName())) {
                command.remove(option);
                // The script keeps words by label: two options of one label would share them.
                command.addOption(
                        OptionSpec.builder(option)
                                .paramLabel(option.longestName().substring("--".length()))
                                .completionCandidates(words.get(option.longestName()))
                                .build());
            } else if (old instanceof PositionalParamSpec place
                    && words.containsKey(place.paramLabel())) {
                command.remove(place);
                command.addPositional(
                        PositionalParamSpec.builder(place)
                                .completionCandidates(words.get(place.paramLabel()))
                                .build());
            }
        }
    }

    boolean isHelp() {
        return help;
    }
}
