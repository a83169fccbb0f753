// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.vtd.VtdFaultReason;

/**
 * Fault reasons in words, and which table they are from: {@code dmar_get_fault_reason()} of Linux
 * 6.12. The words are this project's.
 */
final class FaultReasonText {
    private static final int FIRST_INTERRUPT = 0x20;
    private static final int LAST_INTERRUPT = 0x26;

    private FaultReasonText() {}

    /** Whether a fault of interrupt remapping. */
    static boolean isInterrupt(final int reason) {
        return reason >= FIRST_INTERRUPT && reason <= LAST_INTERRUPT;
    }

    /** In words, or {@code Unknown} for what Linux has no words for. */
    static String of(final int reason) {
        return switch (reason) {
            case 0 -> "Software";
            case VtdFaultReason.ROOT_NOT_PRESENT -> "root entry not present";
            case VtdFaultReason.CONTEXT_NOT_PRESENT -> "context entry not present";
            case VtdFaultReason.CONTEXT_INVALID -> "context entry invalid";
            case VtdFaultReason.ADDRESS_BEYOND -> "address beyond the width";
            case VtdFaultReason.WRITE -> "no write permission";
            case VtdFaultReason.READ -> "no read permission";
            case VtdFaultReason.TABLE_ACCESS -> "cannot access a second-stage table";
            case VtdFaultReason.ROOT_ACCESS -> "cannot access the root table";
            case VtdFaultReason.CONTEXT_ACCESS -> "cannot access the context table";
            case VtdFaultReason.ROOT_RESERVED -> "reserved bits in the root entry";
            case VtdFaultReason.CONTEXT_RESERVED -> "reserved bits in the context entry";
            case VtdFaultReason.TABLE_RESERVED -> "reserved bits in a second-stage entry";
            case VtdFaultReason.TT_BLOCKS -> "translation requests are blocked";
            case 0x20 -> "reserved bits in the interrupt request";
            case 0x21 -> "interrupt index beyond the table";
            case 0x22 -> "interrupt entry not present";
            case 0x23 -> "cannot access the interrupt table";
            case 0x24 -> "reserved bits in the interrupt entry";
            case 0x25 -> "interrupt of compatibility format blocked";
            case 0x26 -> "interrupt from an unexpected source";
            default -> scalable(reason);
        };
    }

    private static String scalable(final int reason) {
        return switch (reason) {
            case VtdFaultReason.RTADDR_INVALID -> "SM: root table address invalid";
            case VtdFaultReason.LEGACY_PASID -> "SM: request with PASID in legacy mode";
            case VtdFaultReason.LEGACY_PAGE_REQUEST -> "SM: page request in legacy mode";
            case VtdFaultReason.SM_ROOT_ACCESS -> "SM: cannot access the root entry";
            case VtdFaultReason.SM_ROOT_NOT_PRESENT -> "SM: root entry not present";
            case VtdFaultReason.SM_ROOT_RESERVED -> "SM: reserved bits in the root entry";
            case VtdFaultReason.SM_CONTEXT_ACCESS -> "SM: cannot access the context entry";
            case VtdFaultReason.SM_CONTEXT_NOT_PRESENT -> "SM: context entry not present";
            case VtdFaultReason.SM_CONTEXT_RESERVED -> "SM: reserved bits in the context entry";
            case VtdFaultReason.SM_CONTEXT_INVALID -> "SM: context entry invalid";
            case VtdFaultReason.DTE -> "SM: device TLB not enabled";
            case VtdFaultReason.PASIDE -> "SM: PASIDs not enabled";
            case VtdFaultReason.PASID_BEYOND -> "SM: PASID beyond the directory";
            case VtdFaultReason.PRE -> "SM: page requests not enabled";
            case VtdFaultReason.RID_PASID -> "SM: RID_PASID or RID_PRIV invalid";
            case VtdFaultReason.DIRECTORY_ACCESS -> "SM: cannot access the directory entry";
            case VtdFaultReason.DIRECTORY_NOT_PRESENT -> "SM: directory entry not present";
            case VtdFaultReason.DIRECTORY_RESERVED -> "SM: reserved bits in the directory entry";
            case VtdFaultReason.PASID_ACCESS -> "SM: cannot access the PASID entry";
            case VtdFaultReason.PASID_NOT_PRESENT -> "SM: PASID entry not present";
            case VtdFaultReason.PASID_RESERVED -> "SM: reserved bits in the PASID entry";
            case VtdFaultReason.PASID_INVALID -> "SM: PASID entry invalid";
            case VtdFaultReason.ERE -> "SM: execution not enabled";
            case VtdFaultReason.SRE -> "SM: privileged requests not enabled";
            default -> stages(reason);
        };
    }

    private static String stages(final int reason) {
        return switch (reason) {
            case VtdFaultReason.FS_ACCESS -> "SM: cannot access a first-stage entry";
            case VtdFaultReason.FS_NOT_PRESENT -> "SM: first-stage entry not present";
            case VtdFaultReason.FS_RESERVED -> "SM: reserved bits in a first-stage entry";
            case VtdFaultReason.FS_ROOT_ACCESS -> "SM: cannot access the first-stage root";
            case VtdFaultReason.FS_TABLE_BEYOND -> "SM: first-stage table beyond the width";
            case VtdFaultReason.FS_ROOT_READ -> "SM: first-stage root not readable";
            case VtdFaultReason.FS_TABLE_READ -> "SM: first-stage table not readable";
            case VtdFaultReason.FS_TABLE_WRITE -> "SM: first-stage table not writable";
            case VtdFaultReason.SS_ACCESS -> "SM: cannot access a second-stage entry";
            case VtdFaultReason.SS_NOT_PRESENT -> "SM: second-stage entry not present";
            case VtdFaultReason.SS_RESERVED -> "SM: reserved bits in a second-stage entry";
            case VtdFaultReason.SS_ROOT -> "SM: second-stage root invalid";
            case VtdFaultReason.SS_ACCESSED_DIRTY -> "SM: accessed or dirty cannot be set";
            case VtdFaultReason.NOT_CANONICAL -> "SM: address not canonical";
            case VtdFaultReason.USER -> "SM: user request to a supervisor's page";
            case VtdFaultReason.EXECUTE -> "SM: no execute permission";
            case VtdFaultReason.FS_OUTPUT_BEYOND -> "SM: output beyond the width";
            case VtdFaultReason.SS_INPUT_BEYOND -> "SM: second-stage input beyond the width";
            case VtdFaultReason.NO_WRITE -> "SM: no write permission";
            case VtdFaultReason.NO_READ -> "SM: no read permission";
            case VtdFaultReason.SM_INTERRUPT_RANGE -> "SM: output in the range of interrupts";
            case VtdFaultReason.FS_NO_SNOOP -> "SM: accessed or dirty needed, not snooped";
            default -> "Unknown";
        };
    }
}
