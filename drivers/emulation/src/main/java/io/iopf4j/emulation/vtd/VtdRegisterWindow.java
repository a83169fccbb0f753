// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.vtd.VtdCapabilities;
import io.iopf4j.api.vtd.VtdRegisters;

/**
 * The register window: which offset is which register, and which access reaches it. VT-d
 * specification, 11.4. An aligned access of 32 bits reaches every register of 32 bits and each half
 * of one of 64 bits, an aligned access of 64 bits one of 64 bits or two of 32. An offset that is no
 * register reads as zero and ignores writes. A command in a register of 64 bits acts on the store
 * that covers the upper half.
 */
final class VtdRegisterWindow implements Mmio {
    private static final int NOT_WIDE = -1;
    private static final int EVENT_BYTES = 16;
    private static final int HALF = 4;
    private static final long LOW_HALF = 0xffff_ffffL;
    private static final int FIRST_PAGE_REQUEST_REGISTER = VtdRegisters.PQH;
    private static final int LAST_PAGE_REQUEST_REGISTER = VtdRegisters.PEUADDR;

    private final Vtd vtd;
    private final VtdConfig config;
    private final int sizeBytes;
    private final int iva;
    private final int firstRecord;
    private final int endOfRecords;
    private final boolean hasPageRequests;
    private final boolean hasQueue;

    /** Of each 32 bits of the window {@link #findWide} of it: stores need not go past all rules. */
    private final short[] wides;

    VtdRegisterWindow(final Vtd vtd, final VtdConfig config) {
        this.vtd = vtd;
        this.config = config;
        final VtdCapabilities capabilities = config.capabilities();
        sizeBytes = capabilities.windowBytes();
        iva = capabilities.iotlbOffset();
        firstRecord = capabilities.faultRecordsOffset();
        endOfRecords = firstRecord + VtdRegisters.FRCD_BYTES * capabilities.faultRecords();
        hasPageRequests = capabilities.hasEcap(VtdCapabilities.PRS);
        hasQueue = capabilities.hasEcap(VtdCapabilities.QI);
        wides = new short[sizeBytes / Integer.BYTES];
        for (int i = 0; i < wides.length; i++) {
            wides[i] = (short) findWide(i * Integer.BYTES);
        }
    }

    @Override
    public long sizeBytes() {
        return sizeBytes;
    }

    // ---- Accesses -------------------------------------------------------------------------------

    @Override
    public int readl(final long offset) {
        final int at = check(offset, Integer.BYTES);
        if (at % Integer.BYTES != 0) {
            return 0;
        }
        final int wide = wideAt(at);
        return wide == NOT_WIDE
                ? readNarrow(at)
                : (int) (readWide(wide) >>> ((at - wide) * Byte.SIZE));
    }

    @Override
    public void writel(final int value, final long offset) {
        final int at = check(offset, Integer.BYTES);
        if (at % Integer.BYTES != 0) {
            return;
        }
        final int wide = wideAt(at);
        if (wide == NOT_WIDE) {
            writeNarrow(at, value);
        } else {
            final int shift = (at - wide) * Byte.SIZE;
            writeWide(wide, Integer.toUnsignedLong(value) << shift, LOW_HALF << shift);
        }
    }

    @Override
    public long readq(final long offset) {
        final int at = check(offset, Long.BYTES);
        if (at % Long.BYTES != 0) {
            return 0;
        }
        return wideAt(at) == at
                ? readWide(at)
                : Integer.toUnsignedLong(readNarrow(at))
                        | (long) readNarrow(at + HALF) << Integer.SIZE;
    }

    @Override
    public void writeq(final long value, final long offset) {
        final int at = check(offset, Long.BYTES);
        if (at % Long.BYTES != 0) {
            return;
        }
        if (wideAt(at) == at) {
            writeWide(at, value, -1);
        } else {
            writeNarrow(at, (int) value);
            writeNarrow(at + HALF, (int) (value >>> Integer.SIZE));
        }
    }

    private int check(final long offset, final int bytes) {
        if (offset < 0 || offset > sizeBytes - bytes) {
            throw new IndexOutOfBoundsException(
                    "no " + bytes + "-byte access at offset=0x" + Long.toHexString(offset));
        }
        return (int) offset;
    }

    // ---- What is where --------------------------------------------------------------------------

    /** The register of 64 bits that an offset lies in, or {@link #NOT_WIDE}. */
    private int wideAt(final int at) {
        return wides[at / Integer.BYTES];
    }

    private int findWide(final int at) {
        final int wide = at & -Long.BYTES;
        if (isIotlb(wide) || isRecord(wide)) {
            return wide;
        }
        return switch (wide) {
            case VtdRegisters.CAP,
                    VtdRegisters.ECAP,
                    VtdRegisters.RTADDR,
                    VtdRegisters.CCMD,
                    VtdRegisters.PHMBASE,
                    VtdRegisters.PHMLIMIT,
                    VtdRegisters.IQH,
                    VtdRegisters.IQT,
                    VtdRegisters.IQA,
                    VtdRegisters.IQERCD,
                    VtdRegisters.IRTA,
                    VtdRegisters.PQH,
                    VtdRegisters.PQT,
                    VtdRegisters.PQA ->
                    wide;
            default -> NOT_WIDE;
        };
    }

    private boolean isIotlb(final int at) {
        return at == iva || at == iva + VtdRegisters.IOTLB_OFFSET;
    }

    private boolean isRecord(final int at) {
        return at >= firstRecord && at < endOfRecords;
    }

    private boolean isMissing(final int at) {
        if (at >= FIRST_PAGE_REQUEST_REGISTER && at <= LAST_PAGE_REQUEST_REGISTER) {
            return !hasPageRequests;
        }
        return !hasQueue && at >= VtdRegisters.IQH && at < VtdRegisters.IQERCD + Long.BYTES;
    }

    /** The event whose registers an offset is one of, or null. */
    private EventInterrupt eventAt(final int at) {
        return switch (at & -HALF) {
            case VtdRegisters.FECTL,
                    VtdRegisters.FEDATA,
                    VtdRegisters.FEADDR,
                    VtdRegisters.FEUADDR ->
                    vtd.faultEvent();
            case VtdRegisters.IECTL,
                    VtdRegisters.IEDATA,
                    VtdRegisters.IEADDR,
                    VtdRegisters.IEUADDR ->
                    vtd.invalidationEvent();
            case VtdRegisters.PECTL,
                    VtdRegisters.PEDATA,
                    VtdRegisters.PEADDR,
                    VtdRegisters.PEUADDR ->
                    vtd.pageRequestEvent();
            default -> null;
        };
    }

    /** Control registers lie 8 bytes beyond a multiple of 16, or at one. */
    private static int fromControl(final int at) {
        final int start = at < VtdRegisters.IECTL ? VtdRegisters.FECTL : 0;
        return (at - start) % EVENT_BYTES;
    }

    // ---- Registers of 32 bits -------------------------------------------------------------------

    private int readNarrow(final int at) {
        if (isMissing(at)) {
            return 0;
        }
        final EventInterrupt event = eventAt(at);
        if (event != null) {
            return event.read(fromControl(at));
        }
        return switch (at) {
            case VtdRegisters.VER -> config.version();
            case VtdRegisters.GSTS -> vtd.global().status();
            case VtdRegisters.FSTS -> vtd.faultStatus().value();
            case VtdRegisters.PMEN, VtdRegisters.PLMBASE, VtdRegisters.PLMLIMIT ->
                    vtd.protectedMemory().read(at);
            case VtdRegisters.ICS -> vtd.queue().completionStatus();
            case VtdRegisters.PRS -> vtd.requestQueue().status();
            default -> 0;
        };
    }

    private void writeNarrow(final int at, final int value) {
        if (isMissing(at)) {
            return;
        }
        final EventInterrupt event = eventAt(at);
        if (event != null) {
            event.write(fromControl(at), value);
            return;
        }
        switch (at) {
            case VtdRegisters.GCMD -> vtd.command(value);
            case VtdRegisters.FSTS -> vtd.clearFaultStatus(value);
            case VtdRegisters.PMEN, VtdRegisters.PLMBASE, VtdRegisters.PLMLIMIT ->
                    vtd.protectedMemory().write(at, value);
            case VtdRegisters.ICS -> vtd.queue().clearCompletion(value);
            case VtdRegisters.PRS -> vtd.clearRequestStatus(value);
            default -> {}
        }
    }

    // ---- Registers of 64 bits -------------------------------------------------------------------

    private long readWide(final int at) {
        // What each page request and each invalidation looks at goes first.
        return switch (at) {
            case VtdRegisters.PQH -> hasPageRequests ? vtd.requestQueue().head() : 0;
            case VtdRegisters.PQT -> hasPageRequests ? vtd.requestQueue().tail() : 0;
            case VtdRegisters.IQT -> hasQueue ? vtd.queue().tail() : 0;
            default -> readOtherWide(at);
        };
    }

    private long readOtherWide(final int at) {
        if (isIotlb(at)) {
            return at == iva ? 0 : vtd.registerInvalidation().iotlb();
        }
        if (isRecord(at)) {
            final int from = at - firstRecord;
            return vtd.faults()
                    .read(
                            from / VtdRegisters.FRCD_BYTES,
                            from % VtdRegisters.FRCD_BYTES / Long.BYTES);
        }
        if (isMissing(at)) {
            return 0;
        }
        return switch (at) {
            case VtdRegisters.CAP -> config.capabilities().cap();
            case VtdRegisters.ECAP -> config.capabilities().ecap();
            case VtdRegisters.RTADDR -> vtd.global().rootTable();
            case VtdRegisters.CCMD -> vtd.registerInvalidation().context();
            case VtdRegisters.PHMBASE, VtdRegisters.PHMLIMIT -> vtd.protectedMemory().readWide(at);
            case VtdRegisters.IQH -> vtd.queue().head();
            case VtdRegisters.IQA -> vtd.queue().address();
            case VtdRegisters.IQERCD -> vtd.queue().errorRecord();
            case VtdRegisters.IRTA -> vtd.global().interruptTable();
            case VtdRegisters.PQA -> vtd.requestQueue().address();
            default -> throw new AssertionError("not a 64-bit register: " + at);
        };
    }

    /** Stores what the mask covers. */
    private void writeWide(final int at, final long value, final long mask) {
        // The doorbells of invalidations and page requests go first, as they do in reading.
        if (at == VtdRegisters.IQT || at == VtdRegisters.PQH) {
            if (!isMissing(at)) {
                writePlain(at, (readWide(at) & ~mask) | (value & mask));
            }
        } else {
            writeOtherWide(at, value, mask);
        }
    }

    private void writeOtherWide(final int at, final long value, final long mask) {
        if (isIotlb(at)) {
            if (at == iva) {
                vtd.registerInvalidation().setAddress(value, mask);
            } else {
                vtd.registerInvalidation().setIotlb(value, mask);
            }
        } else if (isRecord(at)) {
            final int from = at - firstRecord;
            if (from % VtdRegisters.FRCD_BYTES != 0) {
                vtd.faults().write(from / VtdRegisters.FRCD_BYTES, value & mask);
            }
        } else if (at == VtdRegisters.CCMD) {
            vtd.registerInvalidation().setContext(value, mask);
        } else if (!isMissing(at)) {
            writePlain(at, (readWide(at) & ~mask) | (value & mask));
        }
    }

    private void writePlain(final int at, final long value) {
        switch (at) {
            case VtdRegisters.RTADDR -> vtd.global().setRootTable(value);
            case VtdRegisters.PHMBASE, VtdRegisters.PHMLIMIT ->
                    vtd.protectedMemory().writeWide(at, value);
            case VtdRegisters.IQT -> vtd.setInvalidationTail(value);
            case VtdRegisters.IQA -> vtd.queue().setAddress(value);
            case VtdRegisters.IRTA -> vtd.global().setInterruptTable(value);
            case VtdRegisters.PQH -> vtd.requestQueue().setHead(value);
            case VtdRegisters.PQT -> vtd.requestQueue().setTail(value);
            case VtdRegisters.PQA -> vtd.requestQueue().setAddress(value);
            default -> {}
        }
    }
}
