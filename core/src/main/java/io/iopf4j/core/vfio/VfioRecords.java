// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.vfio;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.PageResponseType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The entries of the two rings in each generation, little-endian: {@code struct iommu_fault} and
 * {@code struct iommu_page_response}, {@code include/uapi/linux/iommu.h} of Linux 6.1, and {@code
 * struct page_response_msg} of the 2017 and 2018 series. Encodes and decodes in place.
 */
enum VfioRecords {
    /** {@link VfioResponseRegion} has the drawing. */
    SERIES_2017(24) {
        private static final int BITS = 12;
        private static final int TYPE = 16;
        private static final int PRIVATE = 20;
        private static final int CODE_MASK = 0xf;
        private static final int PASID_PRESENT = 1 << 4;
        private static final int GRPID_SHIFT = 5;
        private static final int GRPID_MASK = 0xffff;

        @Override
        void encodeFault(final ByteBuffer buffer, final int at, final IommuFault fault) {
            super.encodeFault(buffer, at, fault);
            INTS.set(buffer, at + WORD, fault.responseType());
        }

        @Override
        void decodeFault(final ByteBuffer buffer, final int at, final IommuFault into) {
            super.decodeFault(buffer, at, into);
            into.responseType((int) INTS.get(buffer, at + WORD));
        }

        @Override
        void encodeResponse(final ByteBuffer buffer, final int at, final IommuPageResponse msg) {
            LONGS.set(buffer, at, msg.addr());
            INTS.set(buffer, at + 8, msg.pasid());
            final int bits = (msg.code() & CODE_MASK) | ((msg.grpid() & GRPID_MASK) << GRPID_SHIFT);
            INTS.set(buffer, at + BITS, msg.hasPasid() ? bits | PASID_PRESENT : bits);
            INTS.set(buffer, at + TYPE, msg.type());
            INTS.set(buffer, at + PRIVATE, (int) msg.privateData());
        }

        @Override
        void decodeResponse(final ByteBuffer buffer, final int at, final IommuPageResponse into) {
            final int bits = (int) INTS.get(buffer, at + BITS);
            into
                    .set(
                            (int) INTS.get(buffer, at + 8),
                            (bits >>> GRPID_SHIFT) & GRPID_MASK,
                            bits & CODE_MASK)
                    .flags((bits & PASID_PRESENT) != 0 ? IommuPageResponse.FLAG_PASID_VALID : 0)
                    .stream((int) INTS.get(buffer, at + TYPE), (long) LONGS.get(buffer, at))
                    .privateData((int) INTS.get(buffer, at + PRIVATE) & 0xffff_ffffL);
        }
    },

    /** {@link VfioResponseRegion} has the drawing. */
    SERIES_2018(32) {
        @Override
        void encodeResponse(final ByteBuffer buffer, final int at, final IommuPageResponse msg) {
            LONGS.set(buffer, at, msg.addr());
            INTS.set(buffer, at + 8, msg.pasid());
            INTS.set(buffer, at + 12, msg.code());
            INTS.set(buffer, at + 16, msg.hasPasid() ? 1 : 0);
            INTS.set(buffer, at + 20, msg.grpid());
            LONGS.set(buffer, at + 24, msg.privateData());
        }

        @Override
        void decodeResponse(final ByteBuffer buffer, final int at, final IommuPageResponse into) {
            final boolean hasPasid = ((int) INTS.get(buffer, at + 16) & 1) != 0;
            into
                    .set(
                            (int) INTS.get(buffer, at + 8),
                            (int) INTS.get(buffer, at + 20),
                            (int) INTS.get(buffer, at + 12))
                    .flags(hasPasid ? IommuPageResponse.FLAG_PASID_VALID : 0)
                    .stream(PageResponseType.GROUP, (long) LONGS.get(buffer, at))
                    .privateData((long) LONGS.get(buffer, at + 24));
        }
    },

    /** {@link VfioResponseRegion} has the drawing. */
    LINUX_5_X(24) {
        @Override
        void encodeResponse(final ByteBuffer buffer, final int at, final IommuPageResponse msg) {
            INTS.set(buffer, at, responseBytes());
            INTS.set(buffer, at + 4, msg.version());
            INTS.set(buffer, at + 8, msg.flags());
            INTS.set(buffer, at + 12, msg.pasid());
            INTS.set(buffer, at + 16, msg.grpid());
            INTS.set(buffer, at + 20, msg.code());
        }

        @Override
        void decodeResponse(final ByteBuffer buffer, final int at, final IommuPageResponse into) {
            into.set(
                            (int) INTS.get(buffer, at + 12),
                            (int) INTS.get(buffer, at + 16),
                            (int) INTS.get(buffer, at + 20))
                    .version((int) INTS.get(buffer, at + 4))
                    .flags((int) INTS.get(buffer, at + 8));
        }
    };

    /** Bytes of a fault's entry. */
    static final int FAULT_BYTES = 64;

    private static final VarHandle INTS =
            MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS =
            MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int WORD = 4;

    private final int responseBytes;

    VfioRecords(final int responseBytes) {
        this.responseBytes = responseBytes;
    }

    /** The records of a generation; 6.12 has none. */
    static VfioRecords of(final FaultGeneration generation) {
        return switch (generation) {
            case SERIES_2017 -> SERIES_2017;
            case SERIES_2018 -> SERIES_2018;
            case LINUX_5_X -> LINUX_5_X;
            case LINUX_6_12 ->
                    throw new IllegalArgumentException(
                            "faults reach a virtual machine through iommufd: generation="
                                    + generation);
        };
    }

    int responseBytes() {
        return responseBytes;
    }

    /** Writes the whole entry. */
    void encodeFault(final ByteBuffer buffer, final int at, final IommuFault fault) {
        INTS.set(buffer, at, fault.type());
        INTS.set(buffer, at + WORD, 0);
        if (fault.type() == IommuFault.TYPE_DMA_UNRECOV) {
            INTS.set(buffer, at + 8, fault.reason());
            INTS.set(buffer, at + 12, fault.flags());
            INTS.set(buffer, at + 16, fault.pasid());
            INTS.set(buffer, at + 20, fault.perm());
            LONGS.set(buffer, at + 24, fault.addr());
            LONGS.set(buffer, at + 32, fault.fetchAddr());
            LONGS.set(buffer, at + 40, 0L);
        } else {
            INTS.set(buffer, at + 8, fault.flags());
            INTS.set(buffer, at + 12, fault.pasid());
            INTS.set(buffer, at + 16, fault.grpid());
            INTS.set(buffer, at + 20, fault.perm());
            LONGS.set(buffer, at + 24, fault.addr());
            LONGS.set(buffer, at + 32, fault.privateData0());
            LONGS.set(buffer, at + 40, fault.privateData1());
        }
        LONGS.set(buffer, at + 48, 0L);
        LONGS.set(buffer, at + 56, 0L);
    }

    void decodeFault(final ByteBuffer buffer, final int at, final IommuFault into) {
        final int type = (int) INTS.get(buffer, at);
        if (type == IommuFault.TYPE_DMA_UNRECOV) {
            into.unrecoverable(
                    (int) INTS.get(buffer, at + 8),
                    (int) INTS.get(buffer, at + 12),
                    (int) INTS.get(buffer, at + 16),
                    (int) INTS.get(buffer, at + 20),
                    (long) LONGS.get(buffer, at + 24),
                    (long) LONGS.get(buffer, at + 32));
        } else {
            into.pageRequest(
                            (int) INTS.get(buffer, at + 8),
                            (int) INTS.get(buffer, at + 12),
                            (int) INTS.get(buffer, at + 16),
                            (int) INTS.get(buffer, at + 20),
                            (long) LONGS.get(buffer, at + 24))
                    .privateData(
                            (long) LONGS.get(buffer, at + 32), (long) LONGS.get(buffer, at + 40))
                    .type(type);
        }
    }

    abstract void encodeResponse(ByteBuffer buffer, int at, IommuPageResponse msg);

    abstract void decodeResponse(ByteBuffer buffer, int at, IommuPageResponse into);
}
