// SPDX-License-Identifier: Apache-2.0
/** Hardware models that are programmed from outside, by lines of text over a socket. */
module io.iopf4j.qtest {
    requires transitive io.iopf4j.emulation;

    exports io.iopf4j.qtest;
}
