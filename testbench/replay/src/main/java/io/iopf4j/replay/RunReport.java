// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import java.io.IOException;

/**
 * Writes what a run came to, for people or for programs. The command line has one, which is found
 * through {@link java.util.ServiceLoader}: so who drives a bench by other means reports alike.
 */
public interface RunReport {
    /**
     * Writes plain text of at most 72 columns.
     *
     * @param name what was run, one word
     * @param title the same in words, one line
     * @param result what it came to
     * @param out where to
     * @throws IOException if it cannot be written
     */
    void text(String name, String title, RunResult result, Appendable out) throws IOException;

    /**
     * Writes one JSON object.
     *
     * @param name what was run, one word
     * @param result what it came to
     * @param out where to
     * @throws IOException if it cannot be written
     */
    void json(String name, RunResult result, Appendable out) throws IOException;
}
