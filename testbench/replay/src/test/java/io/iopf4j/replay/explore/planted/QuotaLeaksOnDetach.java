// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore.planted;

import io.iopf4j.core.policy.Account;
import io.iopf4j.core.policy.FaultEnd;
import io.iopf4j.core.policy.FaultInfo;
import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.policy.Policies;
import io.iopf4j.replay.ScenarioRun;
import io.iopf4j.replay.explore.DrawLimits;
import io.iopf4j.replay.scenario.Hardware;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A quota of one's own counts a machine's faults and does not count down for those that the host
 * takes away with their domain, so that the machine may have fewer and fewer. It would sit in the
 * release path of VFIO's device, where the thread of 2017 wanted the quota. The policy itself
 * compares its books when it is closed, as {@code WARN_ON(atomic_read(&quota->used))} would.
 */
final class QuotaLeaksOnDetach implements PlantedBug {
    private static final int MOST = 6;

    @Override
    public DrawLimits limits() {
        return PlantedBug.of612(Hardware.Iommu.AUTO);
    }

    @Override
    public String invariant() {
        return "IllegalStateException";
    }

    @Override
    public ScenarioRun plant(final ScenarioRun run) {
        final List<FaultPolicy> policies = new ArrayList<>(Policies.parse("drain"));
        policies.add(new Leaking());
        return run.withPolicies(Optional.of(policies));
    }

    private static final class Leaking implements FaultPolicy {
        private final Map<Account, Integer> used = new HashMap<>();

        @Override
        public String name() {
            return "quota-of-my-own";
        }

        @Override
        public boolean admits(final FaultInfo request) {
            if (!request.opensGroup()) {
                return true;
            }
            if (used.getOrDefault(request.vm(), 0) >= MOST) {
                return false;
            }
            used.merge(request.vm(), 1, Integer::sum);
            return true;
        }

        @Override
        public void ended(final FaultInfo fault, final FaultEnd end) {
            if (fault.wasAdmitted() && end != FaultEnd.DRAINED) {
                used.merge(fault.vm(), -1, Integer::sum);
            }
        }

        @Override
        public void close() {
            used.forEach(
                    (vm, count) -> {
                        if (count != 0 && vm.outstandingGroups() == 0) {
                            throw new IllegalStateException(
                                    vm.name() + " has nothing outstanding, and uses " + count);
                        }
                    });
        }
    }
}
