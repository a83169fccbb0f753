// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.klog;

import io.iopf4j.trace.input.ValueEvent;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code drivers/iommu/intel} prints of faults, from Linux 4.2 to 6.12. The number base of the
 * reason changed in 5.14, and the line shows which it is. Sources: {@code dmar_fault_do_one()},
 * {@code dmar_fault()}, {@code handle_bad_prq_event()}.
 */
final class DmarLines {
    private static final int READ = 1;
    private static final int WRITE = 2;

    /** {@code ffffffff} stood for none. */
    private static final long NO_PASID = 0xffff_ffffL;

    private static final Pattern FAULT =
            Pattern.compile(
                    "\\[(DMA Read|DMA Write|INTR-REMAP)(?: NO_PASID| PASID 0x([0-9a-f]{1,8}))?\\]"
                            + " Request device \\[(?:0x)?([0-9a-f]{1,2}):(?:0x)?([0-9a-f]{1,2})\\.(\\d)\\]"
                            + "(?: PASID ([0-9a-f]{1,8}))?"
                            + " fault (?:addr|index) (?:0x)?([0-9a-f]{1,16})"
                            + "(?:.*?\\[fault reason (0x)?([0-9a-f]{1,3})\\])?");

    private static final Pattern REASON =
            Pattern.compile("(?:DMAR:|^|\\]) *\\[fault reason (\\d{1,3})\\]");

    private static final Pattern STATUS =
            Pattern.compile("DRHD: handling fault status reg ([0-9a-f]{1,8})");

    private static final Pattern BAD_REQUEST =
            Pattern.compile(
                    "(dmar\\d+): (?:Invalid page request|Page request without PASID"
                            + "|Page request for invalid PASID \\d+): ([0-9a-f]{1,16})"
                            + " ([0-9a-f]{1,16})");

    private boolean isReasonMissing;

    /** Reads a line; false if it is none of these. */
    boolean read(final String text, final long time, final ValueEvent event) {
        final Matcher fault = FAULT.matcher(text);
        if (fault.find()) {
            fault(fault, time, event);
            return true;
        }
        final Matcher status = STATUS.matcher(text);
        if (status.find()) {
            event.begin(LogFormats.DMAR_STATUS, time).put(0, Long.parseLong(status.group(1), 16));
            return true;
        }
        final Matcher request = BAD_REQUEST.matcher(text);
        if (request.find()) {
            event.begin(LogFormats.DMAR_BAD_REQUEST, time)
                    .put(0, request.group(1))
                    .put(1, Long.parseUnsignedLong(request.group(2), 16))
                    .put(2, Long.parseUnsignedLong(request.group(3), 16));
            return true;
        }
        return false;
    }

    /** Whether the line that was read last lacks its reason, which 3.x prints on the next. */
    boolean isReasonMissing() {
        return isReasonMissing;
    }

    /** Takes the reason from the line behind a fault; false if it is not there. */
    boolean readReason(final String text, final ValueEvent event) {
        isReasonMissing = false;
        final Matcher reason = REASON.matcher(text);
        if (!reason.find()) {
            return false;
        }
        event.put(LogFormats.REASON, Long.parseLong(reason.group(1)));
        return true;
    }

    private void fault(final Matcher fault, final long time, final ValueEvent event) {
        final boolean isInterrupt = fault.group(1).startsWith("INTR");
        final int bus = hex(fault.group(3));
        final int slot = hex(fault.group(4));
        final int function = Integer.parseInt(fault.group(5));
        event.begin(isInterrupt ? LogFormats.DMAR_INTERRUPT_FAULT : LogFormats.DMAR_FAULT, time)
                .put(LogFormats.DEVICE, String.format("%02x:%02x.%d", bus, slot, function))
                .put(
                        LogFormats.RID,
                        ((long) bus << 8) | ((long) (slot & 0x1f) << 3) | (function & 7))
                .put(LogFormats.PERM, fault.group(1).endsWith("Write") ? WRITE : READ)
                .put(LogFormats.ADDR, Long.parseUnsignedLong(fault.group(7), 16));
        if (!isInterrupt) {
            final String pasid = fault.group(2) != null ? fault.group(2) : fault.group(6);
            final long number = pasid == null ? 0 : Long.parseLong(pasid, 16);
            event.put(LogFormats.PASID, number == NO_PASID ? 0 : number);
        }
        isReasonMissing = fault.group(9) == null;
        event.put(LogFormats.REASON, isReasonMissing ? 0 : reason(fault));
    }

    /** Decimal without 0x; a digit that decimal does not have says that it is hex all the same. */
    private static long reason(final Matcher fault) {
        final String digits = fault.group(9);
        final boolean isHex =
                fault.group(8) != null || digits.chars().anyMatch(digit -> digit >= 'a');
        return Long.parseLong(digits, isHex ? 16 : 10);
    }

    private static int hex(final String digits) {
        return Integer.parseInt(digits, 16);
    }
}
