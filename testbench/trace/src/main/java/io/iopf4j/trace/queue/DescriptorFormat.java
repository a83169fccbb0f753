// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.queue;

import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.input.Head;
import io.iopf4j.trace.input.TraceFormat;
import io.iopf4j.trace.input.TraceInput;
import java.io.IOException;

/** What Linux's debugfs file {@code iommu/intel/invalidation_queue} shows. No state. */
public final class DescriptorFormat implements TraceFormat {
    /** The format. */
    public DescriptorFormat() {}

    @Override
    public String what() {
        return "debugfs invalidation_queue";
    }

    @Override
    public boolean isOf(final Head head) {
        return !head.lines().isEmpty() && DescriptorReader.UNIT.matcher(head.lines().get(0)).find();
    }

    @Override
    public TraceReader open(final TraceInput input) throws IOException {
        return new DescriptorReader(input);
    }
}
