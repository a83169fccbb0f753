// SPDX-License-Identifier: Apache-2.0
/** Page tables as drivers build them, in the formats of each hardware. */
module io.iopf4j.iopgtable {
    requires transitive io.iopf4j.api;

    exports io.iopf4j.iopgtable;
}
