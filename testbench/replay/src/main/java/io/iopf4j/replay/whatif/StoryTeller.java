// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.whatif;

import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.replay.FaultTable;
import io.iopf4j.replay.VmResult;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.Outcome;
import io.iopf4j.replay.whatif.Story.Layer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Tells the stories of one run's faults, out of its ledger and of nothing else. */
final class StoryTeller {
    private static final int MOST_HOLDERS = 3;
    private static final long NS_PER_US = 1_000;
    private static final long NS_PER_MS = 1_000_000;
    private static final long NS_PER_S = 1_000_000_000;

    private final FaultTable faults;
    private final Ledger ledger;
    private final long endNs;
    private final int stallEntries;
    private final List<String> policies;

    /** Of a run that counts as ended at a time. */
    StoryTeller(final FaultTable faults, final long endNs) {
        this.faults = faults;
        this.ledger = faults.result().ledger();
        this.endNs = endNs;
        this.stallEntries = Waits.stallEntries(faults);
        this.policies =
                faults.result().bench().settings().policies().isEmpty()
                        ? List.of()
                        : faults.result().bench().settings().policyNames();
    }

    /** The story of a fault, by its number. */
    Story tell(final int fault) {
        final int row = faults.row(fault);
        final List<Story.Step> steps = new ArrayList<>();
        steps.add(step(ledger.raisedNs(row), Layer.DEVICE, faults.device(fault) + " raises it"));
        hardwareTakes(steps, row);
        if (ledger.reportedNs(row) != Ledger.NONE) {
            steps.add(step(ledger.reportedNs(row), Layer.DRIVER, "reports it"));
        }
        if (ledger.deliveredNs(row) != Ledger.NONE) {
            if (!policies.isEmpty()) {
                steps.add(
                        step(
                                ledger.deliveredNs(row),
                                Layer.POLICY,
                                String.join(",", policies) + " lets it through"));
            }
            steps.add(
                    step(
                            ledger.deliveredNs(row),
                            Layer.GUEST,
                            "it is in the queue of " + faults.vm(fault)));
        }
        if (ledger.answeredNs(row) != Ledger.NONE) {
            steps.add(answer(row, faults.vm(fault), faults.device(fault)));
        }
        steps.add(end(row));
        return new Story(steps);
    }

    private void hardwareTakes(final List<Story.Step> steps, final int row) {
        final long raisedNs = ledger.raisedNs(row);
        final long queuedNs = ledger.queuedNs(row);
        if (ledger.foundNoRoom(row)) {
            steps.add(step(raisedNs, Layer.HARDWARE, "has no room for it" + holders(raisedNs)));
        }
        if (queuedNs == Ledger.NONE) {
            return;
        }
        final String what =
                stallEntries > 0
                        ? "stalls it with tag " + ledger.tag(row) + ", queues a record"
                        : "queues its request, group " + ledger.tag(row);
        steps.add(
                step(
                        queuedNs,
                        Layer.HARDWARE,
                        what
                                + (ledger.foundNoRoom(row)
                                        ? " after " + duration(queuedNs - raisedNs)
                                        : "")
                                + (ledger.records(row) > 1
                                        ? ", " + ledger.records(row) + " times by now"
                                        : "")));
    }

    /** Who holds the room at a time, from the most on. */
    private String holders(final long atNs) {
        final List<VmResult> vms = faults.result().vms();
        final int[] held = new int[vms.size()];
        int all = 0;
        for (int row = 0; row < ledger.size(); row++) {
            final long leftNs = stallEntries > 0 ? ledger.completedNs(row) : ledger.reportedNs(row);
            final long queuedNs = ledger.queuedNs(row);
            if (queuedNs != Ledger.NONE
                    && queuedNs <= atNs
                    && (leftNs == Ledger.NONE || leftNs > atNs)) {
                held[ledger.vm(row)]++;
                all++;
            }
        }
        if (all == 0) {
            return "";
        }
        final List<Integer> most =
                IntStream.range(0, held.length)
                        .filter(vm -> held[vm] > 0)
                        .boxed()
                        .sorted(Comparator.comparingInt((Integer vm) -> -held[vm]))
                        .toList();
        final String what = stallEntries > 0 ? " stalls" : " records";
        if (most.size() == 1) {
            return ": " + vms.get(most.get(0)).name() + " holds all " + all + what;
        }
        return most.stream()
                .limit(MOST_HOLDERS)
                .map(vm -> vms.get(vm).name() + " holds " + held[vm])
                .collect(
                        Collectors.joining(
                                ", ", ": of " + all + what + " ", holdersLeft(most.size())));
    }

    private static String holdersLeft(final int holders) {
        return holders > MOST_HOLDERS ? ", " + (holders - MOST_HOLDERS) + " others the rest" : "";
    }

    private Story.Step answer(final int row, final String vm, final String device) {
        final long ns = ledger.answeredNs(row);
        final ResponseOrigin origin = ledger.origin(row);
        final String code = Fate.code(ledger.code(row));
        if (origin == null) {
            return step(ns, Layer.HARDWARE, "finds its page there after all, unrecorded");
        }
        return switch (origin) {
            case CONSUMER ->
                    step(
                            ns,
                            Layer.GUEST,
                            "answers "
                                    + code
                                    + (ledger.deliveredNs(row) == Ledger.NONE
                                            ? ""
                                            : " after " + duration(ns - ledger.deliveredNs(row))));
            case POLICY -> step(ns, Layer.POLICY, refusal(row, vm, device));
            case TIMED_OUT ->
                    step(
                            ns,
                            Layer.POLICY,
                            named("timeout")
                                    + " ends it: no answer for "
                                    + duration(ns - ledger.reportedNs(row)));
            case NO_HANDLER -> step(ns, Layer.CORE, "ends it: nobody handles it");
            case HANDLER_FAILED -> step(ns, Layer.CORE, "ends it: its handler refuses it");
            case NO_MEMORY -> step(ns, Layer.CORE, "ends it: no memory to keep it");
            case DRIVER -> step(ns, Layer.DRIVER, "answers " + code + " by itself");
            case DOMAIN_CHANGED -> step(ns, Layer.CORE, "ends it: its domain has changed");
            case DEVICE_REMOVED -> step(ns, Layer.CORE, "ends it: its device leaves the queue");
            case QUEUE_DESTROYED -> step(ns, Layer.CORE, "ends it: its fault queue goes");
        };
    }

    private String refusal(final int row, final String vm, final String device) {
        final long quota = faults.result().vms().get(ledger.vm(row)).quota();
        final int ofVm = ledger.vmHadOutstanding(row);
        if (quota > 0 && ofVm >= quota) {
            return named("vm-quota")
                    + " ends it: over quota, "
                    + vm
                    + " has "
                    + ofVm
                    + " of "
                    + quota
                    + " outstanding";
        }
        return String.join(",", policies)
                + " ends it: "
                + device
                + " has "
                + ledger.deviceHadOutstanding(row)
                + " outstanding, "
                + vm
                + " "
                + ofVm;
    }

    /** A policy as it was written; all of them if it cannot be told which. */
    private String named(final String policy) {
        return policies.stream()
                .filter(name -> name.equals(policy) || name.startsWith(policy + "="))
                .findFirst()
                .orElse(String.join(",", policies));
    }

    private Story.Step end(final int row) {
        final AccessResult how = ledger.result(row);
        if (how != null) {
            return step(
                    ledger.completedNs(row),
                    Layer.HARDWARE,
                    switch (how) {
                        case DONE -> "completes it: translated";
                        case ABORTED -> "completes it: aborted";
                        case RAZ_WI -> "completes it: it reads zero, a write is ignored";
                    });
        }
        final String waits =
                " for " + duration(endNs - ledger.raisedNs(row)) + " when the run ends";
        if (ledger.outcome(row) == Outcome.UNREPORTED) {
            return step(endNs, Layer.END, "it has waited for room" + waits);
        }
        return step(
                endNs,
                Layer.END,
                ledger.reportedNs(row) == Ledger.NONE
                        ? "it has waited for the driver" + waits
                        : "it has waited for an answer" + waits);
    }

    private static Story.Step step(final long ns, final Layer layer, final String text) {
        return new Story.Step(ns, layer, text);
    }

    /** A time span for people: three or four digits and a unit. */
    static String duration(final long ns) {
        if (ns < NS_PER_US) {
            return ns + " ns";
        }
        if (ns < NS_PER_MS) {
            return String.format(Locale.ROOT, "%.1f us", ns / (double) NS_PER_US);
        }
        return ns < NS_PER_S
                ? String.format(Locale.ROOT, "%.3f ms", ns / (double) NS_PER_MS)
                : String.format(Locale.ROOT, "%.3f s", ns / (double) NS_PER_S);
    }
}
