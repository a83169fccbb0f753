// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.klog;

import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.input.Head;
import io.iopf4j.trace.input.TraceFormat;
import io.iopf4j.trace.input.TraceInput;
import java.io.IOException;
import java.util.regex.Pattern;

/** A kernel's log, told by how its lines begin or by what IOMMU drivers print. */
public final class LogInputFormat implements TraceFormat {
    private static final Pattern LINE =
            Pattern.compile(
                    "^(?:<\\d{1,3}>|\\w+ *:\\w+ *: *)?\\[ *\\d{1,9}\\.\\d{6}[ \\]<]"
                            + "|^(?:\\w+ *:\\w+ *: *)?\\[\\w{3} \\w{3} +\\d+ [\\d:]{8} \\d{4}\\] "
                            + "|^(?:\\w+ *:\\w+ *: *)?\\d{4}-\\d\\d-\\d\\dT[\\d:]{8}[.,\\d]*"
                            + "(?:Z|[+-]\\d\\d:?\\d\\d)? (?:\\S+ kernel: )?"
                            + "|^(?:\\w+ *:\\w+ *: *)?\\[\\w{3}\\d+ \\d\\d:\\d\\d\\] "
                            + "|^\\d+,\\d+,\\d+,[-c](?:,|;)"
                            + "|^\\w{3} +\\d+ [\\d:]{8}[.\\d]* \\S+ kernel: "
                            + "|^\\d{9,10}\\.\\d+ \\S+ kernel: "
                            + "|^ *\"dmesg\": *\\[");

    private static final Pattern DRIVER =
            Pattern.compile(
                    "DMAR: |arm-smmu-v3 \\S+: |AMD-Vi: |virtio_iommu \\S+: |IOMMU: dmar\\d|dmar\\d+: (?:Invalid p|P)age request"
                            + "|^event 0x[0-9a-f]{2} received:");

    /** The format. */
    public LogInputFormat() {}

    @Override
    public String what() {
        return "kernel log (dmesg, /dev/kmsg, journal)";
    }

    @Override
    public boolean isOf(final Head head) {
        return head.lines().stream()
                .map(line -> line.length() > 400 ? line.substring(0, 400) : line)
                .anyMatch(line -> LINE.matcher(line).find() || DRIVER.matcher(line).find());
    }

    @Override
    public TraceReader open(final TraceInput input) throws IOException {
        return new LogReader(input);
    }
}
