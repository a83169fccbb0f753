// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.text;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Events whose text has values without a name in front: how the kernel prints them ({@code
 * TP_printk} of {@code include/trace/events/iommu.h} and {@code drivers/iommu/intel/trace.h}, Linux
 * 6.12). What a group of a pattern finds is a field of the group's name; all that stands as {@code
 * name=value} is found without.
 */
final class TextPatterns {
    private static final Pattern DEVICE_FIRST = Pattern.compile("^IOMMU: ?(?<device>\\S+) ");

    /** An event's pattern, and the names of its groups. */
    record Shape(Pattern pattern, List<String> groups) {}

    private static final Map<String, Shape> BY_EVENT =
            Map.of(
                    "io_page_fault",
                    new Shape(
                            Pattern.compile("^IOMMU: ?(?<driver>\\S*) (?<device>\\S+) iova="),
                            List.of("driver", "device")),
                    "dev_fault",
                    new Shape(DEVICE_FIRST, List.of("device")),
                    "dev_page_response",
                    new Shape(DEVICE_FIRST, List.of("device")),
                    "prq_report",
                    new Shape(
                            Pattern.compile(
                                    "^(?<iommu>[^/\\s]+)/(?<dev>\\S+) seq# (?<seq>-?\\d+): .* "
                                            + "(?<read>[r-])(?<write>[w-])(?<exec>[x-])"
                                            + "(?<priv>[p-])(?<last>[l-]) pasid="),
                            List.of(
                                    "iommu", "dev", "seq", "read", "write", "exec", "priv",
                                    "last")),
                    "qi_submit",
                    new Shape(
                            Pattern.compile(
                                    "^(?<type>\\S+) (?<iommu>\\S+): (?<qw0>0x[0-9a-f]+)"
                                            + " (?<qw1>0x[0-9a-f]+) (?<qw2>0x[0-9a-f]+)"
                                            + " (?<qw3>0x[0-9a-f]+)"),
                            List.of("type", "iommu", "qw0", "qw1", "qw2", "qw3")));

    private TextPatterns() {}

    /** The pattern of an event, or null. */
    static Shape of(final String event) {
        return BY_EVENT.get(event);
    }
}
