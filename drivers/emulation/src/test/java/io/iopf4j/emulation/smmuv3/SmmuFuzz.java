// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.emulation.FuzzInput;
import io.iopf4j.emulation.FuzzTarget;

/**
 * What is fuzzed, each from an array of bytes: nothing thrown, and a number that is the same for
 * the same bytes.
 */
public enum SmmuFuzz implements FuzzTarget {
    /** Contents of the command queue, over stalled accesses and page requests. */
    COMMANDS {
        @Override
        void start(final FuzzSteps steps) {
            steps.busy();
        }

        @Override
        void step(final FuzzSteps steps, final int kind) {
            switch (kind & 7) {
                case 0 -> steps.rawCommand();
                case 1, 2 -> steps.command();
                case 3, 4, 5 -> steps.device();
                case 6 -> steps.software();
                default -> steps.entry();
            }
        }
    },

    /** Stream table entries, contexts and tables of both stages. */
    TABLES {
        @Override
        void step(final FuzzSteps steps, final int kind) {
            switch (kind & 7) {
                case 0, 1 -> steps.entry();
                case 2 -> steps.fill();
                case 3 -> steps.command();
                case 4 -> steps.software();
                default -> steps.device();
            }
        }
    },

    /** Registers. */
    REGISTERS {
        @Override
        void step(final FuzzSteps steps, final int kind) {
            switch (kind & 7) {
                case 0, 1 -> steps.register();
                case 2 -> steps.rawRegister();
                case 3 -> steps.software();
                case 4 -> steps.command();
                case 5 -> steps.entry();
                default -> steps.device();
            }
        }
    };

    private static final int STEPS_MAX = 500;

    void start(final FuzzSteps steps) {}

    abstract void step(FuzzSteps steps, int kind);

    @Override
    public long run(final byte[] bytes) {
        final FuzzInput in = new FuzzInput(bytes);
        final FuzzBench bench = new FuzzBench(in);
        final FuzzSteps steps = new FuzzSteps(in, bench);
        start(steps);
        for (int left = STEPS_MAX; left > 0 && in.hasMore(); left--) {
            step(steps, in.u8());
        }
        return bench.end();
    }
}
