// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import static io.iopf4j.core.testing.CoreBench.last;
import static io.iopf4j.core.testing.CoreBench.partial;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.core.semantics.Mainline5x;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.core.testing.GateBench;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A profile of somebody's own may say less than those that ship: nothing stays charged for it. */
class TerseProfileTest {
    /** Keeps the rules of 5.x, says nothing of what it refuses, and can end nothing. */
    private static final class Terse extends Mainline5x {
        Terse(final Kernel kernel, final FaultObserver observer, final FailSlab failSlab) {
            super(kernel, observer, failSlab);
        }

        @Override
        public void refuse(
                final IommuDevice dev,
                final IommuFault last,
                final int code,
                final ResponseOrigin origin) {}

        @Override
        public boolean end(
                final IommuDevice dev,
                final IommuFault last,
                final IopfGroup group,
                final int generation,
                final int code,
                final ResponseOrigin origin) {
            return false;
        }
    }

    private static final Profile TERSE =
            new Profile() {
                @Override
                public String profileName() {
                    return "terse";
                }

                @Override
                public String description() {
                    return "says nothing";
                }

                @Override
                public FaultGeneration generation() {
                    return FaultGeneration.LINUX_5_X;
                }

                @Override
                public FaultCore create(
                        final Kernel kernel, final FaultObserver observer, final FailSlab slab) {
                    return new Terse(kernel, observer, slab);
                }
            };

    @Test
    void shouldNotChargeWhatWasRefused() {
        final GateBench bench = new GateBench(TERSE, "credit=1");
        final Account vm = bench.gate.addVm("vm");
        final IommuDevice dev = bench.device("dev", vm);
        bench.report(dev, partial(1));
        bench.report(dev, last(1));
        assertEquals(0, vm.outstandingGroups());
        bench.report(dev, last(1));
        assertEquals(List.of(1), bench.seenGrpids());
    }

    @Test
    void shouldNotChargeWhatWasTimedOut() {
        final GateBench bench = new GateBench(TERSE, "timeout=1us");
        final IommuDevice dev = bench.device("dev");
        bench.report(dev, last(1));
        bench.core.kernel.advanceTo(1_000);
        assertEquals(0, bench.gate.account(dev).outstandingGroups());
    }
}
