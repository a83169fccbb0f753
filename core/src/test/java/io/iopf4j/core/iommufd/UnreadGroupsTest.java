// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iommufd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.iopf.PendingGroup;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.GroupCollector;
import io.iopf4j.core.testing.TestDomain;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The ring of unread groups against a list. */
class UnreadGroupsTest {
    private static final int GROUPS = 200;
    private static final int STEPS = 20_000;

    private final UnreadGroups unread = new UnreadGroups();
    private final Deque<PendingGroup> expected = new ArrayDeque<>();
    private final IommuAttachHandle one = new IommuAttachHandle();
    private final IommuAttachHandle other = new IommuAttachHandle();
    private final List<PendingGroup> idle = new ArrayList<>();

    /** Groups can only come from the core. */
    private void collect(final IommuAttachHandle handle) {
        final CoreBench bench = new CoreBench();
        final GroupCollector handler = new GroupCollector();
        final IommuDevice dev = bench.faultingDevice("dev");
        final TestDomain domain = bench.domain("domain", DomainType.PAGING);
        domain.setIopfHandler(handler);
        IommuGroup.of(dev).attach(domain, handle);
        for (int i = 0; i < GROUPS / 2; i++) {
            bench.core.reportDeviceFault(dev, CoreBench.last(i));
        }
        handler.groups.forEach(group -> idle.add((PendingGroup) group));
    }

    @Test
    void shouldKeepOrderWhateverIsTakenFromIt() {
        collect(one);
        collect(other);
        final Random random = new Random(7);
        for (int step = 0; step < STEPS; step++) {
            takeStep(random);
            assertEquals(expected.size(), unread.size());
            assertEquals(expected.isEmpty(), unread.isEmpty());
        }
        while (!expected.isEmpty()) {
            assertEquals(expected.removeFirst(), unread.removeFirst());
        }
        assertNull(unread.removeFirst());
    }

    private void takeStep(final Random random) {
        switch (random.nextInt(10)) {
            case 0, 1, 2, 3, 4 -> {
                if (!idle.isEmpty()) {
                    final PendingGroup group = idle.remove(random.nextInt(idle.size()));
                    assertFalse(unread.contains(group));
                    unread.addLast(group);
                    expected.addLast(group);
                }
            }
            case 5, 6 -> {
                assertEquals(expected.peekFirst(), removeFirst());
                expected.pollFirst();
            }
            case 7 -> {
                final PendingGroup group = unread.removeFirst();
                if (group != null) {
                    unread.addFirst(group);
                }
            }
            case 8 -> {
                if (!expected.isEmpty()) {
                    final List<PendingGroup> all = new ArrayList<>(expected);
                    final PendingGroup group = all.get(random.nextInt(all.size()));
                    assertTrue(unread.contains(group));
                    unread.remove(group);
                    expected.remove(group);
                    idle.add(group);
                }
            }
            default -> {
                if (random.nextInt(20) == 0) {
                    removeAll(random.nextBoolean() ? one : other);
                }
            }
        }
    }

    private PendingGroup removeFirst() {
        final PendingGroup group = unread.removeFirst();
        if (group != null) {
            idle.add(group);
        }
        return group;
    }

    private void removeAll(final IommuAttachHandle handle) {
        final List<PendingGroup> its = new ArrayList<>(expected);
        its.removeIf(group -> group.attachHandle() != handle);
        Collections.reverse(its);
        assertEquals(its, List.copyOf(unread.removeAll(handle)));
        expected.removeAll(its);
        idle.addAll(its);
    }
}
