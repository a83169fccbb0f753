// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.PageResponseType;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.bench.GuestRecord;
import io.iopf4j.replay.bench.GuestVm;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.scenario.GuestBehaviour;
import io.iopf4j.replay.scenario.Lie;
import io.iopf4j.replay.scenario.ScenarioEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * A machine's guest at work: reads its fault queue as soon as it is woken, and answers each record
 * when and how its behaviour says, or when it is told to. Once all is calm it is honest and prompt,
 * and answers what it still owes.
 */
public final class Guest {
    private static final int OTHER_COOKIE = 0x5eed;
    private static final long PROMPT_NS = 50_000;

    private final Bench bench;
    private final GuestVm vm;
    private final GuestBehaviour behaviour;
    private final boolean remembers;
    private final boolean isCareful;
    private final PriorityQueue<Answer> answers = new PriorityQueue<>();
    private final Scheduler.Timer timer;
    private final GuestRecord said = new GuestRecord();
    private final List<Answer> owed = new ArrayList<>();
    private final Optional<HostileActs> hostility;
    private int order;
    private boolean isDead;
    private boolean isCalm;

    /**
     * Puts a guest into a machine: it hears of every record from now on.
     *
     * @param bench where the machine is, with a ledger
     * @param vm the machine
     * @param behaviour what the guest does about each record
     */
    public Guest(final Bench bench, final GuestVm vm, final GuestBehaviour behaviour) {
        this(bench, vm, behaviour, true, false);
    }

    /** A guest that has read nothing; one that is never asked for what it owes forgets that. */
    Guest(
            final Bench bench,
            final GuestVm vm,
            final GuestBehaviour behaviour,
            final boolean remembers,
            final boolean isCareful) {
        this.remembers = remembers;
        this.isCareful = isCareful;
        this.bench = bench;
        this.vm = vm;
        this.behaviour = behaviour;
        this.hostility = behaviour.hostility().map(random -> new HostileActs(bench, vm, random));
        this.timer = bench.scheduler().new Timer(this::answerDue);
        final Scheduler.Task reads = bench.scheduler().new Task(this::read);
        vm.setListener(this::plan);
        vm.setWakeup(reads::wake);
    }

    /** It does nothing any more. */
    public void die() {
        isDead = true;
        timer.cancel();
    }

    /** From now on it answers everything, rightly and soon; first what it has not answered yet. */
    void calm() {
        isCalm = true;
        timer.cancel();
        owed.addAll(answers);
        answers.clear();
        owed.sort(Comparator.comparingInt(Answer::order));
        final List<Answer> all = List.copyOf(owed);
        owed.clear();
        all.forEach(answer -> give(answer.honestly()));
    }

    /** Rows of the faults that it has read and not answered, the oldest first. */
    List<Integer> owed() {
        return owed.stream().map(Answer::fault).toList();
    }

    /** Answers one of those that it owes, now; does nothing if it owes none. */
    void answer(final ScenarioEvent.Reply reply) {
        if (!owed.isEmpty()) {
            give(owed.remove(reply.isNewest() ? owed.size() - 1 : 0).with(reply.code()));
        }
    }

    private void owes(final Answer answer) {
        if (remembers) {
            owed.add(answer);
        }
    }

    private void read() {
        if (!isDead) {
            vm.readAll();
        }
    }

    private void plan(final GuestRecord record) {
        if (!record.isOwedAnswer() || (hostility.isPresent() && !isNews(record))) {
            return;
        }
        final long nowNs = bench.scheduler().nowNs();
        final Answer honest =
                new Answer(
                        nowNs + PROMPT_NS,
                        order++,
                        new GuestRecord().copyFrom(record),
                        bench.ledger()
                                .rowOfRecord(record.device().endpoint().index(), record.grpid()),
                        PageResponseCode.SUCCESS,
                        null,
                        false);
        if (isCalm) {
            answers.add(honest);
        } else if (behaviour.next(nowNs)) {
            answers.add(honest.as(behaviour));
        } else {
            owes(honest);
            return;
        }
        timer.arm(answers.peek().timeNs());
    }

    /** A hostile guest turns its rings; what they show again it does not answer again. */
    private boolean isNews(final GuestRecord record) {
        final int fault = HostileActs.faultOf(record, bench.ledger());
        for (final Answer answer : answers) {
            if (answer.fault() == fault) {
                // Its own act made the access fault again.
                answer.record().copyFrom(record);
                return false;
            }
        }
        return fault != Ledger.NONE;
    }

    private void answerDue() {
        while (!answers.isEmpty() && answers.peek().timeNs() <= bench.scheduler().nowNs()) {
            give(answers.poll());
        }
        if (!answers.isEmpty()) {
            timer.arm(answers.peek().timeNs());
        }
    }

    private void give(final Answer answer) {
        if (hostility.isPresent()) {
            giveAsHostile(answer);
            return;
        }
        if (isCareful && !bench.ledger().isOutstanding(answer.fault())) {
            return;
        }
        final boolean isLie =
                answer.lie() != null && answer.lie().canBeTold(bench.core().generation());
        said.copyFrom(answer.record());
        if (isLie) {
            twist(answer.record(), answer.lie());
        }
        bench.ledger().guestMeans(isLie ? Ledger.NONE : answer.fault());
        final int ret = vm.answer(answer.record(), said, answer.code());
        bench.ledger().guestMeans(Ledger.NONE);
        if (isLie && answer.lie() == Lie.TWICE) {
            vm.answer(answer.record(), said, answer.code());
        } else if (isLie || ret != 0 || answer.code() == Lie.UNKNOWN_CODE) {
            // Nothing came of it, and not every kernel says so.
            owes(answer);
        }
    }

    /** What its own acts have ended, or made anew, it does not mean any more. */
    private void giveAsHostile(final Answer answer) {
        if (answer.isHostile()) {
            hostility.get().act(answer.record(), answers.stream().map(Answer::record).toList());
        }
        final boolean isStillMeant =
                HostileActs.faultOf(answer.record(), bench.ledger()) == answer.fault();
        bench.ledger().guestMeans(isStillMeant ? answer.fault() : Ledger.NONE);
        vm.answer(answer.record(), PageResponseCode.SUCCESS);
        bench.ledger().guestMeans(Ledger.NONE);
        hostility.get().remember(answer.record());
    }

    private void twist(final GuestRecord record, final Lie lie) {
        final boolean isOfPasid = lie == Lie.WRONG_PASID;
        said.set(
                        record.device(),
                        isOfPasid ? Math.max(record.ssid(), 0) + 1 : record.ssid(),
                        record.iova(),
                        lie == Lie.WRONG_GROUP ? record.grpid() + 1 : record.grpid(),
                        lie == Lie.WRONG_COOKIE ? record.cookie() + OTHER_COOKIE : record.cookie())
                .shape(
                        lie == Lie.WRONG_TYPE
                                ? otherType(record.responseType())
                                : record.responseType(),
                        true);
    }

    private static int otherType(final int type) {
        return type == PageResponseType.GROUP ? PageResponseType.STREAM : PageResponseType.GROUP;
    }

    private record Answer(
            long timeNs,
            int order,
            GuestRecord record,
            int fault,
            int code,
            Lie lie,
            boolean isHostile)
            implements Comparable<Answer> {
        /** As a guest's behaviour has it. */
        Answer as(final GuestBehaviour how) {
            return new Answer(
                    how.answerNs(), order, record, fault, how.code(), how.lie(), how.isHostile());
        }

        Answer with(final int otherCode) {
            return new Answer(timeNs, order, record, fault, otherCode, lie, isHostile);
        }

        Answer honestly() {
            return new Answer(timeNs, order, record, fault, PageResponseCode.SUCCESS, null, false);
        }

        @Override
        public int compareTo(final Answer other) {
            final int byTime = Long.compare(timeNs, other.timeNs);
            return byTime != 0 ? byTime : Integer.compare(order, other.order);
        }
    }
}
