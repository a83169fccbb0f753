// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.fault;

import io.iopf4j.trace.fault.FaultEvent.Kind;
import java.util.List;
import java.util.stream.Stream;

/** The events of Linux, and of the probes that show what Linux has no events for. */
final class KernelRules {
    private KernelRules() {}

    static List<FaultRule> all() {
        return List.of(
                iommu("add_device_to_group", Kind.DEVICE_ADDED),
                iommu("remove_device_from_group", Kind.DEVICE_REMOVED),
                iommu("attach_device_to_domain", Kind.DOMAIN_ATTACHED),
                ofDevice("iopf_queue_add", Kind.QUEUE_ADD, "dev"),
                ofDevice("iopf_queue_remove", Kind.QUEUE_REMOVE, "dev"),
                ofDevice("iopf_report", Kind.REPORT, "dev type flags pasid grpid perm addr"),
                iopf("iopf_report_ret", Kind.REPORT_RETURN, "ret"),
                ofDevice(
                        "iopf_deliver",
                        Kind.DELIVER,
                        "group pasid grpid perm flags addr count cookie"),
                iopf("iopf_fread", Kind.READ, "file count"),
                iopf("iopf_fread_ret", Kind.READ_RETURN, "ret"),
                iopf("iopf_fwrite", Kind.WRITE, "file count cookie code"),
                iopf("iopf_fwrite_ret", Kind.WRITE_RETURN, "ret"),
                ofDevice(
                        "iopf_response",
                        Kind.RESPONSE,
                        "group code pasid grpid perm flags addr count cookie"),
                ofDevice("iopf_hw_response", Kind.HW_RESPONSE, "dev pasid grpid code addr"),
                iopf("iopf_free", Kind.FREE, "group cookie"),
                iopf("iopf_auto_response", Kind.AUTO_RESPONSE, "hwpt handle"),
                iopf("iopf_discard_partial", Kind.DISCARD_PARTIAL, "queue"));
    }

    private static FaultRule iommu(final String event, final Kind kind) {
        return FaultRule.of("iommu:" + event, kind, "device=device");
    }

    /** A probe whose fields are called as what they give. */
    private static FaultRule iopf(final String event, final Kind kind, final String fields) {
        return FaultRule.of("iopf:" + event, kind, alike(fields).toArray(String[]::new));
    }

    /** The same, with the device's name. */
    private static FaultRule ofDevice(final String event, final Kind kind, final String fields) {
        return FaultRule.of(
                "iopf:" + event,
                kind,
                Stream.concat(Stream.of("device=name"), alike(fields)).toArray(String[]::new));
    }

    private static Stream<String> alike(final String fields) {
        return Stream.of(fields.split(" ", -1)).map(field -> field + "=" + field);
    }
}
