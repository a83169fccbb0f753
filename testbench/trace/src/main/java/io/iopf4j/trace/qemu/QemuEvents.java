// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.qemu;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The kinds of events whose arguments are known: a table, {@code events.txt}. */
final class QemuEvents {
    /** What the names of events of IOMMUs begin with, before an underscore. */
    static final List<String> DEVICES =
            List.of("vtd", "smmuv3", "smmu", "virtio_iommu", "amdvi", "riscv_iommu");

    private static final String TABLE = "events.txt";
    private static final String OTHER_SYSTEM = "qemu";

    /** Loaded when somebody asks. */
    private static final class Holder {
        private static final Map<String, List<QemuEvent>> BY_NAME = load();
    }

    private QemuEvents() {}

    /**
     * What an event of a name may look like.
     *
     * @return in the order in which they are tried, none if its arguments are not known
     */
    static List<QemuEvent> of(final String name) {
        return Holder.BY_NAME.getOrDefault(name, List.of());
    }

    /** What groups events: which of QEMU's devices they are of. */
    static String system(final String name) {
        for (final String device : DEVICES) {
            if (name.startsWith(device) && name.startsWith("_", device.length())) {
                return device;
            }
        }
        return OTHER_SYSTEM;
    }

    private static Map<String, List<QemuEvent>> load() {
        final Map<String, List<QemuEvent>> events = new HashMap<>();
        try (BufferedReader lines =
                new BufferedReader(
                        new InputStreamReader(
                                QemuEvents.class.getResourceAsStream(TABLE),
                                StandardCharsets.UTF_8))) {
            lines.lines()
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .forEach(line -> add(line, events));
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return events;
    }

    private static void add(final String line, final Map<String, List<QemuEvent>> events) {
        final int blank = line.indexOf(' ');
        final String name = blank < 0 ? line : line.substring(0, blank);
        final String layout = blank < 0 ? "" : line.substring(blank + 1);
        events.computeIfAbsent(name, n -> new ArrayList<>()).add(new QemuEvent(name, layout));
    }
}
