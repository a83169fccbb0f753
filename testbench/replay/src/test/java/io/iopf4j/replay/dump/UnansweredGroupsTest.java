// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class UnansweredGroupsTest {
    private final UnansweredGroups groups = new UnansweredGroups();

    private static RecordedGroup group(final long number, final String device, final int grpid) {
        return new RecordedGroup(
                number, device, true, 7, grpid, 1, 0, number, PartialRequests.NONE);
    }

    @Test
    void shouldFindTheOldestAndTheNewestOfThoseThatAreAlike() {
        final List<RecordedGroup> model = new ArrayList<>();
        final SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 5_000; i++) {
            if (random.nextInt(5) < 3) {
                final RecordedGroup added = group(i, "dev" + random.nextInt(3), random.nextInt(50));
                groups.add(added);
                model.add(added);
            } else if (!model.isEmpty()) {
                groups.remove(model.remove(random.nextInt(model.size())));
            }
            final String device = "dev" + random.nextInt(3);
            final int grpid = random.nextInt(50);
            final List<RecordedGroup> alike =
                    model.stream().filter(group -> group.isSame(device, grpid, 7)).toList();
            assertSame(alike.isEmpty() ? null : alike.get(0), groups.oldest(device, grpid, 7));
            assertSame(
                    alike.isEmpty() ? null : alike.get(alike.size() - 1),
                    groups.newest(device, grpid, 7));
            assertEquals(model.size(), groups.size());
        }
    }

    @Test
    void shouldLeaveAloneWhatIsNotIn() {
        groups.add(group(0, "dev", 1));
        groups.remove(group(1, "dev", 1));
        assertEquals(1, groups.size());
        assertNull(groups.oldest(null, 1, 7));
    }

    /** Not every event names its device. */
    @Test
    void shouldTellGroupsWithoutADeviceFromOthers() {
        groups.add(group(0, "dev", 1));
        final RecordedGroup nameless = group(1, null, 1);
        groups.add(nameless);
        groups.add(group(2, "dev", 1));

        assertSame(nameless, groups.oldest(null, 1, 7));
        assertSame(nameless, groups.newest(null, 1, 7));
        assertEquals(2, groups.newest("dev", 1, 7).number());
    }
}
