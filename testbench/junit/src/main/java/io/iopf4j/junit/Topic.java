// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

/** What an entry of the journal is about, and what a report calls it. */
enum Topic {
    WRITE("write", "registers written"),
    COMMAND("command", "commands submitted"),
    EVENT("record", "records written by the hardware"),
    REPORT("report", "faults reported to the core"),
    ACCESS("access", "accesses ended"),
    RESPONSE("response", "responses sent to devices"),
    LOG("log", "lines logged"),
    ERROR("error", "errors");

    private final String one;
    private final String all;

    Topic(final String one, final String all) {
        this.one = one;
        this.all = all;
    }

    String one() {
        return one;
    }

    String all() {
        return all;
    }
}
