// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.pci;

import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.AtsCompletion;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.PcieBus;
import io.iopf4j.emulation.PcieIommu;
import io.iopf4j.emulation.Requester;
import java.util.ArrayList;
import java.util.List;

/**
 * An IOMMU that knows the translations that a test gave it, writes down what it hears, and answers
 * page requests only as the test says.
 */
final class ScriptedIommu implements PcieIommu, StreamRequests {
    /** What a test does about a page request while it is being sent. */
    interface Answerer {
        void requested(int rid, int pasid, long address, int group, boolean isLast);
    }

    private static final int ROOM = 64;
    private static final long PAGE_MASK = -1L << 12;

    final List<String> heard = new ArrayList<>();
    boolean isQuiet;
    Answerer answerer = (rid, pasid, address, group, isLast) -> {};
    AtsCompletion refusal;
    AccessResult memoryResult = AccessResult.DONE;
    PcieBus bus = PcieBus.EMPTY;
    int lastGroup;
    int translationRequests;
    private final int[] pasids = new int[ROOM];
    private final long[] iovas = new long[ROOM];
    private final AtsCompletion[] completions = new AtsCompletion[ROOM];
    private int known;

    /** From now on an address is translated. */
    void map(final int pasid, final long iova, final long address, final int log2, final int perm) {
        unmap(pasid, iova);
        pasids[known] = pasid;
        iovas[known] = iova;
        completions[known++] = new AtsCompletion(AtsCompletion.Status.SUCCESS, address, log2, perm);
    }

    void unmap(final int pasid, final long iova) {
        final int at = find(pasid, iova);
        if (at >= 0) {
            known--;
            pasids[at] = pasids[known];
            iovas[at] = iovas[known];
            completions[at] = completions[known];
        }
    }

    private int find(final int pasid, final long iova) {
        for (int i = 0; i < known; i++) {
            if (pasids[i] == pasid
                    && iovas[i] >>> completions[i].log2Bytes()
                            == iova >>> completions[i].log2Bytes()) {
                return i;
            }
        }
        return -1;
    }

    @SuppressWarnings("AnnotateFormatMethod") // Its annotation is no dependency of the tests.
    private void hear(final String form, final Object... values) {
        heard.add(String.format(form, values));
    }

    @Override
    public void connect(final PcieBus devices) {
        bus = devices;
    }

    @Override
    public void access(
            final Requester requester,
            final int id,
            final int rid,
            final int pasid,
            final long iova,
            final int perm) {
        final int at = find(pasid, iova);
        final boolean isFault = at < 0 || (completions[at].perm() & perm) != perm;
        if (!isQuiet) {
            hear("access %d %x %d", pasid, iova, perm);
        }
        requester.ended(id, isFault ? AccessResult.ABORTED : AccessResult.DONE);
    }

    @Override
    public AtsCompletion translationRequest(
            final int rid, final int pasid, final long iova, final int perm) {
        translationRequests++;
        if (refusal != null) {
            return refusal;
        }
        final int at = find(pasid, iova);
        return at < 0 ? AtsCompletion.NO_TRANSLATION : completions[at];
    }

    @Override
    public void translatedAccess(
            final Requester requester,
            final int id,
            final int rid,
            final int pasid,
            final long address,
            final int perm) {
        if (memoryResult == AccessResult.DONE) {
            requester.reached(id, address);
        }
        requester.ended(id, memoryResult);
    }

    @Override
    public void pageRequest(
            final int rid,
            final int pasid,
            final long address,
            final int perm,
            final int group,
            final boolean isLast) {
        lastGroup = group;
        if (!isQuiet) {
            hear("request %d %x %d g%d%s", pasid, address, perm, group, isLast ? " L" : "");
        }
        answerer.requested(rid, pasid, address & PAGE_MASK, group, isLast);
    }

    @Override
    public void pageStreamRequest(
            final int rid,
            final int pasid,
            final long address,
            final int perm,
            final int group,
            final boolean isLast,
            final int privateData) {
        lastGroup = group;
        hear(
                "stream %d %x %d g%d%s p%d",
                pasid, address, perm, group, isLast ? " L" : "", privateData);
        answerer.requested(rid, pasid, address, group, isLast);
    }

    @Override
    public void stopMarker(final int rid, final int pasid) {
        hear("stop %d", pasid);
    }

    /** What was heard since the last time. */
    List<String> news() {
        final List<String> news = List.copyOf(heard);
        heard.clear();
        return news;
    }

    static final int NO_PASID = IommuModel.NO_SUBSTREAM;
}
