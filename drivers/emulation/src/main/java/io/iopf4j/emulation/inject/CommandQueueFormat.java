// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.inject;

import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.QueueIndex;
import io.iopf4j.api.smmuv3.SmmuRegisters;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.VtdRegisters;

/** Where the commands of a model lie, and which bits say what they are. */
enum CommandQueueFormat {
    /** CMDQ_PROD and CMDQ_BASE. IHI 0070, 6.3.26 and 6.3.27. */
    SMMUV3(SmmuRegisters.CMDQ_PROD, SmmuRegisters.CMDQ_BASE, 0xff) {
        @Override
        boolean isSame(final int one, final int other, final long base) {
            return QueueIndex.isEmpty(one, other, log2Size(base));
        }

        @Override
        int after(final int at, final long base) {
            return QueueIndex.advance(at, 1, log2Size(base));
        }

        @Override
        long address(final int at, final long base) {
            return (base & SmmuRegisters.QUEUE_BASE_ADDR_MASK)
                    + (long) QueueIndex.index(at, log2Size(base)) * Commands.BYTES;
        }

        private static int log2Size(final long base) {
            return (int) base & SmmuRegisters.QUEUE_BASE_LOG2SIZE_MASK;
        }
    },

    /** IQT and IQA. VT-d 4.1, 11.4.9.2 and 11.4.9.3. */
    VTD(VtdRegisters.IQT, VtdRegisters.IQA, Invalidation.TYPE_MASK) {
        @Override
        boolean isSame(final int one, final int other, final long base) {
            return one == other;
        }

        @Override
        int after(final int at, final long base) {
            return (at + ((base & VtdRegisters.IQA_DW) != 0 ? WIDE_BYTES : NARROW_BYTES))
                    & (sizeBytes(base) - 1);
        }

        @Override
        long address(final int at, final long base) {
            return (base & PAGE_MASK) + at;
        }

        private static int sizeBytes(final long base) {
            return PAGE_BYTES << (base & VtdRegisters.QUEUE_SIZE_MASK);
        }
    };

    private static final int NARROW_BYTES = 16;
    private static final int WIDE_BYTES = 32;
    private static final int PAGE_BYTES = 4096;
    private static final long PAGE_MASK = -(long) PAGE_BYTES;

    private final long tailRegister;
    private final long baseRegister;
    private final long operation;

    CommandQueueFormat(final long tailRegister, final long baseRegister, final long operation) {
        this.tailRegister = tailRegister;
        this.baseRegister = baseRegister;
        this.operation = operation;
    }

    long tailRegister() {
        return tailRegister;
    }

    long baseRegister() {
        return baseRegister;
    }

    /** Bits of a command's first 64 that say what it is; none set is no command. */
    long operation() {
        return operation;
    }

    abstract boolean isSame(int one, int other, long base);

    abstract int after(int at, long base);

    abstract long address(int at, long base);
}
