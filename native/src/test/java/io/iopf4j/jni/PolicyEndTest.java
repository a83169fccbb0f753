// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.IopfHandler;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.GroupCollector;
import io.iopf4j.core.testing.Notebook;
import io.iopf4j.core.testing.TestDomain;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a policy in C is told of a group's end. */
final class PolicyEndTest {
    private static final String POLICY =
            """
            #include <iopf4j/policy.h>
            static bool admit(const struct iopf_request *r) { return r->fault->prm.grpid != 2; }
            static void answered(const struct iopf_request *r, enum iopf_end end)
            {
                pr_warn("%u %d %d", r->fault->prm.grpid, r->was_admitted, end);
            }
            const struct iopf_policy_ops iopf_policy = { .admit = admit, .answered = answered };
            """;

    @Test
    void shouldSayHowAGroupEndedAndWhetherItWasAdmitted() {
        try (NativePolicy policy =
                new NativePolicy(Compiler.libraryOf("ends", POLICY).toString())) {
            final CoreBench bench =
                    new CoreBench(
                            Semantics.MAINLINE_6_12::create,
                            new Notebook(),
                            List.of(policy, Policies.parse("timeout=1ms").get(0)));
            final IommuDevice dev = bench.faultingDevice("dev");
            final TestDomain domain = bench.domain("domain", DomainType.PAGING);
            final GroupCollector guest = new GroupCollector();
            domain.setIopfHandler(guest);
            IommuGroup.of(dev).attach(domain, new IommuAttachHandle());
            bench.gate.assign(dev, bench.gate.addVm("vm"));
            bench.gate.reportDeviceFault(dev, CoreBench.last(1));
            bench.gate.reportDeviceFault(dev, CoreBench.last(2));
            guest.groups.get(0).respond(0);
            domain.setIopfHandler(new Forgetful());
            bench.gate.reportDeviceFault(dev, CoreBench.last(3));
            bench.kernel.advanceTo(2_000_000);
            bench.gate.reportDeviceFault(dev, CoreBench.last(4));
            bench.queue.removeDevice(dev);
            assertEquals(
                    List.of("ends.so: 2 0 1", "ends.so: 1 1 0", "ends.so: 3 1 2", "ends.so: 4 1 3"),
                    bench.kernel.complaints);
        }
    }

    /** Never answers, and gives back what it is asked for. */
    private static final class Forgetful implements IopfHandler {
        @Override
        public int handle(final IopfGroup group) {
            return 0;
        }

        @Override
        public boolean withdraw(final IopfGroup group, final int generation) {
            return true;
        }
    }
}
