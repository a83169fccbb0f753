// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import java.io.IOException;

/** A scenario that cannot be used; the message is one line: where, what is wrong, what is right. */
public final class ScenarioException extends IOException {
    private static final long serialVersionUID = 1L;

    ScenarioException(final String line) {
        super(line);
    }

    ScenarioException(final IOException cause) {
        super(cause.getMessage(), cause);
    }
}
