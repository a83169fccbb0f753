// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.whatif;

import io.iopf4j.replay.FaultTable;
import io.iopf4j.replay.ledger.Ledger;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * The same faults under several rules: what each run came to, and the faults whose fate differs.
 * The first run is what the others are held against. Reads the ledgers and nothing else; immutable
 * once made, so that any thread may read it.
 */
public final class SideBySide {
    private final Faults faults;
    private final List<Run> runs;
    private final Pairing pairing;
    private final int[] differing;
    private final List<Shift> shifts;
    private final long endNs;

    private SideBySide(
            final Faults faults, final List<Variant> variants, final List<FaultTable> tables) {
        this.faults = faults;
        this.endNs =
                tables.stream()
                        .mapToLong(run -> Waits.endNs(run.result().ledger()))
                        .max()
                        .orElse(0);
        this.runs =
                IntStream.range(0, variants.size())
                        .mapToObj(
                                i ->
                                        new Run(
                                                variants.get(i),
                                                tables.get(i),
                                                Waits.of(tables.get(i), endNs)))
                        .toList();
        this.pairing = Pairing.of(tables);
        this.differing =
                IntStream.range(0, pairing.size())
                        .filter(pair -> fates(pair).stream().distinct().count() > 1)
                        .toArray();
        this.shifts = countShifts();
    }

    /**
     * One of the runs.
     *
     * @param variant which one
     * @param faults its faults
     * @param waits who waited for the hardware, and for whom; by machine
     */
    public record Run(Variant variant, FaultTable faults, List<VmWaits> waits) {}

    /**
     * Runs faults under each of several rules. What comes of it is the same whatever the number of
     * workers.
     *
     * @param faults what to run
     * @param variants under which rules, at least one
     * @param workers how many run at a time, as {@link Runs} takes it
     * @param listener hears how far all are
     * @return all of them side by side
     * @throws IOException if one of them cannot be run: one line that says why
     */
    public static SideBySide run(
            final Faults faults,
            final List<Variant> variants,
            final int workers,
            final Runs.Listener listener)
            throws IOException {
        final List<Runs.Job<FaultTable>> jobs =
                variants.stream()
                        .<Runs.Job<FaultTable>>map(
                                variant -> progress -> faults.run(variant.rules(), progress))
                        .toList();
        final List<Optional<FaultTable>> tables = new Runs<>(jobs, workers, listener).run();
        if (tables.contains(Optional.<FaultTable>empty())) {
            throw new IOException(faults.name() + ": interrupted");
        }
        return new SideBySide(faults, variants, tables.stream().flatMap(Optional::stream).toList());
    }

    /**
     * What was run.
     *
     * @return the faults
     */
    public Faults faults() {
        return faults;
    }

    /**
     * The runs.
     *
     * @return in the order of the rules
     */
    public List<Run> runs() {
        return runs;
    }

    /**
     * All faults, a fault that several runs raised counting once.
     *
     * @return a count
     */
    public int pairs() {
        return pairing.size();
    }

    /**
     * Faults that some run never raised: a device that gets no answers asks for less.
     *
     * @return a count, 0 with a dump
     */
    public long notInAll() {
        return IntStream.range(0, pairing.size())
                .filter(
                        pair ->
                                IntStream.range(0, runs.size())
                                        .anyMatch(
                                                run -> pairing.fault(pair, run) == Pairing.ABSENT))
                .count();
    }

    /**
     * Faults whose fate is not the same in all runs.
     *
     * @return a count
     */
    public int differences() {
        return differing.length;
    }

    /**
     * One of those faults.
     *
     * @param index in [0, {@link #differences}), in the order in which they were first raised
     * @return the fault
     */
    public Difference difference(final int index) {
        final int pair = differing[index];
        final int run =
                IntStream.range(0, runs.size())
                        .filter(i -> pairing.fault(pair, i) != Pairing.ABSENT)
                        .findFirst()
                        .orElseThrow();
        final FaultTable table = runs.get(run).faults();
        final int fault = pairing.fault(pair, run);
        return new Difference(
                table.vm(fault),
                table.device(fault),
                pairing.numberOfDevice(pair),
                table.result().ledger().iova(table.row(fault)),
                IntStream.range(0, runs.size()).mapToObj(i -> number(pair, i)).toList(),
                fates(pair));
    }

    private OptionalInt number(final int pair, final int run) {
        final int fault = pairing.fault(pair, run);
        return fault == Pairing.ABSENT ? OptionalInt.empty() : OptionalInt.of(fault);
    }

    /**
     * The faults to tell of: of each machine the first that went its way, as far as there is room
     * for them, so that not all tell the same; then the first of the rest.
     *
     * @param most how many at most, not negative
     * @return indexes as {@link #difference} takes them, ascending
     */
    public List<Integer> first(final int most) {
        final Set<Way> known = new HashSet<>();
        final SortedSet<Integer> chosen = new TreeSet<>();
        for (int i = 0; i < differing.length && chosen.size() < most; i++) {
            if (known.add(new Way(difference(i).vm(), fates(differing[i])))) {
                chosen.add(i);
            }
        }
        for (int i = 0; i < differing.length && chosen.size() < most; i++) {
            chosen.add(i);
        }
        return List.copyOf(chosen);
    }

    /**
     * A differing fault's life in one run.
     *
     * @param index which difference, as {@link #difference} takes it
     * @param run the run's index
     * @return its story; empty if that run never raised it
     */
    public Optional<Story> story(final int index, final int run) {
        final int fault = pairing.fault(differing[index], run);
        return fault == Pairing.ABSENT
                ? Optional.empty()
                : Optional.of(new StoryTeller(runs.get(run).faults(), endNs).tell(fault));
    }

    /**
     * How fates have shifted from the first run to each other one.
     *
     * @return by run, then by machine, the largest first
     */
    public List<Shift> shifts() {
        return shifts;
    }

    /**
     * The machines to show where there is room for few: all of them if they are few, else the first
     * of those whose counts differ between the runs; the first of all if none do.
     *
     * @param most how many at most, at least 1
     * @return their indexes, ascending
     */
    public List<Integer> vms(final int most) {
        final int count = runs.get(0).waits().size();
        final List<Integer> differing =
                IntStream.range(0, count)
                        .filter(vm -> count <= most || countsDiffer(vm))
                        .limit(most)
                        .boxed()
                        .toList();
        return differing.isEmpty()
                ? IntStream.range(0, Math.min(count, most)).boxed().toList()
                : differing;
    }

    private boolean countsDiffer(final int vm) {
        return runs.stream()
                        .map(run -> run.faults().result().vms().get(vm).outcomes())
                        .distinct()
                        .count()
                > 1;
    }

    /**
     * When all runs count as ended: what still waits then has waited until then.
     *
     * @return virtual nanoseconds of the last event in any of them
     */
    public long endNs() {
        return endNs;
    }

    /**
     * Whether every invariant has held in every run.
     *
     * @return none was broken
     */
    public boolean invariantsHold() {
        return runs.stream().allMatch(run -> run.faults().result().bench().invariants().hold());
    }

    private List<Fate> fates(final int pair) {
        final List<Fate> fates = new ArrayList<>(runs.size());
        for (int run = 0; run < runs.size(); run++) {
            fates.add(fate(pair, run));
        }
        return fates;
    }

    private Fate fate(final int pair, final int run) {
        final int fault = pairing.fault(pair, run);
        if (fault == Pairing.ABSENT) {
            return Fate.NOT_RAISED;
        }
        final FaultTable table = runs.get(run).faults();
        final Ledger ledger = table.result().ledger();
        return Fate.of(ledger, table.row(fault));
    }

    private record Way(String vm, List<Fate> fates) {}

    private List<Shift> countShifts() {
        final Map<Shift, Long> counts = new LinkedHashMap<>();
        for (int i = 0; i < differing.length; i++) {
            final List<Fate> fates = fates(differing[i]);
            final String vm = difference(i).vm();
            for (int run = 1; run < runs.size(); run++) {
                if (!fates.get(0).equals(fates.get(run))) {
                    counts.merge(
                            new Shift(run, vm, fates.get(0), fates.get(run), 0), 1L, Long::sum);
                }
            }
        }
        final Map<String, Integer> order = new LinkedHashMap<>();
        runs.get(0).waits().forEach(vm -> order.put(vm.vm(), order.size()));
        return counts.entrySet().stream()
                .map(entry -> entry.getKey().withCount(entry.getValue()))
                .sorted(
                        Comparator.comparingInt(Shift::run)
                                .thenComparingInt(shift -> order.getOrDefault(shift.vm(), -1))
                                .thenComparing(Comparator.comparingLong(Shift::count).reversed()))
                .toList();
    }
}
