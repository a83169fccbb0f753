// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.util.SplittableRandom;

/** Damages bytes by chance; the same seed does the same damage. */
final class Damage {
    private Damage() {}

    static void spread(final byte[] bytes, final long seed, final int changes) {
        final SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < changes; i++) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
        }
    }
}
