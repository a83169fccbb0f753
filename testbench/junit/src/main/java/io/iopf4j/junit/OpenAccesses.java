// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.emulation.AccessResult;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The accesses of one device: which are on their way, and that each ends once. */
final class OpenAccesses {
    private final String device;
    private final Recorder recorder;
    private final Map<Integer, Issued> open = new LinkedHashMap<>();

    OpenAccesses(final String device, final Recorder recorder) {
        this.device = device;
        this.recorder = recorder;
    }

    /** An access is issued under a number; it may end within. */
    DmaAccess issue(
            final int id, final int pasid, final long address, final int perm, final Runnable go) {
        final Issued issued = new Issued(pasid, address);
        open.put(id, issued);
        go.run();
        recorder.watch().look();
        return new DmaAccess(
                "access "
                        + id
                        + " of "
                        + device
                        + (pasid < 0 ? "" : " pasid " + pasid)
                        + " at 0x"
                        + Long.toHexString(address)
                        + " "
                        + FaultCall.perm(perm),
                () -> issued.result);
    }

    void ended(final int id, final AccessResult result) {
        final Issued issued = open.remove(id);
        if (issued == null) {
            recorder.errors().add("access " + id + " of " + device + " ended twice");
            return;
        }
        issued.result = result;
        final Journal journal = recorder.journal();
        journal.add(
                Topic.ACCESS,
                AccessEnd.decode(journal.nowNs(), result, device, issued.pasid, issued.address));
    }

    int count() {
        return open.size();
    }

    List<String> lines() {
        return open.entrySet().stream()
                .map(
                        one ->
                                "access "
                                        + one.getKey()
                                        + " of "
                                        + device
                                        + " at 0x"
                                        + Long.toHexString(one.getValue().address)
                                        + " is pending")
                .toList();
    }

    private static final class Issued {
        private final int pasid;
        private final long address;
        private AccessResult result;

        Issued(final int pasid, final long address) {
            this.pasid = pasid;
            this.address = address;
        }
    }
}
