// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

/**
 * An {@link AtsCompletion} that is filled in again and again, so that a device makes no object for
 * each translation. Its owner's thread alone uses it.
 */
public final class AtsReply {
    private AtsCompletion.Status status = AtsCompletion.Status.UNSUPPORTED_REQUEST;
    private long address;
    private int log2Bytes;
    private int perm;

    /** One that says that the device must not ask. */
    public AtsReply() {}

    /**
     * Takes what a completion says.
     *
     * @param completion how a request completed
     */
    public void set(final AtsCompletion completion) {
        status = completion.status();
        address = completion.address();
        log2Bytes = completion.log2Bytes();
        perm = completion.perm();
    }

    /**
     * Says that there is a translation.
     *
     * @param translated address, a multiple of the span
     * @param spanLog2 log2 of the span that the translation covers, at least 12
     * @param allowed {@code IommuFault.PERM_} bits
     */
    public void succeed(final long translated, final int spanLog2, final int allowed) {
        status = AtsCompletion.Status.SUCCESS;
        address = translated;
        log2Bytes = spanLog2;
        perm = allowed;
    }

    /**
     * The same as an object of its own.
     *
     * @return what was filled in last
     */
    public AtsCompletion completion() {
        return new AtsCompletion(status, address, log2Bytes, perm);
    }

    /**
     * See {@link AtsCompletion#status()}.
     *
     * @return success, or why not
     */
    public AtsCompletion.Status status() {
        return status;
    }

    /**
     * See {@link AtsCompletion#address()}.
     *
     * @return translated address
     */
    public long address() {
        return address;
    }

    /**
     * See {@link AtsCompletion#log2Bytes()}.
     *
     * @return log2 of the span
     */
    public int log2Bytes() {
        return log2Bytes;
    }

    /**
     * See {@link AtsCompletion#perm()}.
     *
     * @return {@code IommuFault.PERM_} bits
     */
    public int perm() {
        return perm;
    }
}
