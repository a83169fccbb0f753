// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import java.io.IOException;

/** A recording holds what the chosen hardware cannot do; the message is one sentence. */
public final class UnsupportedRecordingException extends IOException {
    private static final long serialVersionUID = 1L;

    /**
     * A refusal.
     *
     * @param message what cannot be done and why
     */
    public UnsupportedRecordingException(final String message) {
        super(message);
    }
}
