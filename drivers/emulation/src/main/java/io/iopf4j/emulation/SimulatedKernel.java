// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation;

import io.iopf4j.api.Errno;
import io.iopf4j.api.hw.InterruptLine;
import io.iopf4j.api.kernel.IrqHandler;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.api.kernel.KernelLog;
import io.iopf4j.api.kernel.KernelTimer;
import io.iopf4j.api.kernel.Workqueue;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/** The kernel's services in the simulation: interrupt threads and work are scheduler tasks. */
public final class SimulatedKernel implements Kernel {
    private static final long NS_PER_US = 1_000;

    private final Scheduler scheduler;
    private final KernelLog log;
    private final long irqLatencyNs;
    private final Map<InterruptLine, IrqThread> irqThreads = new HashMap<>();

    /**
     * Services on a scheduler; an interrupt's thread is ready at once.
     *
     * @param scheduler time and order
     * @param log where messages go
     */
    public SimulatedKernel(final Scheduler scheduler, final KernelLog log) {
        this(scheduler, log, 0);
    }

    /**
     * Services of a machine whose processors are busy: an interrupt's thread takes its time. What
     * interrupts it meanwhile finds it on its way.
     *
     * @param scheduler time and order
     * @param log where messages go
     * @param irqLatencyNs from an interrupt until its thread is ready, virtual nanoseconds, not
     *     negative
     */
    public SimulatedKernel(
            final Scheduler scheduler, final KernelLog log, final long irqLatencyNs) {
        this.scheduler = scheduler;
        this.log = log;
        this.irqLatencyNs = irqLatencyNs;
    }

    @Override
    public long nowNs() {
        return scheduler.nowNs();
    }

    /** Yes: all its tasks are its scheduler's, which has one thread. */
    @Override
    public boolean isUniprocessor() {
        return true;
    }

    @Override
    public void udelay(final long microseconds) {
        scheduler.advanceTo(scheduler.nowNs() + microseconds * NS_PER_US);
    }

    @Override
    public int requestThreadedIrq(
            final InterruptLine line, final IrqHandler handler, final Runnable thread) {
        final WiredInterrupt wire = (WiredInterrupt) line;
        if (wire.isConnected()) {
            return -Errno.EBUSY;
        }
        final IrqThread irqThread =
                new IrqThread(thread == null ? SimulatedKernel::nothing : thread);
        irqThreads.put(line, irqThread);
        wire.connect(
                () -> {
                    if (handler == null || handler.handle()) {
                        irqThread.wake();
                    }
                });
        return 0;
    }

    @Override
    public void freeIrq(final InterruptLine line) {
        ((WiredInterrupt) line).connect(null);
        final IrqThread irqThread = irqThreads.remove(line);
        if (irqThread != null) {
            irqThread.cancel();
        }
    }

    @Override
    public Workqueue allocWorkqueue(final String name) {
        return new SimulatedWorkqueue();
    }

    @Override
    public void synchronizeIrq(final InterruptLine line) {
        final IrqThread irqThread = irqThreads.get(line);
        if (irqThread != null) {
            irqThread.runIfWoken();
        }
    }

    @Override
    public KernelTimer newTimer(final Runnable expired) {
        final Scheduler.Timer timer = scheduler.new Timer(expired);
        return new KernelTimer() {
            @Override
            public void arm(final long timeNs) {
                timer.arm(timeNs);
            }

            @Override
            public void cancel() {
                timer.cancel();
            }

            @Override
            public boolean isArmed() {
                return timer.isArmed();
            }
        };
    }

    @Override
    public KernelLog log() {
        return log;
    }

    private static void nothing() {}

    /** An interrupt's thread: woken, after the latency ready, then run. */
    private final class IrqThread {
        private final Scheduler.Task task;
        private final Scheduler.Timer latency;

        IrqThread(final Runnable body) {
            task = scheduler.new Task(body);
            latency = scheduler.new Timer(task::wake);
        }

        void wake() {
            if (irqLatencyNs == 0) {
                task.wake();
            } else if (!latency.isArmed()) {
                latency.arm(scheduler.nowNs() + irqLatencyNs);
            }
        }

        void cancel() {
            latency.cancel();
            task.cancel();
        }

        void runIfWoken() {
            if (latency.isArmed()) {
                latency.cancel();
                task.wake();
            }
            task.runIfReady();
        }
    }

    private final class SimulatedWorkqueue implements Workqueue {
        private final ArrayDeque<Runnable> works = new ArrayDeque<>();
        private final Scheduler.Task task = scheduler.new Task(this::runOne);

        @Override
        public void queueWork(final Runnable work) {
            works.addLast(work);
            task.wake();
        }

        @Override
        public void flush() {
            for (int left = works.size(); left > 0; left--) {
                works.removeFirst().run();
            }
        }

        @Override
        public void destroy() {
            flush();
            task.cancel();
        }

        private void runOne() {
            final Runnable work = works.pollFirst();
            if (work != null) {
                work.run();
            }
            if (!works.isEmpty()) {
                task.wake();
            }
        }
    }
}
