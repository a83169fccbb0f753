// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.vtd.VtdFaultReason;

/**
 * What a fault reason says beyond itself: whether FPD silences it, and whether a device may mend it
 * by a page request. Intel VT-d specification, 7.1.3 and 7.2.
 */
final class FaultQualification {
    private FaultQualification() {}

    /** Whether FPD of the entries that the request went through keeps it from being recorded. */
    static boolean isQualified(final int reason) {
        return switch (reason) {
            case VtdFaultReason.ROOT_NOT_PRESENT,
                    VtdFaultReason.ROOT_ACCESS,
                    VtdFaultReason.CONTEXT_ACCESS,
                    VtdFaultReason.ROOT_RESERVED,
                    VtdFaultReason.RTADDR_INVALID,
                    VtdFaultReason.LEGACY_PASID,
                    VtdFaultReason.LEGACY_PAGE_REQUEST,
                    VtdFaultReason.ABORT_DMA,
                    VtdFaultReason.SM_ROOT_ACCESS,
                    VtdFaultReason.SM_ROOT_NOT_PRESENT,
                    VtdFaultReason.SM_ROOT_RESERVED,
                    VtdFaultReason.SM_CONTEXT_ACCESS,
                    VtdFaultReason.DIRECTORY_ACCESS,
                    VtdFaultReason.PASID_ACCESS ->
                    false;
            default -> true;
        };
    }

    /** Whether a translation request is told that there is no access, instead of a fault. */
    static boolean isRecoverable(final int reason) {
        return switch (reason) {
            case VtdFaultReason.WRITE,
                    VtdFaultReason.READ,
                    VtdFaultReason.FS_NOT_PRESENT,
                    VtdFaultReason.FS_ROOT_READ,
                    VtdFaultReason.FS_TABLE_READ,
                    VtdFaultReason.FS_TABLE_WRITE,
                    VtdFaultReason.SS_NOT_PRESENT,
                    VtdFaultReason.USER,
                    VtdFaultReason.EXECUTE,
                    VtdFaultReason.NO_WRITE,
                    VtdFaultReason.NO_READ ->
                    true;
            default -> false;
        };
    }

    /**
     * How a translation request that met a fault ends: Unsupported Request where the device is not
     * let in, Completer Abort where something on the way is broken.
     */
    static boolean isUnsupportedRequest(final int reason) {
        return switch (reason) {
            case VtdFaultReason.ROOT_NOT_PRESENT,
                    VtdFaultReason.CONTEXT_NOT_PRESENT,
                    VtdFaultReason.TT_BLOCKS,
                    VtdFaultReason.RTADDR_INVALID,
                    VtdFaultReason.LEGACY_PASID,
                    VtdFaultReason.ABORT_DMA,
                    VtdFaultReason.SM_ROOT_NOT_PRESENT,
                    VtdFaultReason.SM_CONTEXT_NOT_PRESENT,
                    VtdFaultReason.DTE,
                    VtdFaultReason.PASIDE,
                    VtdFaultReason.PASID_BEYOND ->
                    true;
            default -> false;
        };
    }
}
