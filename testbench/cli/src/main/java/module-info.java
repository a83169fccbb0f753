// SPDX-License-Identifier: Apache-2.0
/** The command line. */
module io.iopf4j.cli {
    requires info.picocli;
    requires io.iopf4j.replay;
    requires org.HdrHistogram;
    requires tools.jackson.core;

    opens io.iopf4j.cli to
            info.picocli;
}
