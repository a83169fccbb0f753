// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

/** How an endpoint's access ended. */
public enum AccessResult {
    /** It was translated and done. */
    DONE,
    /** It was ended with an abort. */
    ABORTED,
    /** It was ended as read-as-zero or write-ignored. */
    RAZ_WI
}
