// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.api.PageResponseCode;

/** What guests answer, as a benchmark's parameter. */
public enum Answer {
    /** No page is mapped and the access aborts. */
    INVALID(PageResponseCode.INVALID),
    /** The page is mapped, the access retried, the page unmapped and its translation forgotten. */
    SUCCESS(PageResponseCode.SUCCESS);

    private final int code;

    Answer(final int code) {
        this.code = code;
    }

    int code() {
        return code;
    }
}
