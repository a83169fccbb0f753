// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Reads what is packed with the classes. */
final class Resources {
    private Resources() {}

    /**
     * One of this package, by its name; or of the whole class path, if that begins with a slash.
     */
    static String text(final String name) throws IOException {
        try (InputStream in = open(name)) {
            if (in == null) {
                throw new IOException(name + ": is missing from this build of iopf4j");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static InputStream open(final String name) {
        return name.startsWith("/")
                ? Resources.class.getClassLoader().getResourceAsStream(name.substring(1))
                : Resources.class.getResourceAsStream(name);
    }
}
