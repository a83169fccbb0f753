// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import java.util.List;
import java.util.Map;

/**
 * What a page says of itself.
 *
 * @param title of the window and above all, such as {@code replay of trace.dat}
 * @param lead one sentence below it; may be empty
 * @param command the command line that made it, ready for a shell; see {@link ShellWords}
 * @param version of iopf4j
 * @param source what was run, as names and texts in the order in which they are shown: the dump's
 *     format, its kernel
 * @param warnings what could not be read, a sentence each
 */
public record PageHead(
        String title,
        String lead,
        String command,
        String version,
        List<Map.Entry<String, String>> source,
        List<String> warnings) {
    /** Copies the lists. */
    public PageHead {
        source = List.copyOf(source);
        warnings = List.copyOf(warnings);
    }
}
