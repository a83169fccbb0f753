// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.emulation.Scheduler;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What happened on a machine: by topic, and the latest of all. Both forget the oldest. */
final class Journal {
    private static final int LATEST = 40;
    private static final int KEPT_OF_TOPIC = 1 << 16;

    private final Scheduler scheduler;
    private final Map<Topic, ArrayDeque<Entry>> byTopic = new EnumMap<>(Topic.class);
    private final ArrayDeque<Line> latest = new ArrayDeque<>();

    Journal(final Scheduler scheduler) {
        this.scheduler = scheduler;
        for (final Topic topic : Topic.values()) {
            byTopic.put(topic, new ArrayDeque<>());
        }
    }

    long nowNs() {
        return scheduler.nowNs();
    }

    void add(final Topic topic, final Entry entry) {
        keep(byTopic.get(topic), entry, KEPT_OF_TOPIC);
        keep(latest, new Line(topic, entry), LATEST);
    }

    private static <T> void keep(final ArrayDeque<T> entries, final T entry, final int most) {
        if (entries.size() == most) {
            entries.removeFirst();
        }
        entries.addLast(entry);
    }

    Recorded of(final Topic topic) {
        return new Recorded(topic.all(), List.copyOf(byTopic.get(topic)));
    }

    /** Forgets what is recorded by topic; the latest stay for a report. */
    void forget() {
        byTopic.values().forEach(ArrayDeque::clear);
    }

    List<String> latest() {
        final List<String> lines = new ArrayList<>();
        for (final Line line : latest) {
            lines.add(
                    Times.us(line.entry().timeNs())
                            + "  "
                            + line.topic().one()
                            + "  "
                            + line.entry());
        }
        return lines;
    }

    private record Line(Topic topic, Entry entry) {}
}
