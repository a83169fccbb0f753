// SPDX-License-Identifier: Apache-2.0
/** The command line. */
module io.iopf4j.cli {
    requires info.picocli;
    requires io.iopf4j.jni;
    requires io.iopf4j.qtest;
    requires io.iopf4j.replay;
    requires io.iopf4j.report;
    requires io.iopf4j.tracecmd;
    requires java.management; // the options that this JVM was started with
    requires tools.jackson.core;

    opens io.iopf4j.cli to
            info.picocli;

    provides io.iopf4j.replay.RunReport with
            io.iopf4j.cli.CommandLineReport;
}
