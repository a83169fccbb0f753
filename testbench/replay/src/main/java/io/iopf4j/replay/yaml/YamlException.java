// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.yaml;

import java.io.IOException;

/** A YAML file that cannot be used; the message is one line that names the file and the place. */
public final class YamlException extends IOException {
    private static final long serialVersionUID = 1L;

    YamlException(final String where, final String what) {
        super(Quoted.line(where + ": " + what));
    }

    YamlException(final String where, final String what, final Throwable cause) {
        super(Quoted.line(where + ": " + what), cause);
    }
}
