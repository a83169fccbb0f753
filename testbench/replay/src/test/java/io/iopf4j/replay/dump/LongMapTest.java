// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.dump;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LongMapTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 192, 1L << 32, 1L << 48, Long.MIN_VALUE})
    void shouldDoAsAMapOfBoxedKeys(final long stride) {
        final LongMap<String> map = new LongMap<>();
        final Map<Long, String> model = new HashMap<>();
        final SplittableRandom random = new SplittableRandom(stride);
        for (int i = 0; i < 20_000; i++) {
            final long key = stride * random.nextInt(-100, 100);
            switch (random.nextInt(3)) {
                case 0 -> assertEquals(model.put(key, "v" + i), map.put(key, "v" + i));
                case 1 -> assertEquals(model.remove(key), map.remove(key));
                default -> assertEquals(model.get(key), map.get(key));
            }
        }
        final Map<Long, String> all = new HashMap<>();
        map.forEach(all::put);
        assertEquals(model, all);
    }
}
