// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core;

import io.iopf4j.api.IommuAttachHandle;
import java.util.Arrays;

/**
 * Attach handles by PASID, without the one at the RID, immutable: {@code group->pasid_array} of
 * Linux 6.12. A fault looks its handle up without a lock and without allocation; whoever attaches
 * makes a new table.
 */
final class AttachTable {
    static final AttachTable EMPTY = new AttachTable(new int[0], new IommuAttachHandle[0]);

    private final int[] pasids;
    private final IommuAttachHandle[] handles;

    private AttachTable(final int[] pasids, final IommuAttachHandle[] handles) {
        this.pasids = pasids;
        this.handles = handles;
    }

    IommuAttachHandle get(final int pasid) {
        final int at = Arrays.binarySearch(pasids, pasid);
        return at < 0 ? null : handles[at];
    }

    AttachTable with(final int pasid, final IommuAttachHandle handle) {
        final int at = Arrays.binarySearch(pasids, pasid);
        if (at >= 0) {
            final IommuAttachHandle[] changed = handles.clone();
            changed[at] = handle;
            return new AttachTable(pasids, changed);
        }
        final int insert = -at - 1;
        final int[] morePasids = new int[pasids.length + 1];
        final IommuAttachHandle[] moreHandles = new IommuAttachHandle[morePasids.length];
        System.arraycopy(pasids, 0, morePasids, 0, insert);
        System.arraycopy(handles, 0, moreHandles, 0, insert);
        morePasids[insert] = pasid;
        moreHandles[insert] = handle;
        System.arraycopy(pasids, insert, morePasids, insert + 1, pasids.length - insert);
        System.arraycopy(handles, insert, moreHandles, insert + 1, pasids.length - insert);
        return new AttachTable(morePasids, moreHandles);
    }

    AttachTable without(final int pasid) {
        final int at = Arrays.binarySearch(pasids, pasid);
        if (at < 0) {
            return this;
        }
        if (pasids.length == 1) {
            return EMPTY;
        }
        final int[] fewerPasids = new int[pasids.length - 1];
        final IommuAttachHandle[] fewerHandles = new IommuAttachHandle[fewerPasids.length];
        System.arraycopy(pasids, 0, fewerPasids, 0, at);
        System.arraycopy(handles, 0, fewerHandles, 0, at);
        System.arraycopy(pasids, at + 1, fewerPasids, at, fewerPasids.length - at);
        System.arraycopy(handles, at + 1, fewerHandles, at, fewerPasids.length - at);
        return new AttachTable(fewerPasids, fewerHandles);
    }
}
