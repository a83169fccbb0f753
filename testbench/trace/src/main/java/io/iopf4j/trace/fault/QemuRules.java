// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.fault;

import io.iopf4j.trace.fault.FaultEvent.Kind;
import java.util.List;

/**
 * What QEMU's events show. A fault of VT-d is traced when it is found and again when it is
 * recorded: the first counts, since the record may find no room. Its invalidation descriptors are
 * printed the high half first. {@code amdvi_page_fault} is no step of a fault: it names no device;
 * neither is {@code riscv_iommu_pri}, whose answer is printed without saying whose it is.
 */
final class QemuRules {
    private static final String DMAR_FAULT = "vtd:vtd_dmar_fault";
    private static final String DESCRIPTOR = "vtd:vtd_inv_desc";

    private QemuRules() {}

    static List<FaultRule> all() {
        return List.of(
                dmarFault("when write=0", "perm=1"),
                dmarFault("when write=1", "perm=2"),
                response("when low[15:12]=0", "code=0"),
                response("when low[15:12]=1", "code=1"),
                response("when low[15:12]=15", "code=2"),
                FaultRule.of(
                        "smmuv3:smmuv3_record_event",
                        Kind.FAULT,
                        "rid=sid",
                        "reason=reason",
                        "addr=addr"),
                FaultRule.of(
                        "virtio_iommu:virtio_iommu_report_fault",
                        Kind.FAULT,
                        "rid=endpoint",
                        "reason=reason",
                        "perm=flags[2:0]",
                        "addr=addr"),
                FaultRule.of(
                        "riscv_iommu:riscv_iommu_flt",
                        Kind.FAULT,
                        "rid=bus<<8|slot<<3|fn",
                        "reason=reason",
                        "addr=iova"));
    }

    private static FaultRule dmarFault(final String condition, final String perm) {
        return FaultRule.of(
                DMAR_FAULT, Kind.FAULT, condition, "rid=sid", "reason=fault", "addr=addr", perm);
    }

    private static FaultRule response(final String condition, final String code) {
        return FaultRule.of(
                DESCRIPTOR,
                Kind.ANSWER,
                "when low[3:0]=9",
                condition,
                "rid=low[31:16]",
                "pasid=low[51:32]",
                "grpid=high[11:3]",
                code);
    }
}
