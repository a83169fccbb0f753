// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.fault;

import io.iopf4j.trace.fault.FaultEvent.Kind;
import java.util.ArrayList;
import java.util.List;

/** What the lines of a kernel's log show: faults that ended their accesses. */
final class LogRules {
    private LogRules() {}

    static List<FaultRule> all() {
        final List<FaultRule> rules = new ArrayList<>();
        for (final String event :
                List.of("dmar:fault", "smmu:event", "amd_iommu:event", "virtio_iommu:fault")) {
            final boolean isAmd = event.startsWith("amd");
            final boolean isVirtio = event.startsWith("virtio");
            final List<String> words = new ArrayList<>();
            words.add("addr=addr");
            words.add("perm=perm");
            words.add("reason=reason");
            if (!isVirtio) {
                words.add("pasid=pasid");
                rules.add(rule(event, words, "device=device"));
            }
            if (!isAmd) {
                rules.add(rule(event, words, "rid=rid"));
            }
        }
        rules.add(
                FaultRule.of(
                        "smmu:pri_request",
                        Kind.FAULT,
                        "rid=rid",
                        "addr=addr",
                        "perm=perm",
                        "pasid=pasid",
                        "grpid=grpid",
                        "flags=1|last<<1"));
        rules.add(
                FaultRule.of(
                        "dmar:bad_page_request",
                        Kind.FAULT,
                        "rid=dw0[31:16]",
                        "pasid=dw0[51:32]",
                        "perm=dw1[1:0]",
                        "addr=dw1[63:12]<<12"));
        return rules;
    }

    private static FaultRule rule(
            final String event, final List<String> words, final String device) {
        final List<String> all = new ArrayList<>(words);
        all.add(device);
        return FaultRule.of(event, Kind.FAULT, all.toArray(String[]::new));
    }
}
