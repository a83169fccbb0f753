// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.IopfQueue;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.emulation.RecentLog;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.SimulatedKernel;
import io.iopf4j.jni.NativeCore;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One call from Java into C under test, and one call back, in ns; {@code
 * testbench/benchmarks/native-speed.sh} compiles the C.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class NativeCallBenchmark {
    /** As often calls.c asks for the time. */
    private static final int UPCALLS = 1000;

    private NativeCore core;
    private IopfQueue queue;
    private IommuDevice device;

    /** Is made by JMH. */
    public NativeCallBenchmark() {}

    /** Opens the library. */
    @Setup
    public void open() {
        final SimulatedKernel kernel = new SimulatedKernel(new Scheduler(1), new RecentLog(1));
        core =
                new NativeCore(
                        NativeLibraries.in("LIBS/calls.so"),
                        kernel,
                        FaultObserver.NONE,
                        FailSlab.NEVER);
        queue = core.iopfQueueAlloc("calls");
        device =
                new IommuDevice(
                        "dev", new SilentDriver(queue), new IommuFwspec(List.of(1), true, 1));
    }

    /** Closes it. */
    @TearDown
    public void close() {
        queue.free();
        core.close();
    }

    /**
     * A function that returns at once.
     *
     * @return 0
     */
    @Benchmark
    public int downcall() {
        return queue.flushDev(device);
    }

    /**
     * A function that asks for the time, over and over.
     *
     * @return 0
     */
    @Benchmark
    @OperationsPerInvocation(UPCALLS)
    public int upcall() {
        return queue.discardPartial();
    }
}
