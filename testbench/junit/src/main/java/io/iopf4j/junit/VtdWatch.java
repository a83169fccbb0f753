// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.api.hw.Mmio;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.vtd.Vtd;
import io.iopf4j.emulation.vtd.VtdNotModelled;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Looks on at a remapping unit: stores, descriptors as they are submitted, page requests. */
final class VtdWatch implements Watch {
    private static final int ERRORS =
            VtdRegisters.FSTS_PFO
                    | VtdRegisters.FSTS_IQE
                    | VtdRegisters.FSTS_ICE
                    | VtdRegisters.FSTS_ITE;

    private final Vtd model;
    private final Mmio mmio;
    private final SharedMemory memory;
    private final Journal journal;
    private final Errors errors;
    private final VtdQueue descriptors;
    private final VtdQueue requests;
    private final VtdState state;
    private final Map<VtdNotModelled, Long> uses = new EnumMap<>(VtdNotModelled.class);
    private final Set<String> faults = new HashSet<>();
    private long requestsSeen;
    private int status;
    private long overflows;

    VtdWatch(
            final Vtd model,
            final SharedMemory memory,
            final Journal journal,
            final Errors errors) {
        this.model = model;
        this.mmio = model.registers();
        this.memory = memory;
        this.journal = journal;
        this.errors = errors;
        descriptors = VtdQueue.descriptors(model);
        requests = VtdQueue.requests(model);
        state = new VtdState(model, memory, List.of(descriptors, requests));
    }

    @Override
    public void storing(final long offset, final int bytes, final long value) {
        look();
        journal.add(
                Topic.WRITE,
                new Entry(journal.nowNs(), VtdRegister.nameAt(offset)).with("value", value));
        if (offset == VtdRegisters.IQT && (mmio.readl(VtdRegisters.GSTS) & VtdRegisters.QIE) != 0) {
            descriptors
                    .entries(mmio, memory, descriptors.tail(mmio), value, journal.nowNs())
                    .forEach(descriptor -> journal.add(Topic.COMMAND, descriptor));
        }
    }

    @Override
    public void look() {
        lookForRequests();
        lookForStatus();
        lookForFaults();
        if (model.counters().overflows() != overflows) {
            overflows = model.counters().overflows();
            errors.add(
                    "page request queue overflow, "
                            + model.counters().requestsOverflowed()
                            + " requests lost so far");
        }
        for (final VtdNotModelled what : VtdNotModelled.values()) {
            final long count = model.counters().notModelled(what);
            if (count != uses.getOrDefault(what, 0L)) {
                uses.put(what, count);
                errors.add("not modelled: " + what + ": " + what.effect());
            }
        }
    }

    private void lookForRequests() {
        final long tail = requests.tail(mmio);
        if (tail != requestsSeen) {
            requests.entries(mmio, memory, requestsSeen, tail, journal.nowNs())
                    .forEach(request -> journal.add(Topic.EVENT, request));
            requestsSeen = tail;
        }
    }

    private void lookForStatus() {
        final int now = mmio.readl(VtdRegisters.FSTS) & ERRORS;
        final int fresh = now & ~status;
        status = now;
        if (fresh != 0) {
            final Entry descriptor =
                    descriptors.entryAt(
                            mmio, memory, mmio.readq(VtdRegisters.IQH), journal.nowNs());
            errors.add(
                    "FSTS "
                            + VtdState.faultStatus(fresh)
                            + " was set, IQERCD.IQEI "
                            + (mmio.readq(VtdRegisters.IQERCD) & VtdRegisters.IQERCD_IQEI_MASK)
                            + (descriptor == null ? "" : ", at IQH: " + descriptor));
        }
    }

    /** A record stays until software clears it: it is told when it is new. */
    private void lookForFaults() {
        if ((mmio.readl(VtdRegisters.FSTS) & VtdRegisters.FSTS_PPF) == 0) {
            faults.clear();
            return;
        }
        final Set<String> now = new HashSet<>();
        for (final VtdState.Fault fault : state.faults()) {
            final String text = fault.index() + " " + fault.record();
            now.add(text);
            if (!faults.contains(text)) {
                journal.add(Topic.EVENT, fault.record());
                if (VtdState.isOfTables((int) fault.record().number("FR"))) {
                    errors.add("illegal table: " + fault.record());
                }
            }
        }
        faults.clear();
        faults.addAll(now);
    }

    @Override
    public List<String> state() {
        return state.lines();
    }

    @Override
    public int openFaults() {
        return -1;
    }
}
