// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

/**
 * How a translation request completed. PCI Express Base Specification, 10.2.3.
 *
 * @param status success, or why not
 * @param address translated address, a multiple of the span; 0 unless successful
 * @param log2Bytes log2 of the span that the translation covers, at least 12; 0 unless successful
 * @param perm {@code IommuFault.PERM_} bits that are allowed; 0 means no translation
 */
public record AtsCompletion(Status status, long address, int log2Bytes, int perm) {
    /** Completion status of a translation request. */
    public enum Status {
        /** A translation, or, without permissions, the news that there is none. */
        SUCCESS,
        /** The device must not ask: Unsupported Request. */
        UNSUPPORTED_REQUEST,
        /** The IOMMU met an error: Completer Abort. */
        COMPLETER_ABORT
    }

    /** The device must not ask. */
    public static final AtsCompletion UNSUPPORTED =
            new AtsCompletion(Status.UNSUPPORTED_REQUEST, 0, 0, 0);

    /** The IOMMU met an error. */
    public static final AtsCompletion ABORT = new AtsCompletion(Status.COMPLETER_ABORT, 0, 0, 0);

    /** There is no translation: neither read nor write is allowed. */
    public static final AtsCompletion NO_TRANSLATION = new AtsCompletion(Status.SUCCESS, 0, 12, 0);
}
