// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.jsonl;

import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.input.Head;
import io.iopf4j.trace.input.TraceFormat;
import io.iopf4j.trace.input.TraceInput;
import java.io.IOException;
import java.util.regex.Pattern;

/** JSON Lines of this project, with their header or without, as after a filter. No state. */
public final class JsonlFormat implements TraceFormat {
    private static final Pattern HEADER = Pattern.compile("^\\s*\\{\\s*\"iopf4j\"\\s*:");
    private static final Pattern EVENT =
            Pattern.compile("^\\s*\\{.*\"(?:time|event)\"\\s*:.*\"(?:time|event)\"\\s*:");

    /** The format. */
    public JsonlFormat() {}

    @Override
    public String what() {
        return "JSON Lines of convert";
    }

    @Override
    public boolean isOf(final Head head) {
        if (head.lines().isEmpty()) {
            return false;
        }
        final String first = head.lines().get(0);
        return HEADER.matcher(first).find() || EVENT.matcher(first).find();
    }

    @Override
    public TraceReader open(final TraceInput input) throws IOException {
        return new JsonlReader(input);
    }
}
