// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.sweep;

import io.iopf4j.core.policy.Policies;
import io.iopf4j.replay.FaultTable;
import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.VmResult;
import io.iopf4j.replay.bench.BenchSettings;
import io.iopf4j.replay.bench.Hardware;
import io.iopf4j.replay.invariants.Invariant;
import io.iopf4j.replay.whatif.Faults;
import io.iopf4j.replay.whatif.Rules;
import io.iopf4j.replay.whatif.Runs;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * Runs the same faults at each value of one range or two. First once without any policy, which
 * finds the offender; with a scenario also while the offender asks for nothing, once for each guest
 * delay, which tells what the others ask for if nobody is in their way. Of each run only its {@link
 * Point} is kept. One use; {@link #stop} from any thread.
 */
public final class Sweep {
    private final Question question;
    private final int workers;
    private final Runs.Listener listener;
    private final int all;
    private volatile boolean isStopped;
    private Runs<?> current;
    private int before;

    /**
     * Nothing runs yet.
     *
     * @param question what to find out
     * @param workers how many run at a time, as {@link Runs} takes it; changes nothing but the time
     * @param listener hears how far all runs are
     */
    public Sweep(final Question question, final int workers, final Runs.Listener listener) {
        this.question = question;
        this.workers = workers;
        this.listener = listener;
        this.all = 1 + delays().size() + question.runs();
    }

    /**
     * Runs all, and waits for them. An interrupt stops it, as {@link #stop} does.
     *
     * @return what they came to; empty if it was stopped before there was anything to tell
     * @throws IOException if one cannot be run, or there is no such offender: one line that says
     *     why
     */
    public Optional<SweepResult> run() throws IOException {
        final List<Optional<Alone>> first = phase(List.of(this::baseline));
        if (first.get(0).isEmpty()) {
            return Optional.empty();
        }
        final Alone baseline = first.get(0).get();
        final Offender offender = offender(baseline.vms);
        final List<OptionalLong> delays = delays();
        final List<Runs.Job<Optional<List<Tally.Norm>>>> references = new ArrayList<>();
        for (final OptionalLong delay : delays) {
            references.add(
                    progress ->
                            question.faults()
                                    .runWithout(offender.name(), unlimited(delay), progress)
                                    .map(Tally::norms));
        }
        final Map<OptionalLong, Optional<List<Tally.Norm>>> norms = new HashMap<>();
        final List<Optional<Optional<List<Tally.Norm>>>> known = phase(references);
        for (int i = 0; i < delays.size(); i++) {
            if (known.get(i).isEmpty()) {
                return Optional.empty();
            }
            norms.put(delays.get(i), known.get(i).get());
        }
        final List<Runs.Job<Point>> jobs = new ArrayList<>();
        for (int run = 0; run < question.runs(); run++) {
            final List<Value> values = question.values(run);
            final Rules rules = question.rulesAt(values);
            jobs.add(
                    progress ->
                            point(
                                    values,
                                    question.faults().run(rules, progress),
                                    offender,
                                    rules.guestDelayNs(),
                                    norms.get(rules.guestDelayNs())));
        }
        final List<Optional<Point>> points = phase(jobs);
        return Optional.of(new SweepResult(question, baseline.setting, offender, points));
    }

    /** Begins no more runs and ends those that go on; what has finished stays. */
    public synchronized void stop() {
        isStopped = true;
        if (current != null) {
            current.stop();
        }
    }

    private <T> List<Optional<T>> phase(final List<Runs.Job<T>> jobs) throws IOException {
        final int base = before;
        final Runs<T> runs =
                new Runs<>(
                        jobs,
                        workers,
                        (done, some, share) ->
                                listener.at(base + done, all, (base + share * some) / all));
        synchronized (this) {
            current = runs;
            if (isStopped) {
                runs.stop();
            }
        }
        final List<Optional<T>> results = runs.run();
        isStopped |= Thread.currentThread().isInterrupted();
        before += jobs.size();
        return results;
    }

    // ---- Without the axes -----------------------------------------------------------------------

    /** What is known of a run that no policy limits. */
    private record Alone(SweepResult.Setting setting, List<VmResult> vms) {}

    private Alone baseline(final Faults.RunProgress progress) throws IOException {
        final RunResult result =
                question.faults()
                        .run(question.rules().withPolicy(Policies.NONE), progress)
                        .result();
        final BenchSettings settings = result.bench().settings();
        return new Alone(
                new SweepResult.Setting(
                        settings.semantics().profileName(),
                        result.bench().hardware().name(),
                        settings.seed()),
                result.vms());
    }

    private Rules unlimited(final OptionalLong delay) {
        final Rules free = question.rules().withPolicy(Policies.NONE);
        return delay.isPresent() ? free.withGuestDelayNs(delay.getAsLong()) : free;
    }

    /** What guests take, in all the runs. */
    private List<OptionalLong> delays() {
        return IntStream.range(0, question.runs())
                .mapToObj(run -> question.rulesAt(question.values(run)).guestDelayNs())
                .distinct()
                .toList();
    }

    private Offender offender(final List<VmResult> vms) throws IOException {
        final List<String> names = vms.stream().map(VmResult::name).toList();
        if (question.offender().isPresent()) {
            final String name = question.offender().get();
            if (name.equals(Question.NOBODY)) {
                return Offender.nobody(Offender.Choice.GIVEN);
            }
            if (!names.contains(name)) {
                throw new IOException(
                        "--offender " + name + ": no such VM; there are " + some(names));
            }
            if (names.size() == 1) {
                throw new IOException(
                        "--offender " + name + ": there is no other VM to keep from harm");
            }
            return new Offender(name, Offender.Choice.GIVEN, most(vms, name));
        }
        return vms.size() < 2
                ? Offender.nobody(Offender.Choice.ONLY_ONE)
                : vms.stream()
                        .max(Comparator.comparingInt(VmResult::outstandingHighWater))
                        .map(
                                vm ->
                                        new Offender(
                                                vm.name(),
                                                Offender.Choice.MOST_OUTSTANDING,
                                                vm.outstandingHighWater()))
                        .orElseThrow();
    }

    private static int most(final List<VmResult> vms, final String name) {
        return vms.stream()
                .filter(vm -> vm.name().equals(name))
                .mapToInt(VmResult::outstandingHighWater)
                .max()
                .orElse(0);
    }

    private static String some(final List<String> names) {
        final int shown = Math.min(names.size(), 8);
        return String.join(", ", names.subList(0, shown)) + (shown < names.size() ? ", ..." : "");
    }

    // ---- A point --------------------------------------------------------------------------------

    private Point point(
            final List<Value> values,
            final FaultTable faults,
            final Offender offender,
            final OptionalLong guestDelayNs,
            final Optional<List<Tally.Norm>> norms) {
        final Criterion criterion = question.criterion();
        final List<VmTally> vms = Tally.of(faults, criterion, guestDelayNs, norms);
        final Map<String, Long> harm = new LinkedHashMap<>();
        for (final VmTally vm : vms) {
            final long its = vm.vm().equals(offender.name()) ? 0 : criterion.harm(vm);
            if (its > 0) {
                harm.put(vm.vm(), its);
            }
        }
        final Hardware hardware = faults.result().bench().hardware();
        return new Point(
                values,
                vms,
                harm.entrySet().stream()
                        .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                        .map(Map.Entry::getKey)
                        .toList(),
                harm.values().stream()
                        .reduce(criterion.kind() == Criterion.Kind.WAIT ? Math::max : Long::sum)
                        .orElse(0L),
                hardware.stallHighWater(),
                hardware.queueHighWater(),
                hardware.queueOverflows(),
                faults.result().bench().invariants().all().stream()
                        .filter(invariant -> !invariant.holds())
                        .map(Invariant::name)
                        .toList());
    }
}
