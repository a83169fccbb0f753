// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.api.PageResponseType;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.bench.GuestRecord;
import io.iopf4j.replay.bench.GuestVm;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.scenario.GuestBehaviour;
import io.iopf4j.replay.scenario.Lie;
import java.util.PriorityQueue;

/**
 * A machine's guest at work: reads its fault queue as soon as it is woken, and answers each record
 * when and how its behaviour says.
 */
final class Guest {
    private static final int OTHER_COOKIE = 0x5eed;

    private final Bench bench;
    private final GuestVm vm;
    private final GuestBehaviour behaviour;
    private final PriorityQueue<Answer> answers = new PriorityQueue<>();
    private final Scheduler.Timer timer;
    private final GuestRecord said = new GuestRecord();
    private int order;
    private boolean isDead;

    Guest(final Bench bench, final GuestVm vm, final GuestBehaviour behaviour) {
        this.bench = bench;
        this.vm = vm;
        this.behaviour = behaviour;
        this.timer = bench.scheduler().new Timer(this::answerDue);
        final Scheduler.Task reads = bench.scheduler().new Task(this::read);
        vm.setListener(this::plan);
        vm.setWakeup(reads::wake);
    }

    void die() {
        isDead = true;
        timer.cancel();
    }

    private void read() {
        if (!isDead) {
            vm.readAll();
        }
    }

    private void plan(final GuestRecord record) {
        if (!record.isOwedAnswer() || !behaviour.next(bench.scheduler().nowNs())) {
            return;
        }
        answers.add(
                new Answer(
                        behaviour.answerNs(),
                        order++,
                        new GuestRecord().copyFrom(record),
                        bench.ledger()
                                .rowOfGroup(record.device().endpoint().index(), record.grpid()),
                        behaviour.code(),
                        behaviour.lie()));
        timer.arm(answers.peek().timeNs());
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
        final boolean isLie =
                answer.lie() != null && answer.lie().canBeTold(bench.core().generation());
        said.copyFrom(answer.record());
        if (isLie) {
            twist(answer.record(), answer.lie());
        }
        bench.ledger().guestMeans(isLie ? Ledger.NONE : answer.fault());
        vm.answer(answer.record(), said, answer.code());
        bench.ledger().guestMeans(Ledger.NONE);
        if (isLie && answer.lie() == Lie.TWICE) {
            vm.answer(answer.record(), said, answer.code());
        }
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

    private record Answer(long timeNs, int order, GuestRecord record, int fault, int code, Lie lie)
            implements Comparable<Answer> {
        @Override
        public int compareTo(final Answer other) {
            final int byTime = Long.compare(timeNs, other.timeNs);
            return byTime != 0 ? byTime : Integer.compare(order, other.order);
        }
    }
}
