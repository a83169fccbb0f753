// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.testing.CoreBench.last;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.iopf.GroupResponder;
import io.iopf4j.core.iopf.PendingGroup;
import io.iopf4j.core.semantics.Profiles;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.GateBench;
import io.iopf4j.core.testing.TestDomain;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is kept of a group stands in the group, which its profile uses again as it likes. */
class GroupAccountTest {
    private static final int ROUNDS = 1_000;

    @Test
    void shouldChargeNothingForGroupThatWasFreedWithoutAWord() {
        final CoreBench bench =
                new CoreBench(
                        Profiles.of("own:silent")::create,
                        FaultObserver.NONE,
                        Policies.parse("device-quota=2,timeout=1us"));
        final IommuDevice dev = bench.device("dev");
        final TestDomain domain = bench.domain("domain", DomainType.SVA);
        final List<PendingGroup> delivered = new ArrayList<>();
        domain.setIopfHandler(
                group -> {
                    delivered.add((PendingGroup) group);
                    return 0;
                });
        IommuGroup.of(dev).attach(domain, new IommuAttachHandle());
        bench.gate.reportDeviceFault(dev, last(1));
        final Account account = bench.gate.account(dev);
        ((GroupResponder) bench.core).freeGroup(delivered.get(0));
        assertEquals(1, account.outstandingGroups(), "nobody said so");

        bench.gate.reportDeviceFault(dev, last(2));
        assertEquals(List.of(delivered.get(0), delivered.get(0)), delivered);
        assertEquals(1, account.outstandingGroups());
        delivered.get(1).respond(SUCCESS);
        assertEquals(0, account.outstandingGroups());
        assertEquals(0, account.outstandingRequests());
    }

    /** Each time that a device is put on its queue it has groups that nobody has seen before. */
    @Test
    void shouldFollowDeviceThatComesAndGoes() {
        final GateBench bench =
                new GateBench(Semantics.MAINLINE_6_12, "device-quota=3,timeout=1ms");
        final IommuDevice stays = bench.device("stays");
        final IommuDevice comesAndGoes = bench.device("comesAndGoes");
        bench.report(stays, last(1));
        for (int i = 0; i < ROUNDS; i++) {
            bench.report(comesAndGoes, last(1));
            bench.report(comesAndGoes, last(2));
            assertEquals(2, bench.gate.account(comesAndGoes).outstandingGroups());
            bench.detach(comesAndGoes);
            assertEquals(0, bench.gate.account(comesAndGoes).outstandingGroups());
            bench.attach(comesAndGoes);
        }
        final KnownGroups known = ((DeviceRecord) comesAndGoes.gateRecord()).groups;
        assertTrue(known.size() < 100, "groups that are gone are forgotten, not " + known.size());
        assertEquals(1, bench.gate.account(stays).outstandingGroups());
        bench.gate.account(stays).disable();
        assertEquals(0, bench.gate.account(stays).outstandingGroups());
        assertEquals(1, bench.notebook.count("responding stays 1 POLICY"));
    }

    /** Of groups that move between devices each has those alone that were its own the last time. */
    @Test
    void shouldFollowGroupsThatMoveBetweenDevices() {
        final CoreBench bench =
                new CoreBench(
                        Profiles.of("own:moving")::create,
                        FaultObserver.NONE,
                        Policies.parse("device-quota=8"));
        final IommuDevice a = bench.device("a");
        final IommuDevice b = bench.device("b");
        final List<PendingGroup> delivered = new ArrayList<>();
        final TestDomain domain = bench.domain("domain", DomainType.SVA);
        domain.setIopfHandler(
                group -> {
                    delivered.add((PendingGroup) group);
                    return 0;
                });
        IommuGroup.of(a).attach(domain, new IommuAttachHandle());
        IommuGroup.of(b).attach(domain, new IommuAttachHandle());
        for (int i = 0; i < ROUNDS; i++) {
            final IommuDevice dev = i % 2 == 0 ? a : b;
            bench.gate.reportDeviceFault(dev, last(1));
            bench.gate.reportDeviceFault(dev, last(2));
            assertEquals(2, bench.gate.account(dev).outstandingGroups());
            if (i < ROUNDS - 1) {
                delivered.forEach(group -> group.respond(SUCCESS));
                delivered.forEach(PendingGroup::free);
                delivered.clear();
            }
        }
        assertTrue(((DeviceRecord) a.gateRecord()).groups.size() < 100);
        final Account account = bench.gate.account(b);
        assertEquals(2, new ChargedFaults(account).size());
        assertEquals(0, new ChargedFaults(bench.gate.account(a)).size());
    }
}
