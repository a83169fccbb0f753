// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.emulation.vtd.VtdConfig;

/**
 * A remapping unit behind a socket: the little of a driver that a test needs, by numbers out of the
 * VT-d specification alone. Queues have places of their own in memory; {@link #page} gives pages
 * beyond.
 */
final class VtdClient implements AutoCloseable {
    /** Register offsets of the specification, 11.4; the fault records' and IVA's by default. */
    static final int VER = 0x00;

    static final int CAP = 0x08;
    static final int ECAP = 0x10;
    static final int GCMD = 0x18;
    static final int GSTS = 0x1c;
    static final int RTADDR = 0x20;
    static final int CCMD = 0x28;
    static final int FSTS = 0x34;
    static final int FECTL = 0x38;
    static final int IQH = 0x80;
    static final int IQT = 0x88;
    static final int IQA = 0x90;
    static final int ICS = 0x9c;
    static final int IECTL = 0xa0;
    static final int IQERCD = 0xb0;
    static final int PQH = 0xc0;
    static final int PQT = 0xc8;
    static final int PQA = 0xd0;
    static final int PRS = 0xdc;
    static final int PECTL = 0xe0;
    static final int IVA = 0xf0;
    static final int IOTLB = 0xf8;
    static final int FRCD = 0x220;

    /** GCMD and GSTS. */
    static final int TE = 1 << 31;

    static final int SRTP = 1 << 30;
    static final int QIE = 1 << 26;

    /** RTADDR: how the tables are read. */
    static final long LEGACY = 0;

    static final long SCALABLE = 1 << 10;
    static final long ABORT = 3 << 10;

    /** RTADDR of revision 2: extended tables. */
    static final long EXTENDED = 1 << 11;

    /** FSTS. */
    static final int PFO = 1;

    static final int PPF = 1 << 1;
    static final int IQE = 1 << 4;

    /** PRS. */
    static final int PPR = 1;

    static final int PRO = 1 << 1;

    /** Event control. */
    static final int IM = 1 << 31;

    static final int IP = 1 << 30;

    static final int FAULT_IRQ = 0;
    static final int PRQ_IRQ = 1;
    static final int INVALIDATION_IRQ = 2;

    static final long ROOT = 0x10_0000;
    static final long QUEUE = 0x11_0000;
    static final long REQUESTS = 0x12_0000;
    static final long STATUS = 0x13_0000;
    static final long MESSAGES = 0x14_0000;
    static final int QUEUE_BYTES = 0x1000;

    final QtestClient client;
    final EndpointClient endpoint;
    final boolean isRevision2;
    private int descriptorBytes;
    private int tail;
    private int requestsLog2Pages;
    private long nextPage = 0x20_0000;

    /** A unit out of reset. */
    VtdClient(final VtdConfig config) {
        client = QtestClient.of(new VtdMachine(config));
        endpoint = new EndpointClient(client, VtdMachine.ENDPOINT_BASE);
        isRevision2 = config.isRevision2();
    }

    @Override
    public void close() {
        client.close();
    }

    // ---- Registers ------------------------------------------------------------------------------

    static long at(final int register) {
        return VtdMachine.REGISTERS_BASE + register;
    }

    int get(final int register) {
        return client.readl(at(register));
    }

    void set(final int register, final int value) {
        client.writel(at(register), value);
    }

    long get64(final int register) {
        return client.readq(at(register));
    }

    void set64(final int register, final long value) {
        client.writeq(at(register), value);
    }

    void assertRegister(final long expected, final int register) {
        assertEquals(
                Integer.toHexString((int) expected),
                Integer.toHexString(get(register)),
                () -> "register 0x" + Integer.toHexString(register));
    }

    void assertRegister64(final long expected, final int register) {
        assertEquals(
                Long.toHexString(expected),
                Long.toHexString(get64(register)),
                () -> "register 0x" + Integer.toHexString(register));
    }

    // ---- Bring-up -------------------------------------------------------------------------------

    /** Queues, events and translation, all on. */
    VtdClient up(final long tableMode) {
        client.intercept();
        final boolean isWide = !isRevision2 && tableMode != LEGACY;
        enableQueue(isWide);
        enableRequests(0);
        unmask(FECTL, 0);
        unmask(IECTL, 1);
        unmask(PECTL, 2);
        setRoot(ROOT | tableMode);
        command(TE);
        assertEquals(TE, get(GSTS) & TE);
        return this;
    }

    /** Adds a one-shot command, or a level command that stays on, to what is on. */
    void command(final int bits) {
        set(GCMD, (get(GSTS) & 0x9680_0000) | bits);
    }

    /** Turns a level command off. */
    void commandOff(final int bits) {
        set(GCMD, get(GSTS) & 0x9680_0000 & ~bits);
    }

    void setRoot(final long rtaddr) {
        set64(RTADDR, rtaddr);
        command(SRTP);
        assertEquals(SRTP, get(GSTS) & SRTP);
    }

    /** One page of descriptors of 32 or 16 bytes. */
    void enableQueue(final boolean isWide) {
        set(IQT, 0);
        set64(IQA, QUEUE | (isWide ? 1 << 11 : 0));
        command(QIE);
        assertEquals(QIE, get(GSTS) & QIE);
        descriptorBytes = isWide ? 32 : 16;
        tail = 0;
    }

    /** Empty, of some pages. */
    void enableRequests(final int log2Pages) {
        set64(PQH, 0);
        set64(PQT, 0);
        set64(PQA, REQUESTS | log2Pages);
        requestsLog2Pages = log2Pages;
    }

    /** Message 0x40 + number, to a word of memory of its own. */
    void unmask(final int control, final int number) {
        set(control + 4, 0x40 + number);
        set(control + 8, (int) (MESSAGES + 4L * number));
        set(control + 12, 0);
        set(control, 0);
    }

    // ---- Memory ---------------------------------------------------------------------------------

    /** A page of zeros that nobody else has. */
    long page() {
        final long page = nextPage;
        nextPage += 4096;
        return page;
    }

    /** A page of zeros whose address is a multiple of a power of two, alone in that span. */
    long alignedPage(final int log2Bytes) {
        final long span = 1L << log2Bytes;
        final long page = (nextPage + span - 1) & -span;
        nextPage = page + span;
        return page;
    }

    /** Stores words, the first one last. */
    void store(final long address, final long... words) {
        for (int i = words.length - 1; i >= 0; i--) {
            client.writeq(address + 8L * i, words[i]);
        }
    }

    long[] load(final long address, final int words) {
        final long[] found = new long[words];
        for (int i = 0; i < words; i++) {
            found[i] = client.readq(address + 8L * i);
        }
        return found;
    }

    // ---- Invalidation queue ---------------------------------------------------------------------

    int tail() {
        return tail;
    }

    int descriptorBytes() {
        return descriptorBytes;
    }

    /** Puts a descriptor behind the last one, and does not tell. */
    void put(final long... words) {
        final long[] whole = new long[descriptorBytes / 8];
        System.arraycopy(words, 0, whole, 0, words.length);
        store(QUEUE + tail, whole);
        tail = (tail + descriptorBytes) % QUEUE_BYTES;
    }

    void ring() {
        set(IQT, tail);
    }

    /** Issues a descriptor, whatever becomes of it. */
    void issue(final long... words) {
        put(words);
        ring();
    }

    /** Issues a descriptor that must be done. */
    void submit(final long... words) {
        issue(words);
        assertEquals(tail, get(IQH), () -> "type " + (words[0] & 0xf) + " was not done");
        assertEquals(0, get(FSTS) & IQE);
    }

    // ---- Page requests --------------------------------------------------------------------------

    int requestBytes() {
        return isRevision2 ? 16 : 32;
    }

    int requestsBytes() {
        return 0x1000 << requestsLog2Pages;
    }

    /** Takes the oldest request, or null if there is none. */
    long[] request() {
        final int head = (int) get64(PQH);
        if (head == (int) get64(PQT)) {
            return null;
        }
        final long[] request = load(REQUESTS + head, requestBytes() / 8);
        set64(PQH, (head + requestBytes()) % requestsBytes());
        return request;
    }

    // ---- Fault records --------------------------------------------------------------------------

    int records() {
        return (int) (get64(CAP) >>> 40 & 0xff) + 1;
    }

    /** Takes the first record from where FSTS says on, or null if there is none. Two words. */
    long[] fault() {
        final int status = get(FSTS);
        if ((status & PPF) == 0) {
            return null;
        }
        final int records = records();
        for (int i = 0; i < records; i++) {
            final int record = FRCD + 16 * (((status >>> 8 & 0xff) + i) % records);
            final long[] found = {get64(record), get64(record + 8)};
            if (found[1] < 0) {
                set(record + 12, 1 << 31);
                return found;
            }
        }
        throw new AssertionError("PPF is set, and no record has F");
    }
}
