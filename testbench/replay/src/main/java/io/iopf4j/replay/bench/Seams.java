// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.IommuCore;
import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.emulation.MemoryGate;
import io.iopf4j.emulation.Scheduler;
import java.util.function.IntUnaryOperator;

/**
 * What stands between the parts of a bench. Each method is given a part and answers what the next
 * one gets in its stead: the part itself, or something that listens, changes or loses what passes
 * through. Several compose by {@link #then}. Everything is asked once, while the bench is built;
 * one thread.
 */
public interface Seams {
    /** Nothing stands between. */
    Seams NONE = new Seams() {};

    /**
     * Which of several ready tasks runs first.
     *
     * @param given who decides so far: is given how many are ready, and answers which, from 0
     * @return who decides
     */
    default IntUnaryOperator order(final IntUnaryOperator given) {
        return given;
    }

    /**
     * Between the hardware model and its driver: registers, memory to share, interrupts.
     *
     * @param given the device
     * @param scheduler time and order
     * @return what the driver is given
     */
    default PlatformDevice platform(final PlatformDevice given, final Scheduler scheduler) {
        return given;
    }

    /**
     * Between the hardware model and memory: tables, queues, and what devices access.
     *
     * @param given what stands there so far
     * @param scheduler time and order
     * @return what is asked before each access
     */
    default MemoryGate memory(final MemoryGate given, final Scheduler scheduler) {
        return given;
    }

    /**
     * Between the kernel's services and the driver, the core and the policies: interrupt threads,
     * work, timers, the log. The first part that is asked for.
     *
     * @param given the services
     * @param scheduler time and order
     * @return what is called in their stead
     */
    default Kernel kernel(final Kernel given, final Scheduler scheduler) {
        return given;
    }

    /**
     * Between the driver and the core, policies included.
     *
     * @param given the core
     * @return what the driver reports to
     */
    default IommuCore core(final IommuCore given) {
        return given;
    }

    /**
     * Beneath the core: which of its allocations fail.
     *
     * @param given who decides so far
     * @return who decides
     */
    default FailSlab failSlab(final FailSlab given) {
        return given;
    }

    /**
     * Puts others behind these: nearer to whoever uses the part.
     *
     * @param next gets what these answer
     * @return both
     */
    default Seams then(final Seams next) {
        final Seams first = this;
        return new Seams() {
            @Override
            public IntUnaryOperator order(final IntUnaryOperator given) {
                return next.order(first.order(given));
            }

            @Override
            public PlatformDevice platform(final PlatformDevice given, final Scheduler scheduler) {
                return next.platform(first.platform(given, scheduler), scheduler);
            }

            @Override
            public MemoryGate memory(final MemoryGate given, final Scheduler scheduler) {
                return next.memory(first.memory(given, scheduler), scheduler);
            }

            @Override
            public Kernel kernel(final Kernel given, final Scheduler scheduler) {
                return next.kernel(first.kernel(given, scheduler), scheduler);
            }

            @Override
            public IommuCore core(final IommuCore given) {
                return next.core(first.core(given));
            }

            @Override
            public FailSlab failSlab(final FailSlab given) {
                return next.failSlab(first.failSlab(given));
            }
        };
    }
}
