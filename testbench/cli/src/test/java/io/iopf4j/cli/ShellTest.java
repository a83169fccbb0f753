// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What surrounds the commands in a shell: completion, and the manual page. */
class ShellTest {
    @Test
    void shouldCompleteTheWordsOfOptions() {
        final Cli script = Cli.run("completion", "bash");
        script.assertRan();
        for (final String word :
                List.of("mainline-5.x", "vm-quota=", "smmuv3", "shared-stall-buffer", "--ledger")) {
            assertTrue(script.out().contains(word), word);
        }
        assertEquals(script.out(), Cli.run("completion", "zsh").out());
    }

    @Test
    void shouldKeepTheWordsOfEachOptionApart() {
        final String script = Cli.run("completion", "bash").out();
        for (final String words :
                List.of(
                        "semantics_option_args=(\"v3-2017\"",
                        "iommu_option_args=(\"smmuv3\"",
                        "policy_option_args=(\"none\"")) {
            assertTrue(script.contains("local " + words), words);
        }
    }

    @Test
    void shouldRefuseAShellThatItDoesNotKnow() {
        Cli.run("completion", "tcsh").assertRefused("tcsh", "expected bash or zsh");
        Cli.run("completion").assertRefused("SHELL", "iopf4j completion --help");
    }

    @Test
    void shouldTellOfEveryCommandAndOptionInTheManual() {
        final Cli page = Cli.run("man");
        page.assertRan();
        for (final CommandLine command : Commands.all().getSubcommands().values()) {
            final String name = command.getCommandName();
            assertTrue(page.out().contains(".SS \"iopf4j " + name + " "), name);
            for (final OptionSpec option : command.getCommandSpec().options()) {
                final String shown = option.longestName().replace("-", "\\-");
                assertEquals(!option.hidden(), page.out().contains(shown), name + " " + option);
            }
        }
    }

    @Test
    void shouldMakeNoRequestOfWhatAHelpTextBeginsWith() {
        for (final String line : Cli.run("man").outLines()) {
            assertTrue(line.matches("\\.(TH|SH|SS|PP|TP|B|nf|fi)( .*)?|\\\\&.*"), line);
        }
    }
}
