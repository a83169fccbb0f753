// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.core.policy.Policies;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.core.semantics.Semantics;

/**
 * What a cycle is measured with.
 *
 * @param outstanding faults between two answers, at least 1
 * @param devices each in a virtual machine of its own, at least 1
 * @param batch faults before an interrupt is taken, and answers after it, in [1, {@link
 *     Cycle#ROUND}] and a divisor of that
 * @param order which fault is answered
 * @param code what guests answer, a {@link PageResponseCode}
 * @param semantics the kernel's rules
 * @param policies as {@link Policies#parse} takes them; none may refuse or end anything
 */
record CycleSettings(
        int outstanding,
        int devices,
        int batch,
        Order order,
        int code,
        Profile semantics,
        String policies) {
    private static final String TIMEOUT = "timeout";

    CycleSettings {
        if (outstanding < 1 || devices < 1 || batch < 1 || Cycle.ROUND % batch != 0) {
            throw new IllegalArgumentException(
                    "outstanding and devices must be at least 1, and batch must divide "
                            + Cycle.ROUND);
        }
    }

    /** One at a time, answered INVALID in random order, by 6.12 without policies. */
    static CycleSettings of(final int outstanding, final int devices) {
        return new CycleSettings(
                outstanding,
                devices,
                1,
                Order.RANDOM,
                PageResponseCode.INVALID,
                Semantics.MAINLINE_6_12,
                Policies.NONE);
    }

    CycleSettings withBatch(final int count) {
        return new CycleSettings(outstanding, devices, count, order, code, semantics, policies);
    }

    CycleSettings withOrder(final Order other) {
        return new CycleSettings(outstanding, devices, batch, other, code, semantics, policies);
    }

    CycleSettings withCode(final int other) {
        return new CycleSettings(outstanding, devices, batch, order, other, semantics, policies);
    }

    CycleSettings withSemantics(final Profile other) {
        return new CycleSettings(outstanding, devices, batch, order, code, other, policies);
    }

    CycleSettings withPolicies(final String list) {
        return new CycleSettings(outstanding, devices, batch, order, code, semantics, list);
    }

    /** Whether virtual time has to pass, so that timers are looked after. */
    boolean hasTimer() {
        return policies.contains(TIMEOUT);
    }
}
