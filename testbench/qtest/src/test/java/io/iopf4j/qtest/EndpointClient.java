// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

/** The endpoint block, used through a client: sets registers, goes, and takes out what comes. */
final class EndpointClient {
    static final int READ = 1;
    static final int WRITE = 2;
    static final int EXEC = 4;
    static final int PRIV = 8;
    static final int NO_PASID = -1;

    private final QtestClient client;
    private final long base;

    EndpointClient(final QtestClient client, final long base) {
        this.client = client;
        this.base = base;
    }

    long at(final int register) {
        return base + register;
    }

    /** Sets requester, PASID, address and access. */
    EndpointClient request(
            final int requester, final int pasid, final long address, final int access) {
        client.writel(at(EndpointBlock.REQUESTER), requester);
        client.writel(at(EndpointBlock.PASID), pasid == NO_PASID ? 0 : pasid | 1 << 31);
        client.writeq(at(EndpointBlock.ADDRESS), address);
        client.writel(at(EndpointBlock.ACCESS), access);
        return this;
    }

    /** Goes, and gives the id that the go took. */
    int go(final int what) {
        client.writel(at(EndpointBlock.GO), what);
        return client.readl(at(EndpointBlock.ID));
    }

    int read(final int requester, final int pasid, final long address) {
        return request(requester, pasid, address, READ).go(EndpointBlock.GO_DMA);
    }

    int write(final int requester, final int pasid, final long address, final long data) {
        setData(data);
        return request(requester, pasid, address, WRITE).go(EndpointBlock.GO_DMA);
    }

    /** A page request message. */
    int pageRequest(
            final int requester,
            final int pasid,
            final long address,
            final int access,
            final int group,
            final boolean isLast) {
        client.writel(at(EndpointBlock.PAGE_REQUEST), group | (isLast ? 1 << 16 : 0));
        return request(requester, pasid, address, access).go(EndpointBlock.GO_PAGE_REQUEST);
    }

    int outstanding() {
        return client.readl(at(EndpointBlock.OUTSTANDING));
    }

    long data() {
        return client.readq(at(EndpointBlock.DATA));
    }

    void setData(final long data) {
        client.writeq(at(EndpointBlock.DATA), data);
    }

    /** Takes out the oldest ended access, which must be this one. */
    void assertEnded(final int id, final int how) {
        assertEquals(
                "%x".formatted(EndpointBlock.VALID | (long) how << 32 | id),
                "%x".formatted(client.readq(at(EndpointBlock.ENDED))));
    }

    void assertNothingEnded() {
        assertEquals(0, client.readq(at(EndpointBlock.ENDED)));
    }

    /** Takes out the oldest response, which must be this one. */
    void assertResponse(final int pasid, final int code, final int group) {
        final long ofPasid =
                pasid == NO_PASID ? 0 : EndpointBlock.RESPONSE_PASID_VALID | (long) pasid << 32;
        assertEquals(
                "%x".formatted(EndpointBlock.VALID | ofPasid | (long) code << 12 | group),
                "%x".formatted(client.readq(at(EndpointBlock.RESPONSE))));
    }

    void assertNoResponse() {
        assertEquals(0, client.readq(at(EndpointBlock.RESPONSE)));
    }

    /** Status of the last translation request: 0 success, 1 unsupported, 2 abort. */
    int atsStatus() {
        final long status = client.readq(at(EndpointBlock.ATS_STATUS));
        assertNotEquals(0, status, "no translation request completed");
        return (int) status & 3;
    }

    int atsPerm() {
        return (int) (client.readq(at(EndpointBlock.ATS_STATUS)) >>> 4) & 0xf;
    }

    int atsLog2Bytes() {
        return (int) (client.readq(at(EndpointBlock.ATS_STATUS)) >>> 8) & 0xff;
    }

    long atsAddress() {
        return client.readq(at(EndpointBlock.ATS_ADDRESS));
    }
}
