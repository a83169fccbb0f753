// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What a machine was doing when a test on it failed: seed, the line that repeats it, the last
 * events, registers and queues. Goes with the failure as a suppressed exception, so that every
 * report shows it.
 */
final class Evidence extends Exception {
    private static final long serialVersionUID = 1;

    private Evidence(final String text) {
        super(text, null, false, false);
    }

    /** Adds a machine's evidence to a failure. */
    static void add(final Throwable failure, final Machine machine, final ExtensionContext test) {
        for (final Throwable its : failure.getSuppressed()) {
            if (its instanceof Evidence) {
                return;
            }
        }
        failure.addSuppressed(new Evidence(text(machine, test)));
    }

    private static String text(final Machine machine, final ExtensionContext test) {
        machine.look();
        final StringBuilder text = new StringBuilder();
        text.append("seed ")
                .append(machine.seed())
                .append(", at ")
                .append(Times.us(machine.recorder().journal().nowNs()))
                .append("\nrepeat: ")
                .append(repeatLine(machine, test));
        section(text, "last events", machine.recorder().journal().latest());
        section(text, "registers and queues", machine.recorder().watch().state());
        section(text, "pending", machine.story());
        section(text, "complaints", machine.recorder().errors().complaints());
        return text.toString();
    }

    static String repeatLine(final Machine machine, final ExtensionContext test) {
        return "mvn test -Dtest='"
                + test.getRequiredTestClass().getName()
                + test.getTestMethod().map(method -> "#" + method.getName()).orElse("")
                + "' -Diopf4j.seed="
                + machine.seed();
    }

    private static void section(
            final StringBuilder text, final String title, final List<String> lines) {
        if (!lines.isEmpty()) {
            text.append('\n').append(title).append(':');
            lines.forEach(line -> text.append("\n  ").append(line));
        }
    }
}
