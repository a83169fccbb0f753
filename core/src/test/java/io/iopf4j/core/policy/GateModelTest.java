// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.partial;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.testing.GateBench;
import io.iopf4j.core.testing.Notebook;
import io.iopf4j.core.testing.TestKernel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Random reports, answers, moves and pauses: the gate agrees with a model that searches lists. */
class GateModelTest {
    private static final int STEPS = 4_000;
    private static final int DEVICES = 5;
    private static final int VMS = 3;
    private static final int GRPIDS = 24;

    private final List<IommuDevice> devices = new ArrayList<>();
    private final List<Account> vms = new ArrayList<>();
    private final Set<String> origins = new HashSet<>();
    private GateBench bench;
    private NaiveGate model;
    private long nowNs;

    static Stream<Arguments> everySemanticsWithSomeSeeds() {
        return Stream.of(Semantics.values())
                .flatMap(
                        semantics ->
                                Stream.of(1L, 2L, 3L, 20_171_207L, -9L)
                                        .map(seed -> Arguments.of(semantics, seed)));
    }

    @ParameterizedTest
    @MethodSource("everySemanticsWithSomeSeeds")
    void shouldAgreeWithModel(final Semantics semantics, final long seed) {
        agreeWithModel(semantics, seed, new TestKernel());
    }

    @ParameterizedTest
    @MethodSource("everySemanticsWithSomeSeeds")
    void shouldAgreeWithModelWithoutLocks(final Semantics semantics, final long seed) {
        agreeWithModel(semantics, seed, new TestKernel(true));
    }

    private void agreeWithModel(
            final Semantics semantics, final long seed, final TestKernel kernel) {
        final Random random = new Random(seed);
        model =
                new NaiveGate(
                        2 + random.nextInt(4),
                        3 + random.nextInt(6),
                        4 + random.nextInt(6),
                        500 + random.nextInt(1_000),
                        6 + random.nextInt(8));
        bench = new GateBench(semantics, Policies.parse(model.policies()), new Notebook(), kernel);
        for (int i = 0; i < VMS; i++) {
            vms.add(bench.gate.addVm("vm" + i));
        }
        for (int i = 0; i < DEVICES; i++) {
            devices.add(bench.device("dev" + i));
            assign(i, i % VMS);
        }
        for (int step = 0; step < STEPS; step++) {
            final String where = semantics + " seed=" + seed + " step=" + step;
            takeStep(random, where);
            compare(where);
        }
        assertEquals(Set.of("CONSUMER", "POLICY", "TIMED_OUT"), origins, "all ways must be tried");
    }

    private void takeStep(final Random random, final String where) {
        final IommuDevice dev = devices.get(random.nextInt(DEVICES));
        switch (random.nextInt(20)) {
            case 0 -> assign(random.nextInt(DEVICES), random.nextInt(VMS));
            case 1, 2, 3 -> pause(random.nextInt(400));
            case 4 -> {
                final int vm = random.nextInt(VMS);
                vms.get(vm).enable();
                model.enable(vm);
            }
            case 5 -> {
                final int vm = random.nextInt(VMS * 4);
                if (vm < VMS) {
                    vms.get(vm).disable();
                    if (!model.disabled.contains(vm)) {
                        model.disable(vm);
                    }
                }
            }
            case 6, 7, 8, 9, 10 -> answer(random, where);
            default -> report(dev, random);
        }
    }

    private void assign(final int device, final int vm) {
        bench.gate.assign(devices.get(device), vms.get(vm));
        model.assign(devices.get(device), vm);
    }

    private void pause(final int ns) {
        nowNs += ns;
        bench.core.kernel.advanceTo(nowNs);
        model.expire(nowNs);
    }

    /** Hardware does not use a group's id again while it waits for its answer. */
    private void report(final IommuDevice dev, final Random random) {
        final int grpid = random.nextInt(GRPIDS);
        if (model.outstanding(dev, grpid) != null) {
            return;
        }
        final boolean isLast = random.nextInt(3) > 0;
        assertEquals(0, bench.report(dev, isLast ? last(grpid) : partial(grpid)));
        model.report(dev, grpid, isLast, nowNs);
    }

    /** Any group that the guest ever saw, so that many answers come late or twice. */
    private void answer(final Random random, final String where) {
        final List<GateBench.Seen> seen = bench.seen();
        if (seen.isEmpty()) {
            return;
        }
        final int recent = Math.min(seen.size(), 12);
        final GateBench.Seen picked = seen.get(seen.size() - 1 - random.nextInt(recent));
        // What a guest names: before 6.12 a group id, in 6.12 a cookie, each maybe in use again.
        final boolean isIommufd = bench.gate.generation() == FaultGeneration.LINUX_6_12;
        final int named =
                newest(
                        seen,
                        s -> isIommufd ? s.cookie() == picked.cookie() : isOfSameGroup(s, picked));
        final GateBench.Seen it = seen.get(named);
        final NaiveGate.Group group = model.outstanding(it.dev(), it.grpid());
        final boolean isOutstanding =
                group != null && newest(seen, s -> isOfSameGroup(s, it)) == named;
        assertEquals(isOutstanding ? 0 : -Errno.EINVAL, bench.answer(picked, SUCCESS), where);
        if (isOutstanding) {
            model.answer(group);
        }
    }

    private static int newest(
            final List<GateBench.Seen> seen, final Predicate<GateBench.Seen> isWanted) {
        int at = seen.size() - 1;
        while (!isWanted.test(seen.get(at))) {
            at--;
        }
        return at;
    }

    private static boolean isOfSameGroup(final GateBench.Seen one, final GateBench.Seen other) {
        return one.dev() == other.dev() && one.grpid() == other.grpid();
    }

    private void compare(final String where) {
        final List<String> ends =
                bench.notebook.lines.stream()
                        .filter(line -> line.startsWith("responding"))
                        .map(line -> line.substring("responding ".length()))
                        .toList();
        assertEquals(model.ends, ends, where);
        ends.forEach(end -> origins.add(end.substring(end.lastIndexOf(' ') + 1)));
        bench.notebook.lines.clear();
        model.ends.clear();
        for (int i = 0; i < VMS; i++) {
            assertEquals(model.groupsOfVm(i), vms.get(i).outstandingGroups(), where);
            assertTrue(vms.get(i).outstandingGroups() <= model.vmQuota, where);
            assertEquals(model.disabled.contains(i), vms.get(i).isDisabled(), where);
        }
        for (final IommuDevice dev : devices) {
            final Account account = bench.gate.account(dev);
            assertEquals(model.groupsOfDevice(dev), account.outstandingGroups(), where);
            assertEquals(model.requestsOfDevice(dev), account.outstandingRequests(), where);
            assertTrue(account.outstandingGroups() <= model.deviceQuota, where);
            assertTrue(account.outstandingRequests() <= model.credit, where);
        }
    }
}
