// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.core.iopf.FaultParamGroup;

/** The steps that one thread is in, one inside the other. */
final class CoreSteps {
    private final CoreStep outermost = new CoreStep();
    private CoreStep innermost;

    CoreStep begin(
            final ResponseOrigin origin, final IommuFault fault, final FaultParamGroup group) {
        final CoreStep outer = innermost;
        innermost = (outer == null ? outermost : outer.inner()).begin(origin, fault, group);
        innermost.outer = outer;
        return innermost;
    }

    void end(final CoreStep step) {
        innermost = step.outer;
        step.fault = null;
        step.group = null;
    }

    /** Null outside all steps. */
    CoreStep innermost() {
        return innermost;
    }
}
