// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

/**
 * What a page says of itself.
 *
 * @param title of the window and above all, such as {@code replay of trace.dat}
 * @param lead one sentence below it; may be empty
 * @param command the command line that made it, ready for a shell; see {@link ShellWords}
 * @param version of iopf4j
 */
public record PageHead(String title, String lead, String command, String version) {}
