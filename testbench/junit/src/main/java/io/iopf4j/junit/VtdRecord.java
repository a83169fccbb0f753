// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.vtd.FaultRecord;
import io.iopf4j.api.vtd.PageRequest;
import io.iopf4j.api.vtd.PageRequestRev2;

/** What a VT-d remapping unit records, by the specification's names, 7.2 and 7.4.1. */
public enum VtdRecord implements Expected {
    /** A page request descriptor, in the page request queue. */
    PAGE_REQ_DSC,
    /** A fault recording register. */
    FRCD_REG;

    private static final long PAGE_MASK = ~0xfffL;

    @Override
    public String entryName() {
        return name();
    }

    static Entry request(final long timeNs, final long[] words, final boolean isRevision2) {
        final Entry entry = new Entry(timeNs, PAGE_REQ_DSC.name());
        if (isRevision2) {
            return entry.with("RID", PageRequestRev2.rid(words[0], words[1]))
                    .with("PASID", PageRequestRev2.pasid(words[0]))
                    .with("PRGIndex", PageRequestRev2.group(words[0]))
                    .with("LPIG", bit(words[0], PageRequestRev2.LPIG))
                    .with("SRR", bit(words[0], PageRequestRev2.SRR))
                    .with("RD", bit(words[1], PageRequestRev2.RDR))
                    .with("WR", bit(words[1], PageRequestRev2.WRR))
                    .with("Addr", PageRequestRev2.address(words[1]));
        }
        return entry.with("RID", PageRequest.rid(words[0]))
                .withIf((words[0] & PageRequest.PP) != 0, "PASID", PageRequest.pasid(words[0]))
                .with("PRGIndex", PageRequest.group(words[1]))
                .with("LPIG", bit(words[1], PageRequest.LPIG))
                .with("RD", bit(words[1], PageRequest.RDR))
                .with("WR", bit(words[1], PageRequest.WRR))
                .with("Addr", PageRequest.address(words[1]));
    }

    static Entry fault(final long timeNs, final long qw0, final long qw1) {
        return new Entry(timeNs, FRCD_REG.name())
                .with("SID", FaultRecord.sid(qw1))
                .withIf((qw1 & FaultRecord.PP) != 0, "PV", FaultRecord.pasid(qw1))
                .with("FR", FaultRecord.reason(qw1))
                .with("FI", qw0 & PAGE_MASK);
    }

    private static long bit(final long word, final long which) {
        return (word & which) != 0 ? 1 : 0;
    }
}
