// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import static io.iopf4j.emulation.vtd.VtdFuzzOracle.require;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.vtd.ExtendedContextEntry;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.PasidEntry;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.emulation.AtsCompletion;
import io.iopf4j.emulation.FuzzInput;
import io.iopf4j.emulation.Requester;

/**
 * A unit that translates by tables of every kind, for fuzzers to spoil, and whoever listens to it.
 * Each page request is queued, lost or refused, once, and answered if it must be; what is answered
 * otherwise, software has answered.
 */
final class VtdFuzzUnit implements VtdObserver {
    static final long TABLES = 0x8000;
    static final long PAGE_BYTES = 0x1000;
    static final int TABLE_PAGES = 7;

    private static final long SECOND = TABLES + 4 * PAGE_BYTES;
    private static final long FIRST_LEAF = 7;
    private static final long SECOND_LEAF = 3;
    private static final long LARGE = 0x80;
    private static final int CALLS_MAX = 100_000;
    private static final int ACTS_WITHIN = 32;
    private static final int DEPTH_MAX = 4;

    // What whoever hears from the unit does from within, one bit each.
    private static final int ASKS_AGAIN = 1;
    private static final int ASKS_WHEN_INVALIDATED = 2;
    private static final int ACKNOWLEDGES = 4;
    private static final int WAITS_AGAIN = 8;
    private static final int TOGGLES_QUEUE = 0x10;
    private static final int ACCESSES = 0x20;
    private static final int WITHIN = 0x3f;

    final VtdBench bench;
    final boolean isRevision2;
    final VtdFuzzOracle oracle;
    private final int manners;
    private long queued;
    private long overflowed;
    private long refused;
    private long answered;
    private long used;
    private int calls;
    private int acts;
    private int depth;
    private long digest;

    /** How one access ended. */
    private final class End implements Requester {
        private int reached;
        private AccessResult result;

        @Override
        public void reached(final int id, final long address) {
            require(result == null && ++reached == 1, "reached twice or after its end");
            digest = digest * 31 + address;
        }

        @Override
        public void ended(final int id, final AccessResult how) {
            require(result == null, "ended twice");
            result = how;
            require((how == AccessResult.DONE) == (reached == 1), "done, but not reached");
        }
    }

    /** Takes the first bytes of an input for what is built, and who listens. */
    VtdFuzzUnit(final FuzzInput in) {
        final int kind = in.below(8);
        isRevision2 = kind < 2;
        bench = isRevision2 ? VtdBench.revision2(this) : VtdBench.scalable(config(kind), this);
        fillTables();
        oracle = new VtdFuzzOracle(bench);
        final int pick = in.u8();
        manners = (pick & 0xc0) == 0xc0 ? pick & WITHIN : 0;
        if (manners != 0) {
            oracle.close();
        }
        bench.onInvalidation = this::invalidated;
        bench.onResponse = this::responded;
        bench.onMessage = this::signalled;
    }

    private static VtdConfig config(final int kind) {
        final VtdConfig config = VtdConfig.scalable();
        return switch (kind) {
            case 2 -> config.with(VtdFeature.CACHING_MODE).withFaultRecords(1);
            case 3 -> config.without(VtdFeature.COHERENT_WALKS).with(VtdFeature.ABORT_DMA);
            case 4 -> config.without(VtdFeature.PAGE_REQUEST_DRAIN).withMaxAddressMask(9);
            case 5 -> config.with(VtdFeature.SET_ROOT_INVALIDATES).with(VtdFeature.RID_PASID);
            default -> config;
        };
    }

    // ---- Tables ---------------------------------------------------------------------------------

    /** One PASID for each kind, in both halves of the directory or in the flat table. */
    private void fillTables() {
        for (int level = 0; level < 3; level++) {
            store(TABLES + level * PAGE_BYTES, TABLES + (level + 1) * PAGE_BYTES | FIRST_LEAF);
        }
        for (int page = 0; page < 4; page++) {
            store(
                    TABLES + 3 * PAGE_BYTES + page * 8L,
                    VtdBench.PAGE + page * PAGE_BYTES | 5 + page);
        }
        store(SECOND, SECOND + PAGE_BYTES | SECOND_LEAF);
        store(SECOND + PAGE_BYTES, SECOND + 2 * PAGE_BYTES | SECOND_LEAF);
        for (long at = 0; at < VtdBench.MEMORY_BYTES; at += 1L << 21) {
            store(SECOND + 2 * PAGE_BYTES + (at >>> 21) * 8, at | LARGE | SECOND_LEAF);
        }
        for (final int pasid : new int[] {1, 3, 0x41, 0x42, 0x43}) {
            if (isRevision2) {
                store(VtdBench.PASIDS + pasid * 8L, TABLES | ExtendedContextEntry.PASID_PRESENT);
            } else if (pasid != VtdBench.PASID) {
                pasidEntry(pasid & 0x3f);
            }
        }
    }

    private void pasidEntry(final int index) {
        final int type = index == 1 ? PasidEntry.PGTT_FIRST : PasidEntry.PGTT_NESTED;
        final long at = VtdBench.PASIDS + (long) PasidEntry.BYTES * index;
        store(at + 16, TABLES);
        store(at + 8, index);
        store(
                at,
                PasidEntry.PRESENT
                        | (long) type << PasidEntry.PGTT_SHIFT
                        | PasidEntry.AW_48 << PasidEntry.AW_SHIFT
                        | SECOND);
    }

    private void store(final long at, final long value) {
        bench.memory.writeLong(at, value);
    }

    /** A table's entry is another now. */
    void storeTable(final long at, final long value) {
        store(at, value);
        oracle.admit(at, Long.BYTES);
    }

    // ---- Steps ----------------------------------------------------------------------------------

    /** Does one thing and checks what it came to. */
    void step(final Runnable what) {
        oracle.begin();
        calls = 0;
        acts = 0;
        final long answeredBefore = answered;
        final long refusedBefore = refused + overflowed;
        what.run();
        oracle.check();
        final VtdCounters counters = bench.vtd.counters();
        require(counters.requestsQueued() == queued, "requests queued");
        require(counters.requestsOverflowed() == overflowed, "requests lost");
        long uses = 0;
        for (final VtdNotModelled kind : VtdNotModelled.values()) {
            uses += counters.notModelled(kind);
        }
        require(uses == used, "uses of what is not modelled");
        if (manners == 0 && refused + overflowed == refusedBefore) {
            require(bench.responses.size() == answered - answeredBefore, "an answer of nobody");
        }
        bench.responses.forEach(response -> digest = digest * 31 + response.hashCode());
        bench.responses.clear();
        bench.messages.clear();
        bench.invalidations.clear();
    }

    void submit(final long qw0, final long qw1) {
        final int at = bench.tail();
        bench.prepare(qw0, qw1);
        oracle.admit(VtdBench.QUEUE + at, isRevision2 ? 16 : 32);
        bench.ring();
    }

    void access(final int pasid, final long address, final int perm) {
        final End end = new End();
        bench.vtd.access(end, 1, VtdBench.RID, pasid, address, perm);
        require(end.result != null, "an access has not ended");
    }

    void translatedAccess(final int pasid, final long address, final int perm) {
        final End end = new End();
        bench.vtd.translatedAccess(end, 1, VtdBench.RID, pasid, address, perm);
        require(end.result != null, "a translated access has not ended");
    }

    void translate(final int pasid, final long address, final int perm) {
        final AtsCompletion answer =
                bench.vtd.translationRequest(VtdBench.RID, pasid, address, perm);
        if (answer.status() == AtsCompletion.Status.SUCCESS) {
            require(answer.log2Bytes() >= 12 && answer.log2Bytes() < 64, "span of a translation");
            require(
                    (answer.address() & (1L << answer.log2Bytes()) - 1) == 0,
                    "address of a translation");
        }
        digest = digest * 31 + answer.address() + answer.perm();
    }

    /** A page request; one in a stream is of revision 2, and another nowhere. */
    void request(
            final int rid,
            final int pasid,
            final long address,
            final int perm,
            final int group,
            final boolean isLast,
            final boolean isOfStream,
            final int privateData) {
        final long queuedBefore = queued;
        final long overflowedBefore = overflowed;
        final long refusedBefore = refused;
        final int responsesBefore = bench.responses.size();
        if (isOfStream) {
            bench.vtd.pageStreamRequest(rid, pasid, address, perm, group, isLast, privateData);
        } else {
            bench.vtd.pageRequest(rid, pasid, address, perm, group, isLast);
        }
        if (manners != 0) {
            return;
        }
        final boolean isOverflowed = overflowed != overflowedBefore;
        final boolean isRefused = refused != refusedBefore;
        require(
                queued + overflowed + refused - queuedBefore - overflowedBefore - refusedBefore
                        <= 1,
                "a request has two fates");
        final boolean isStopMarker =
                isLast
                        && pasid >= 0
                        && (perm & (IommuFault.PERM_READ | IommuFault.PERM_WRITE)) == 0;
        final boolean isOwed = isLast ? !isStopMarker : isOfStream && isRevision2;
        final int expected = isOwed && (isOverflowed || isRefused) ? 1 : 0;
        require(bench.responses.size() - responsesBefore == expected, "answers of the unit");
        if (expected == 1) {
            checkAnswer(bench.responses.get(responsesBefore), rid, pasid, group, isOverflowed);
        }
    }

    private static void checkAnswer(
            final String response,
            final int rid,
            final int pasid,
            final int group,
            final boolean isOverflowed) {
        final String[] words = response.split(" ", -1);
        require(words[0].equals(Integer.toString(rid)), "an answer to another requester");
        require(words[1].equals(Integer.toString(pasid)), "an answer to another PASID");
        require(words[3].equals(Integer.toString(group)), "an answer to another group");
        require("0".equals(words[2]) == isOverflowed, "the code of an answer");
    }

    /** What software does about errors and events. */
    void acknowledge() {
        bench.regs.writel(-1, VtdRegisters.FSTS);
        bench.regs.writel(-1, VtdRegisters.ICS);
        for (int i = 0; i < bench.vtd.config().capabilities().faultRecords(); i++) {
            bench.regs.writel(
                    -1, bench.vtd.config().capabilities().faultRecordsOffset() + 16 * i + 12);
        }
    }

    /**
     * All of memory and registers is looked at.
     *
     * @return what has happened, in one number
     */
    long end() {
        for (int at = 0; at + Integer.BYTES <= bench.regs.sizeBytes(); at += Integer.BYTES) {
            digest = digest * 31 + bench.regs.readl(at);
        }
        return digest * 31 + oracle.checkMemory();
    }

    // ---- What is done from within ---------------------------------------------------------------

    private void act(final int manner, final Runnable what) {
        require(++calls < CALLS_MAX, "it does not come to an end");
        if ((manners & manner) != 0 && acts < ACTS_WITHIN && depth < DEPTH_MAX) {
            acts++;
            depth++;
            what.run();
            depth--;
        }
    }

    private void invalidated() {
        act(ASKS_WHEN_INVALIDATED, () -> bench.request(calls & 0x1ff, true));
        act(ACCESSES, () -> access(VtdBench.PASID, VtdBench.PAGE, IommuFault.PERM_READ));
        act(TOGGLES_QUEUE, this::toggleQueue);
    }

    private void toggleQueue() {
        bench.commandOff(VtdRegisters.QIE);
        bench.command(VtdRegisters.QIE);
    }

    private void responded() {
        act(ASKS_AGAIN, () -> bench.request(calls & 0x1ff, true));
    }

    private void signalled() {
        act(ACKNOWLEDGES, this::acknowledge);
        act(
                WAITS_AGAIN,
                () ->
                        submit(
                                Invalidation.waitFor(
                                        calls, Invalidation.WAIT_IF | Invalidation.WAIT_SW),
                                VtdBench.STATUS));
    }

    // ---- VtdObserver ----------------------------------------------------------------------------

    @Override
    public void requestQueued(
            final int rid, final int pasid, final int group, final boolean isLast) {
        queued++;
    }

    @Override
    public void requestOverflowed(
            final int rid, final int pasid, final int group, final boolean isLast) {
        overflowed++;
    }

    @Override
    public void requestRefused(
            final int rid,
            final int pasid,
            final int group,
            final boolean isLast,
            final int reason) {
        require(reason > 0 && reason <= 0xff, "a request refused for no reason");
        refused++;
    }

    @Override
    public void responseSent(final int rid, final int pasid, final int group, final int code) {
        answered++;
    }

    @Override
    public void notModelled(final VtdNotModelled what) {
        used++;
    }
}
