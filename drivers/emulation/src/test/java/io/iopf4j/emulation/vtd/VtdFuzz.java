// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.emulation.FuzzInput;
import io.iopf4j.emulation.FuzzTarget;

/** What is fuzzed of VT-d, each from an array of bytes: see {@link VtdFuzzSteps}. */
public enum VtdFuzz implements FuzzTarget {
    /** Contents of the invalidation queue. */
    QUEUE {
        @Override
        void step(final VtdFuzzSteps steps, final int kind) {
            switch (kind & 7) {
                case 0, 1, 2 -> steps.descriptor();
                case 3 -> steps.rawDescriptor();
                case 4, 5 -> steps.recover();
                default -> steps.device();
            }
        }
    },

    /** Root, context, PASID and paging tables. */
    TABLES {
        @Override
        void step(final VtdFuzzSteps steps, final int kind) {
            switch (kind & 7) {
                case 0, 1, 2 -> steps.table();
                case 3 -> steps.rawTable();
                case 4 -> steps.descriptor();
                default -> steps.device();
            }
        }
    },

    /** Sequences of page requests, and what software does about them. */
    REQUESTS {
        @Override
        void step(final VtdFuzzSteps steps, final int kind) {
            switch (kind & 7) {
                case 0, 1, 2, 3 -> steps.pageRequest();
                case 4, 5 -> steps.consume();
                case 6 -> steps.descriptor();
                default -> steps.recover();
            }
        }
    },

    /** Registers. */
    REGISTERS {
        @Override
        void step(final VtdFuzzSteps steps, final int kind) {
            switch (kind & 3) {
                case 0, 1 -> steps.register();
                case 2 -> steps.device();
                default -> steps.descriptor();
            }
        }
    };

    private static final int STEPS_MAX = 500;

    abstract void step(VtdFuzzSteps steps, int kind);

    @Override
    public long run(final byte[] bytes) {
        final FuzzInput in = new FuzzInput(bytes);
        final VtdFuzzSteps steps = new VtdFuzzSteps(in);
        for (int left = STEPS_MAX; left > 0 && in.hasMore(); left--) {
            step(steps, in.u8());
        }
        return steps.end();
    }
}
