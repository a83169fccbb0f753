// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.klog;

import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.input.ValueEvent;

/** The events that log lines become; a field's number is its place. */
final class LogFormats {
    /** {@code dmar_fault_do_one()}. */
    static final EventFormat DMAR_FAULT =
            ValueEvent.format("dmar", "fault", "device", "rid", "perm", "addr", "reason", "pasid");

    static final int DEVICE = 0;
    static final int RID = 1;
    static final int PERM = 2;
    static final int ADDR = 3;
    static final int REASON = 4;
    static final int PASID = 5;

    /** The same of an interrupt: no access to memory. */
    static final EventFormat DMAR_INTERRUPT_FAULT =
            ValueEvent.format(
                    "dmar", "interrupt_fault", "device", "rid", "perm", "index", "reason");

    /** {@code dmar_fault()}: FSTS. */
    static final EventFormat DMAR_STATUS = ValueEvent.format("dmar", "fault_status", "status");

    /** {@code handle_bad_prq_event()}: the request's first two quadwords. */
    static final EventFormat DMAR_BAD_REQUEST =
            ValueEvent.format("dmar", "bad_page_request", "iommu", "dw0", "dw1");

    /** {@code arm_smmu_evtq_thread()}: the record, and what is in it. */
    static final EventFormat SMMU_EVENT =
            ValueEvent.format(
                    "smmu", "event", "device", "rid", "perm", "addr", "reason", "pasid", "stall",
                    "stag", "smmu", "ipa");

    static final int STALL = 6;
    static final int STAG = 7;
    static final int SMMU = 8;
    static final int IPA = 9;

    /** {@code arm_smmu_handle_ppr()}. */
    static final EventFormat SMMU_PRI =
            ValueEvent.format(
                    "smmu", "pri_request", "smmu", "rid", "perm", "addr", "grpid", "pasid", "last");

    /** {@code iommu_print_event()} of AMD. */
    static final EventFormat AMD_EVENT =
            ValueEvent.format(
                    "amd_iommu",
                    "event",
                    "device",
                    "type",
                    "perm",
                    "addr",
                    "reason",
                    "pasid",
                    "flags");

    static final int TYPE = 1;
    static final int FLAGS = 6;

    /** {@code viommu_fault_handler()}. */
    static final EventFormat VIRTIO_FAULT =
            ValueEvent.format("virtio_iommu", "fault", "iommu", "rid", "perm", "addr", "reason");

    /** Anything else that a driver says of its hardware. */
    static final EventFormat MESSAGE = ValueEvent.format("iommu_log", "message", "text");

    private LogFormats() {}
}
