// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.fault;

import io.iopf4j.trace.fault.FaultEvent.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * The tracepoints of IOMMU drivers that show faults: those of {@code include/trace/events/iommu.h}
 * and {@code drivers/iommu/intel/trace.h} of Linux 6.12, and the proposed {@code dev_fault} and
 * {@code dev_page_response} of 2017 to 2019, which trees with shared virtual addressing have. Each
 * has a rule for its record and, where the kernel prints other names or none, one for its text.
 */
final class IommuRules {
    private static final String IO_PAGE_FAULT = "iommu:io_page_fault";
    private static final String PRQ_REPORT = "intel_iommu:prq_report";

    /** The tracepoint, and a queue's places in debugfs. */
    private static final List<String> DESCRIPTORS =
            List.of("intel_iommu:qi_submit", "qi:descriptor");

    private static final String DEV_FAULT = "iommu:dev_fault";
    private static final String DEV_PAGE_RESPONSE = "iommu:dev_page_response";
    private static final String DEVICE = "device=device";
    private static final String PASID = "pasid=pasid";

    private IommuRules() {}

    static List<FaultRule> all() {
        final List<FaultRule> rules = new ArrayList<>();
        ioPageFault(rules);
        pageRequests(rules);
        responses(rules);
        proposed(rules);
        return rules;
    }

    /** {@code report_iommu_fault()}: a write or not. */
    private static void ioPageFault(final List<FaultRule> rules) {
        rules.add(
                FaultRule.of(
                        IO_PAGE_FAULT,
                        Kind.FAULT,
                        "when flags[0]=1",
                        DEVICE,
                        "addr=iova",
                        "perm=2"));
        rules.add(FaultRule.of(IO_PAGE_FAULT, Kind.FAULT, DEVICE, "addr=iova", "perm=1"));
    }

    /** The request's four quadwords; or, printed, its parts and a page's number for an address. */
    private static void pageRequests(final List<FaultRule> rules) {
        rules.add(
                FaultRule.of(
                        PRQ_REPORT,
                        Kind.REQUEST,
                        "device=dev",
                        "rid=dw0[31:16]",
                        "pasid=dw0[51:32]",
                        "grpid=dw1[11:3]",
                        "flags=dw0[8]|dw1[2]<<1",
                        "perm=dw1[0]|dw1[1]<<1|dw0[52]<<2|dw0[53]<<3",
                        "addr=dw1[63:12]<<12"));
        rules.add(
                FaultRule.of(
                        PRQ_REPORT,
                        Kind.REQUEST,
                        "device=dev",
                        "rid=rid",
                        PASID,
                        "grpid=index",
                        "flags=1|last<<1",
                        "perm=read|write<<1|exec<<2|priv<<3",
                        "addr=addr<<12"));
    }

    /** Page group response descriptors; their codes are PCIe's, where 15 is a failure. */
    private static void responses(final List<FaultRule> rules) {
        final int[] ofCode = {0, 1, 15};
        for (final String event : DESCRIPTORS) {
            for (int code = 0; code < ofCode.length; code++) {
                rules.add(
                        FaultRule.of(
                                event,
                                Kind.ANSWER,
                                "when qw0[3:0]=9",
                                "when qw0[15:12]=" + ofCode[code],
                                "rid=qw0[31:16]",
                                "pasid=qw0[51:32]",
                                "grpid=qw1[11:3]",
                                "code=" + code));
            }
        }
    }

    /** Type 2 is a page request, 1 a fault; early ones call the group pgid, and tell its last. */
    private static void proposed(final List<FaultRule> rules) {
        final String[][] requests = {
            {"grpid=grpid", "flags=flags"},
            {"grpid=group", "flags=flags"},
            {"grpid=pgid", "flags=1|last_req[0]<<1"},
            {"grpid=group", "flags=1|last[0]<<1"}
        };
        for (final String[] words : requests) {
            rules.add(
                    FaultRule.of(
                            DEV_FAULT,
                            Kind.REQUEST,
                            "when type=2",
                            DEVICE,
                            PASID,
                            "perm=prot",
                            "addr=addr",
                            words[0],
                            words[1]));
        }
        rules.add(
                FaultRule.of(
                        DEV_FAULT,
                        Kind.FAULT,
                        "when type=1",
                        DEVICE,
                        PASID,
                        "perm=prot",
                        "addr=addr",
                        "reason=reason"));
        for (final String group : List.of("grpid", "pgid", "group")) {
            rules.add(
                    FaultRule.of(
                            DEV_PAGE_RESPONSE,
                            Kind.ANSWER,
                            DEVICE,
                            PASID,
                            "grpid=" + group,
                            "code=code"));
        }
    }
}
