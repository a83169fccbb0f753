// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.api.IommuDevice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What {@code device-quota}, {@code vm-quota}, {@code credit}, {@code timeout} and {@code
 * silent-guest} come to, by lists that are searched: what the gate is held against.
 */
final class NaiveGate {
    final int deviceQuota;
    final int vmQuota;
    final int credit;
    final long delayNs;
    final int silentAfter;

    /** Groups of which something came, until they are answered, oldest first. */
    final List<Group> groups = new ArrayList<>();

    /** Ends in order, as {@code device grpid how}. */
    final List<String> ends = new ArrayList<>();

    final Map<IommuDevice, Integer> owner = new HashMap<>();
    final Map<Integer, Set<IommuDevice>> everHad = new HashMap<>();
    final TreeMap<Integer, Integer> inRow = new TreeMap<>();
    final TreeSet<Integer> disabled = new TreeSet<>();

    static final class Group {
        final IommuDevice dev;
        final int vm;
        final int grpid;
        final long sinceNs;
        int requests;
        boolean isComplete;
        boolean isRefused;
        boolean isCharged;
        boolean isLate;

        Group(final IommuDevice dev, final int vm, final int grpid, final long sinceNs) {
            this.dev = dev;
            this.vm = vm;
            this.grpid = grpid;
            this.sinceNs = sinceNs;
        }
    }

    NaiveGate(
            final int deviceQuota,
            final int vmQuota,
            final int credit,
            final long delayNs,
            final int silentAfter) {
        this.deviceQuota = deviceQuota;
        this.vmQuota = vmQuota;
        this.credit = credit;
        this.delayNs = delayNs;
        this.silentAfter = silentAfter;
    }

    String policies() {
        return "device-quota="
                + deviceQuota
                + ",vm-quota="
                + vmQuota
                + ",credit="
                + credit
                + ",timeout="
                + delayNs
                + "ns,silent-guest="
                + silentAfter;
    }

    long groupsOfVm(final int vm) {
        return groups.stream().filter(g -> g.isCharged && g.vm == vm).count();
    }

    long groupsOfDevice(final IommuDevice dev) {
        return groups.stream().filter(g -> g.isCharged && g.dev == dev).count();
    }

    int requestsOfDevice(final IommuDevice dev) {
        return groups.stream()
                .filter(g -> g.isCharged && g.dev == dev)
                .mapToInt(g -> g.requests)
                .sum();
    }

    Group outstanding(final IommuDevice dev, final int grpid) {
        return groups.stream()
                .filter(g -> g.dev == dev && g.grpid == grpid && g.isComplete)
                .findFirst()
                .orElse(null);
    }

    void report(final IommuDevice dev, final int grpid, final boolean isLast, final long nowNs) {
        Group group =
                groups.stream()
                        .filter(g -> g.dev == dev && g.grpid == grpid && !g.isComplete)
                        .findFirst()
                        .orElse(null);
        if (group == null) {
            group = new Group(dev, owner.get(dev), grpid, nowNs);
            group.isRefused = groupsOfDevice(dev) >= deviceQuota || groupsOfVm(group.vm) >= vmQuota;
            groups.add(group);
        }
        if (!group.isLate) {
            group.isRefused |= disabled.contains(group.vm) || requestsOfDevice(dev) >= credit;
        }
        if (!group.isRefused && !group.isLate) {
            group.isCharged = true;
            group.requests++;
        }
        group.isComplete = isLast;
        if (isLast && group.isLate) {
            end(group, "TIMED_OUT");
        } else if (isLast && group.isRefused) {
            end(group, "POLICY");
        }
    }

    void answer(final Group group) {
        end(group, "CONSUMER");
    }

    void expire(final long nowNs) {
        for (Group late = oldestLate(nowNs); late != null; late = oldestLate(nowNs)) {
            late.isLate = true;
            if (late.isComplete) {
                end(late, "TIMED_OUT");
            }
        }
    }

    private Group oldestLate(final long nowNs) {
        return groups.stream()
                .filter(
                        g ->
                                g.isCharged
                                        && !g.isRefused
                                        && !g.isLate
                                        && g.sinceNs + delayNs <= nowNs)
                .findFirst()
                .orElse(null);
    }

    private void end(final Group group, final String how) {
        groups.remove(group);
        ends.add(group.dev.name() + " " + group.grpid + " " + how);
        if (disabled.contains(group.vm)) {
            return;
        }
        if (how.equals("CONSUMER")) {
            inRow.put(group.vm, 0);
        } else if (inRow.merge(group.vm, 1, Integer::sum) >= silentAfter) {
            inRow.put(group.vm, 0);
            disable(group.vm);
        }
    }

    void disable(final int vm) {
        disabled.add(vm);
        for (final IommuDevice dev : everHad.getOrDefault(vm, Set.of())) {
            for (final Group group : List.copyOf(groups)) {
                if (group.dev == dev && group.vm == vm && group.isCharged && !group.isLate) {
                    group.isRefused = true;
                    if (group.isComplete) {
                        end(group, "POLICY");
                    }
                }
            }
        }
    }

    void assign(final IommuDevice dev, final int vm) {
        owner.put(dev, vm);
        everHad.computeIfAbsent(vm, unused -> new LinkedHashSet<>()).add(dev);
    }

    void enable(final int vm) {
        disabled.remove(vm);
    }
}
