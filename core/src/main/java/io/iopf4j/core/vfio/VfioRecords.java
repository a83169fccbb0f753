// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.vfio;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.uapi.IommuFault5x;
import io.iopf4j.api.uapi.IommuPageResponse5x;
import io.iopf4j.api.uapi.PageResponseMsg2017;
import io.iopf4j.api.uapi.PageResponseMsg2018;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What the entries of the two rings are in each generation. */
enum VfioRecords {
    /** The fault has the type of its response in the room that a page request leaves. */
    SERIES_2017(PageResponseMsg2017.BYTES) {
        @Override
        void encodeFault(final ByteBuffer buffer, final int at, final IommuFault fault) {
            super.encodeFault(buffer, at, fault);
            INTS.set(buffer, at + RESPONSE_TYPE, fault.responseType());
        }

        @Override
        int decodeFault(final ByteBuffer buffer, final int at, final IommuFault into) {
            final int ret = super.decodeFault(buffer, at, into);
            if (ret == 0) {
                into.responseType((int) INTS.get(buffer, at + RESPONSE_TYPE));
            }
            return ret;
        }

        @Override
        void encodeResponse(final ByteBuffer buffer, final int at, final IommuPageResponse msg) {
            PageResponseMsg2017.encode(buffer, at, msg);
        }

        @Override
        void decodeResponse(final ByteBuffer buffer, final int at, final IommuPageResponse into) {
            PageResponseMsg2017.decode(buffer, at, into);
        }
    },

    /** No types any more, longer responses. */
    SERIES_2018(PageResponseMsg2018.BYTES) {
        @Override
        void encodeResponse(final ByteBuffer buffer, final int at, final IommuPageResponse msg) {
            PageResponseMsg2018.encode(buffer, at, msg);
        }

        @Override
        void decodeResponse(final ByteBuffer buffer, final int at, final IommuPageResponse into) {
            PageResponseMsg2018.decode(buffer, at, into);
        }
    },

    /** As Eric Auger's series has them. */
    LINUX_5_X(IommuPageResponse5x.BYTES) {
        @Override
        void encodeResponse(final ByteBuffer buffer, final int at, final IommuPageResponse msg) {
            IommuPageResponse5x.encode(buffer, at, msg);
        }

        @Override
        void decodeResponse(final ByteBuffer buffer, final int at, final IommuPageResponse into) {
            IommuPageResponse5x.decodeUnchecked(buffer, at, into);
        }
    };

    private static final VarHandle INTS =
            MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    /** First byte after {@code struct iommu_fault_page_request}. */
    private static final int RESPONSE_TYPE = 48;

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

    /** Whether a fault says which type of response it wants, and an answer which it is. */
    boolean haveResponseTypes() {
        return this == SERIES_2017;
    }

    int responseBytes() {
        return responseBytes;
    }

    /** Writes the whole entry. */
    void encodeFault(final ByteBuffer buffer, final int at, final IommuFault fault) {
        IommuFault5x.encode(buffer, at, fault);
    }

    /** 0, or -EINVAL for a fault of a kind that user space does not know. */
    int decodeFault(final ByteBuffer buffer, final int at, final IommuFault into) {
        return IommuFault5x.decode(buffer, at, into);
    }

    abstract void encodeResponse(ByteBuffer buffer, int at, IommuPageResponse msg);

    /** Takes whatever a guest wrote: the core looks at it. */
    abstract void decodeResponse(ByteBuffer buffer, int at, IommuPageResponse into);
}
