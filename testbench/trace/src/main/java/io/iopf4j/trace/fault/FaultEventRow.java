// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.fault;

import io.iopf4j.trace.fault.FaultEvent.Kind;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * How one trace event becomes a step of a fault.
 *
 * @param system the event's group
 * @param event the event's name
 * @param kind the step
 * @param fields the fields it must have, {@code name} being the device's; the others are numbers
 *     named as in {@link FaultEvent#NUMBERS}
 */
record FaultEventRow(String system, String event, Kind kind, List<String> fields) {
    /** The field that names a device in the kernel's own events. */
    static final String KERNEL_DEVICE = "device";

    /** The field that names a device in the probes. */
    static final String PROBE_DEVICE = "name";

    private static final Map<String, FaultEventRow> BY_EVENT =
            rows().stream().collect(Collectors.toMap(FaultEventRow::event, Function.identity()));

    private static List<FaultEventRow> rows() {
        return List.of(
                iommu("add_device_to_group", Kind.DEVICE_ADDED),
                iommu("remove_device_from_group", Kind.DEVICE_REMOVED),
                iommu("attach_device_to_domain", Kind.DOMAIN_ATTACHED),
                iopf("iopf_queue_add", Kind.QUEUE_ADD, "dev name"),
                iopf("iopf_queue_remove", Kind.QUEUE_REMOVE, "dev name"),
                iopf("iopf_report", Kind.REPORT, "dev type flags pasid grpid perm addr name"),
                iopf("iopf_report_ret", Kind.REPORT_RETURN, "ret"),
                iopf(
                        "iopf_deliver",
                        Kind.DELIVER,
                        "group pasid grpid perm flags addr count cookie name"),
                iopf("iopf_fread", Kind.READ, "file count"),
                iopf("iopf_fread_ret", Kind.READ_RETURN, "ret"),
                iopf("iopf_fwrite", Kind.WRITE, "file count cookie code"),
                iopf("iopf_fwrite_ret", Kind.WRITE_RETURN, "ret"),
                iopf(
                        "iopf_response",
                        Kind.RESPONSE,
                        "group code pasid grpid perm flags addr count cookie name"),
                iopf("iopf_hw_response", Kind.HW_RESPONSE, "dev pasid grpid code addr name"),
                iopf("iopf_free", Kind.FREE, "group cookie"),
                iopf("iopf_auto_response", Kind.AUTO_RESPONSE, "hwpt handle"),
                iopf("iopf_discard_partial", Kind.DISCARD_PARTIAL, "queue"));
    }

    private static FaultEventRow iommu(final String event, final Kind kind) {
        return new FaultEventRow("iommu", event, kind, List.of(KERNEL_DEVICE));
    }

    private static FaultEventRow iopf(final String event, final Kind kind, final String fields) {
        return new FaultEventRow("iopf", event, kind, List.of(fields.split(" ", -1)));
    }

    /**
     * Finds the row of an event.
     *
     * @param system the event's group, empty in text, where the name alone decides
     * @param event the event's name
     * @return the row, or null
     */
    static FaultEventRow of(final String system, final String event) {
        final FaultEventRow row = BY_EVENT.get(event);
        return row != null && (system.isEmpty() || system.equals(row.system)) ? row : null;
    }

    /** Whether a field is the device's name and no number. */
    static boolean isDevice(final String field) {
        return field.equals(KERNEL_DEVICE) || field.equals(PROBE_DEVICE);
    }
}
