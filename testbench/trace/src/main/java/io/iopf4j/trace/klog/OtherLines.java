// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.klog;

import io.iopf4j.trace.input.ValueEvent;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What AMD's driver and virtio-iommu print of faults: {@code iommu_print_event()} and {@code
 * amd_iommu_report_page_fault()}, {@code viommu_fault_handler()} of Linux 6.12.
 */
final class OtherLines {
    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int EXEC = 4;
    private static final long AMD_WRITE = 0x20;

    private static final Pattern AMD =
            Pattern.compile(
                    "(\\S{1,64})?\\s{0,8}AMD-Vi:(?: AMD-Vi:)? Event logged \\[(\\w+)([^\\]]*)");
    private static final Pattern BEFORE = Pattern.compile("(\\S{1,64}): {0,8}$");
    private static final Pattern PART = Pattern.compile("(\\w+)=(0x[0-9a-f]{1,16}|[0-9a-f:.]+)");
    private static final Pattern VIRTIO =
            Pattern.compile(
                    "virtio_iommu (\\S+): (\\w+) fault from EP (\\d{1,9})"
                            + "(?: at (?:0x)?([0-9a-f]{1,16}))? \\[(R?)(W?)(X?)\\]");

    /** Reads a line; false if it is none of these. */
    boolean read(final String text, final long time, final ValueEvent event) {
        final Matcher virtio = VIRTIO.matcher(text);
        if (virtio.find()) {
            virtio(virtio, time, event);
            return true;
        }
        final Matcher amd = AMD.matcher(text);
        if (amd.find()) {
            amd(text, amd, time, event);
            return true;
        }
        return false;
    }

    private static void virtio(final Matcher fault, final long time, final ValueEvent event) {
        event.begin(LogFormats.VIRTIO_FAULT, time)
                .put(0, fault.group(1))
                .put(LogFormats.RID, Long.parseLong(fault.group(3)))
                .put(
                        LogFormats.PERM,
                        (fault.group(5).isEmpty() ? 0 : READ)
                                | (fault.group(6).isEmpty() ? 0 : WRITE)
                                | (fault.group(7).isEmpty() ? 0 : EXEC))
                .put(
                        LogFormats.ADDR,
                        fault.group(4) == null ? 0 : Long.parseUnsignedLong(fault.group(4), 16))
                .put(LogFormats.REASON, virtioReason(fault.group(2)));
    }

    /** {@code VIRTIO_IOMMU_FAULT_R_}. */
    private static int virtioReason(final String word) {
        return switch (word) {
            case "domain" -> 1;
            case "page" -> 2;
            default -> 0;
        };
    }

    private static void amd(
            final String text, final Matcher amd, final long time, final ValueEvent event) {
        event.begin(LogFormats.AMD_EVENT, time)
                .put(LogFormats.TYPE, amd.group(2))
                .put(LogFormats.PERM, READ)
                .put(LogFormats.ADDR, 0)
                .put(LogFormats.REASON, amdType(amd.group(2)))
                .put(LogFormats.PASID, 0)
                .put(LogFormats.FLAGS, 0);
        final Matcher before = BEFORE.matcher(text.substring(0, text.indexOf("AMD-Vi:")));
        if (before.find() && before.group(1).indexOf('.') > 0) {
            event.put(LogFormats.DEVICE, before.group(1));
        }
        final Matcher part = PART.matcher(amd.group(3));
        while (part.find()) {
            part(part.group(1), part.group(2), event);
        }
    }

    private static void part(final String name, final String value, final ValueEvent event) {
        if ("device".equals(name)) {
            event.put(LogFormats.DEVICE, value);
        } else if (value.startsWith("0x")) {
            final long number = Long.parseUnsignedLong(value.substring(2), 16);
            switch (name) {
                case "address" -> event.put(LogFormats.ADDR, number);
                case "pasid" -> event.put(LogFormats.PASID, number & 0xf_ffff);
                case "flags" -> {
                    event.put(LogFormats.FLAGS, number);
                    event.put(LogFormats.PERM, (number & AMD_WRITE) != 0 ? WRITE : READ);
                }
                default -> {
                    // A domain, a tag: nothing that a fault is known by.
                }
            }
        }
    }

    /** The event log's own numbers, AMD I/O Virtualization Technology Specification, 2.5. */
    private static int amdType(final String word) {
        return switch (word) {
            case "ILLEGAL_DEV_TABLE_ENTRY" -> 1;
            case "IO_PAGE_FAULT" -> 2;
            case "DEV_TAB_HARDWARE_ERROR" -> 3;
            case "PAGE_TAB_HARDWARE_ERROR" -> 4;
            case "ILLEGAL_COMMAND_ERROR" -> 5;
            case "COMMAND_HARDWARE_ERROR" -> 6;
            case "IOTLB_INV_TIMEOUT" -> 7;
            case "INVALID_DEVICE_REQUEST" -> 8;
            case "INVALID_PPR_REQUEST" -> 9;
            default -> 0;
        };
    }
}
