// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.hw.Mmio;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.AtsCompletion;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.PcieBus;
import io.iopf4j.emulation.PcieIommu;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.Requester;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A plain requester that issues what its registers say: a client's hand on the bus. It latches all
 * its registers at {@link #GO}. Several requesters may be used in turn; it has no translation
 * cache, so that invalidations of one are done at once.
 *
 * <p>8-byte accesses are two of 4 bytes, but for {@link #ENDED} and {@link #RESPONSE}: one 8-byte
 * load takes an entry out, a 4-byte load shows half of the oldest and leaves it. A go that asks for
 * nothing sensible (no such number, a DMA access that is not exactly one of read and write, a stop
 * marker without PASID) issues nothing and takes no id.
 */
public final class EndpointBlock implements Mmio, PcieBus {
    /** Bytes of the window; what is no register in it reads as zero and ignores stores. */
    public static final int WINDOW_BYTES = 0x1000;

    /** StreamID, or bus/device/function. */
    public static final int REQUESTER = 0x00;

    /** Bits 19:0 PASID, bit 31 valid. */
    public static final int PASID = 0x04;

    /** Address, 64 bits. */
    public static final int ADDRESS = 0x08;

    /** Bits 0 read, 1 write, 2 execute, 3 privileged. */
    public static final int ACCESS = 0x10;

    /** Bits 8:0 group index, bit 16 last. */
    public static final int PAGE_REQUEST = 0x14;

    /** Write only: a {@code GO_} value. */
    public static final int GO = 0x18;

    /** Read only: the id that the last go took, counting from 1. */
    public static final int ID = 0x1c;

    /** Read only: accesses that have not ended. */
    public static final int OUTSTANDING = 0x20;

    /** Read only, 64 bits: takes out an ended access. Bit 63 valid, 39:32 how, 31:0 id. */
    public static final int ENDED = 0x28;

    /**
     * Read only, 64 bits: takes out a response of either kind. Bit 63 valid, 62 PASID valid, 51:32
     * PASID, 15:12 code, 8:0 group index.
     */
    public static final int RESPONSE = 0x30;

    /** 64 bits: what a write stores, what the last read that ended returned. */
    public static final int DATA = 0x38;

    /**
     * Read only, 64 bits: how the last translation request completed. Bit 63 there was one, 15:8
     * log2 of the span in bytes, 7:4 what is allowed as in {@link #ACCESS}, 1:0 status: 0 success,
     * 1 unsupported request, 2 completer abort.
     */
    public static final int ATS_STATUS = 0x40;

    /** Read only, 64 bits: the translated address of the last translation request. */
    public static final int ATS_ADDRESS = 0x48;

    /** Bits 22:0 private data of a {@link #GO_STREAM_REQUEST}; no register where there is none. */
    public static final int PRIVATE_DATA = 0x50;

    /** A DMA access of 8 bytes. */
    public static final int GO_DMA = 1;

    /** A page request message. */
    public static final int GO_PAGE_REQUEST = 2;

    /** A stop marker for a PASID. */
    public static final int GO_STOP_MARKER = 3;

    /** A translation request. */
    public static final int GO_TRANSLATION_REQUEST = 4;

    /** A DMA access of 8 bytes whose address is translated. */
    public static final int GO_TRANSLATED_DMA = 5;

    /**
     * A DMA access of 8 bytes of a kind that the IOMMU does not support, see {@link OddRequests}.
     */
    public static final int GO_UNSUPPORTED_DMA = 6;

    /** A hint that the page will be needed, see {@link OddRequests}. */
    public static final int GO_PAGE_HINT = 7;

    /** A page request message that wants a response of its own, see {@link StreamRequests}. */
    public static final int GO_STREAM_REQUEST = 8;

    /** In {@link #ENDED}: it was done. */
    public static final int DONE = 1;

    /** In {@link #ENDED}: it was aborted. */
    public static final int ABORTED = 2;

    /** In {@link #ENDED}: it read zero, or what it wrote was ignored. */
    public static final int ZEROED = 3;

    /** Bit 63 of what is taken out. */
    public static final long VALID = 1L << 63;

    /** Bit 62 of a response: it has a PASID. */
    public static final long RESPONSE_PASID_VALID = 1L << 62;

    private static final int PASID_VALID = 1 << 31;
    private static final int PASID_MASK = 0xf_ffff;
    private static final int PERM_MASK = 0xf;
    private static final int GROUP_MASK = 0x1ff;
    private static final int LAST = 1 << 16;
    private static final int PRIVATE_MASK = 0x7f_ffff;
    private static final int READ_OR_WRITE = IommuFault.PERM_READ | IommuFault.PERM_WRITE;
    private static final int MOST_RESPONSES = 1 << 22;

    private final PhysicalMemory memory;
    private final PcieIommu iommu;
    private final OddRequests odd;
    private final StreamRequests streams;
    private final LongQueue ended = new LongQueue();
    private final LongQueue responses = new LongQueue();
    private final Set<Integer> requesters = new HashSet<>();
    private long lostResponses;
    private int requester;
    private int pasid;
    private long address;
    private int access;
    private int pageRequest;
    private int privateData;
    private long data;
    private int lastId;
    private int outstanding;
    private long atsStatus;
    private long atsAddress;

    /**
     * An endpoint block that has issued nothing.
     *
     * @param memory what accesses read and write
     * @param iommu what it sits behind; the block connects itself as its bus
     * @param odd takes what only some IOMMUs take, or null if this one does not: then such a go
     *     issues nothing
     * @param streams takes stream requests, or null if this one does not; likewise
     */
    public EndpointBlock(
            final PhysicalMemory memory,
            final PcieIommu iommu,
            final OddRequests odd,
            final StreamRequests streams) {
        this.memory = memory;
        this.iommu = iommu;
        this.odd = odd;
        this.streams = streams;
        iommu.connect(this);
    }

    /** What was lost, as a line for whoever ran it. */
    List<String> remarks() {
        return lostResponses == 0
                ? List.of()
                : List.of(
                        "endpoint block: "
                                + lostResponses
                                + " responses were lost, nobody took the "
                                + MOST_RESPONSES
                                + " before them");
    }

    // ---- Registers ------------------------------------------------------------------------------

    @Override
    public long sizeBytes() {
        return WINDOW_BYTES;
    }

    @Override
    public int readl(final long offset) {
        return (int) (register((int) offset & ~7) >>> (8 * (offset & 4)));
    }

    @Override
    public long readq(final long offset) {
        return switch ((int) offset) {
            case ENDED -> ended.poll();
            case RESPONSE -> responses.poll();
            default -> register((int) offset);
        };
    }

    /** Two registers of 4 bytes, or one of 8. */
    private long register(final int offset) {
        return switch (offset) {
            case REQUESTER -> pair(requester, pasid);
            case ADDRESS -> address;
            case ACCESS -> pair(access, pageRequest);
            case GO -> pair(0, lastId);
            case OUTSTANDING -> pair(outstanding, 0);
            case ENDED -> ended.peek();
            case RESPONSE -> responses.peek();
            case DATA -> data;
            case ATS_STATUS -> atsStatus;
            case ATS_ADDRESS -> atsAddress;
            case PRIVATE_DATA -> privateData;
            default -> 0;
        };
    }

    private static long pair(final int low, final int high) {
        return Integer.toUnsignedLong(low) | (long) high << 32;
    }

    @Override
    public void writel(final int value, final long offset) {
        switch ((int) offset) {
            case REQUESTER -> requester = value;
            case PASID -> pasid = value & (PASID_VALID | PASID_MASK);
            case ADDRESS -> address = pair(value, (int) (address >>> 32));
            case ADDRESS + 4 -> address = pair((int) address, value);
            case ACCESS -> access = value & PERM_MASK;
            case PAGE_REQUEST -> pageRequest = value & (LAST | GROUP_MASK);
            case GO -> go(value);
            case PRIVATE_DATA -> privateData = streams == null ? 0 : value & PRIVATE_MASK;
            case DATA -> data = pair(value, (int) (data >>> 32));
            case DATA + 4 -> data = pair((int) data, value);
            default -> {}
        }
    }

    @Override
    public void writeq(final long value, final long offset) {
        writel((int) value, offset);
        writel((int) (value >>> 32), offset + 4);
    }

    // ---- Requests -------------------------------------------------------------------------------

    private void go(final int what) {
        final int substream =
                (pasid & PASID_VALID) == 0 ? IommuModel.NO_SUBSTREAM : pasid & PASID_MASK;
        // Execute and privileged travel in the PASID prefix.
        final int perm = substream == IommuModel.NO_SUBSTREAM ? access & READ_OR_WRITE : access;
        switch (what) {
            case GO_DMA, GO_TRANSLATED_DMA -> dma(what, substream, perm);
            case GO_PAGE_REQUEST -> {
                issue();
                iommu.pageRequest(
                        requester,
                        substream,
                        address,
                        perm,
                        pageRequest & GROUP_MASK,
                        (pageRequest & LAST) != 0);
            }
            case GO_STOP_MARKER -> {
                if (substream != IommuModel.NO_SUBSTREAM) {
                    issue();
                    iommu.stopMarker(requester, substream);
                }
            }
            case GO_TRANSLATION_REQUEST -> {
                issue();
                complete(iommu.translationRequest(requester, substream, address, perm));
            }
            case GO_UNSUPPORTED_DMA -> {
                if (odd != null) {
                    dma(what, substream, perm);
                }
            }
            case GO_PAGE_HINT -> {
                if (odd != null) {
                    issue();
                    odd.pageHint(requester, substream, address, perm);
                }
            }
            case GO_STREAM_REQUEST -> {
                if (streams != null) {
                    issue();
                    streams.pageStreamRequest(
                            requester,
                            substream,
                            address,
                            perm,
                            pageRequest & GROUP_MASK,
                            (pageRequest & LAST) != 0,
                            privateData);
                }
            }
            default -> {}
        }
    }

    private void issue() {
        lastId++;
        requesters.add(requester);
    }

    private void dma(final int what, final int substream, final int perm) {
        final boolean isWrite = (perm & IommuFault.PERM_WRITE) != 0;
        if (isWrite == ((perm & IommuFault.PERM_READ) != 0)) {
            return;
        }
        issue();
        outstanding++;
        final Dma dma = new Dma(isWrite, data);
        // Nothing is fetched by writing.
        final int sent = isWrite ? perm & ~IommuFault.PERM_EXEC : perm;
        switch (what) {
            case GO_TRANSLATED_DMA ->
                    iommu.translatedAccess(dma, lastId, requester, substream, address, sent);
            case GO_UNSUPPORTED_DMA ->
                    odd.unsupportedAccess(dma, lastId, requester, substream, address, sent);
            default -> iommu.access(dma, lastId, requester, substream, address, sent);
        }
    }

    private void complete(final AtsCompletion completion) {
        atsAddress = completion.address();
        atsStatus =
                VALID
                        | (long) completion.log2Bytes() << 8
                        | (long) completion.perm() << 4
                        | switch (completion.status()) {
                            case SUCCESS -> 0;
                            case UNSUPPORTED_REQUEST -> 1;
                            case COMPLETER_ABORT -> 2;
                        };
    }

    @Override
    public void pageRequestResponse(
            final int streamId, final int substreamId, final int code, final int group) {
        if (!requesters.contains(streamId)) {
            return;
        }
        // Software may send responses that nobody asked for, without end.
        if (responses.size() == MOST_RESPONSES) {
            lostResponses++;
            return;
        }
        final int shown =
                code == PcieBus.SUCCESS || code == PcieBus.INVALID_REQUEST
                        ? code
                        : PcieBus.RESPONSE_FAILURE;
        final long ofPasid =
                substreamId == IommuModel.NO_SUBSTREAM
                        ? 0
                        : RESPONSE_PASID_VALID | (long) (substreamId & PASID_MASK) << 32;
        responses.add(VALID | ofPasid | (long) shown << 12 | (group & GROUP_MASK));
    }

    @Override
    public void pageStreamResponse(
            final int streamId,
            final int substreamId,
            final int code,
            final int group,
            final long address) {
        pageRequestResponse(streamId, substreamId, code, group);
    }

    /** An access of 8 bytes with what it latched. */
    private final class Dma implements Requester {
        private final boolean isWrite;
        private long value;
        private boolean isCutOff;

        Dma(final boolean isWrite, final long value) {
            this.isWrite = isWrite;
            this.value = value;
        }

        @Override
        public void reached(final int id, final long physical) {
            isCutOff = !memory.contains(physical, Long.BYTES);
            if (isCutOff) {
                return;
            }
            if (isWrite) {
                Words.store(memory, physical, Long.BYTES, value);
            } else {
                value = Words.load(memory, physical, Long.BYTES);
            }
        }

        @Override
        public void ended(final int id, final AccessResult result) {
            outstanding--;
            final int how =
                    switch (result) {
                        case DONE -> isCutOff ? ABORTED : DONE;
                        case ABORTED -> ABORTED;
                        case RAZ_WI -> ZEROED;
                    };
            if (!isWrite && how != ABORTED) {
                data = how == ZEROED ? 0 : value;
            }
            ended.add(VALID | (long) how << 32 | Integer.toUnsignedLong(id));
        }
    }
}
