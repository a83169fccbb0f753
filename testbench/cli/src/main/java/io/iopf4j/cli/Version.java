// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import picocli.CommandLine.IVersionProvider;

/** The version, as the jar's manifest has it. */
final class Version implements IVersionProvider {
    private static final String UNPACKAGED = "0.1.0";
    private static final String SNAPSHOT = "-SNAPSHOT";

    Version() {}

    /** Without the mark of an unreleased build: what a report says. */
    static String number() {
        final String packaged = Version.class.getPackage().getImplementationVersion();
        final String version = packaged == null ? UNPACKAGED : packaged;
        return version.endsWith(SNAPSHOT)
                ? version.substring(0, version.length() - SNAPSHOT.length())
                : version;
    }

    @Override
    public String[] getVersion() {
        return new String[] {"iopf4j " + number()};
    }
}
