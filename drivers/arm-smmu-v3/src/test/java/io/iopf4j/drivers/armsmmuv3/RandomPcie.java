// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.IommuFault;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.AtsCompletion;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.PcieBus;
import io.iopf4j.emulation.Requester;
import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.emulation.smmuv3.SmmuV3;
import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The PCIe side of a random run's devices: page requests that want exactly one answer for a group,
 * and caches of translations that must not outlive what they were read from.
 */
final class RandomPcie implements PcieBus, Requester {
    private static final int GROUPS = 511;
    private static final int ONE_TIMEOUT_IN = 40;
    private static final int CACHED = 64;

    /** What a device remembers. */
    private record Cached(ShadowDevice device, int sid, int pasid, long iova, long at, int perm) {}

    private final SplittableRandom random;
    private final RandomLog log;
    private final boolean hasPri;
    private final boolean hasAts;
    private final Map<Integer, Integer> waiting = new HashMap<>();
    private final List<Cached> cache = new ArrayList<>();
    private int nextGroup;
    private int markers;
    private long reached;

    RandomPcie(final SplittableRandom random, final RandomLog log, final SmmuV3Config config) {
        this.random = random;
        this.log = log;
        this.hasPri = config.has(SmmuFeature.PRI);
        this.hasAts = config.has(SmmuFeature.ATS);
    }

    // ---- Page requests --------------------------------------------------------------------------

    /** A group of requests, so many of them before the last. */
    void request(
            final SmmuV3 model, final int sid, final int pasid, final long iova, final int before) {
        final int group = 1 + nextGroup++ % GROUPS;
        final int perm = IommuFault.PERM_READ | random.nextInt(16);
        log.add("page request", sid, pasid, iova, perm, group, before);
        for (int i = 0; i <= before; i++) {
            final boolean isLast = i == before;
            if (isLast || !hasPri) {
                waiting.merge(key(sid, group), 1, Integer::sum);
            }
            model.pageRequest(sid, pasid, iova + 4096L * i, perm, group, isLast);
        }
    }

    void stop(final SmmuV3 model, final int sid, final int pasid) {
        log.add("stop marker", sid, pasid);
        markers++;
        model.stopMarker(sid, pasid);
    }

    private static int key(final int sid, final int group) {
        return sid << 9 | group;
    }

    @Override
    public void pageRequestResponse(
            final int streamId, final int substreamId, final int code, final int group) {
        log.add("page response", streamId, code, group);
        if (group == 0) {
            // Linux answers stop markers, in vain.
            RandomWorld.require(--markers >= 0, "a stop marker answered that was never sent");
            return;
        }
        final Integer left = waiting.get(key(streamId, group));
        RandomWorld.require(
                left != null, "page request answered twice: sid=" + streamId + " group=" + group);
        if (left == 1) {
            waiting.remove(key(streamId, group));
        } else {
            waiting.put(key(streamId, group), left - 1);
        }
    }

    /** Nothing may be left once the driver has run. */
    void checkAnswered() {
        RandomWorld.require(waiting.isEmpty(), "page requests without answer: " + waiting);
        markers = 0;
    }

    // ---- Translations ---------------------------------------------------------------------------

    void translate(
            final SmmuV3 model,
            final ShadowDevice device,
            final int sid,
            final int pasid,
            final long iova,
            final int perm) {
        final AtsCompletion completion = model.translationRequest(sid, pasid, iova, perm);
        final boolean isThere = (completion.perm() & IommuFault.PERM_READ) != 0;
        log.add("translate", sid, pasid, iova, perm, completion.address(), completion.perm());
        final long expected = device.expect(pasid, iova, IommuFault.PERM_READ, false);
        RandomWorld.require(
                isThere
                        ? completion.address() == (expected & ~ShadowDomain.PAGE_MASK)
                        : expected < 0 || !hasAts || !device.canTranslate(),
                "a translation request completed with "
                        + completion
                        + ", not "
                        + RandomLog.hex(expected));
        if (isThere) {
            if (cache.size() == CACHED) {
                cache.remove(random.nextInt(CACHED));
            }
            cache.add(
                    new Cached(
                            device,
                            sid,
                            pasid,
                            iova & ~ShadowDomain.PAGE_MASK,
                            completion.address(),
                            completion.perm()));
        }
    }

    /** Uses a cached translation, if there is one. */
    void useCached(final SmmuV3 model) {
        if (cache.isEmpty()) {
            return;
        }
        final Cached entry = cache.get(random.nextInt(cache.size()));
        log.add("translated access", entry.sid(), entry.pasid(), entry.iova(), entry.at());
        final int perm = entry.perm() & (IommuFault.PERM_READ | IommuFault.PERM_WRITE);
        final long expected = entry.device().expect(entry.pasid(), entry.iova(), perm, false);
        RandomWorld.require(
                expected == entry.at(),
                "a device was not told to forget " + entry + ", now " + RandomLog.hex(expected));
        reached = -1;
        model.translatedAccess(this, 0, entry.sid(), IommuModel.NO_SUBSTREAM, entry.at(), perm);
        RandomWorld.require(reached == entry.at(), "a translated access was refused: " + entry);
    }

    @Override
    public void reached(final int id, final long address) {
        reached = address;
    }

    @Override
    public void ended(final int id, final AccessResult result) {}

    @Override
    public boolean invalidateTranslations(
            final int streamId,
            final int substreamId,
            final boolean isGlobal,
            final long address,
            final int log2Bytes) {
        cache.removeIf(
                entry ->
                        entry.sid() == streamId
                                && (substreamId == IommuModel.NO_SUBSTREAM
                                        || substreamId == entry.pasid())
                                && (log2Bytes == Long.SIZE
                                        || entry.iova() >>> log2Bytes == address >>> log2Bytes));
        return random.nextInt(ONE_TIMEOUT_IN) != 0;
    }
}
