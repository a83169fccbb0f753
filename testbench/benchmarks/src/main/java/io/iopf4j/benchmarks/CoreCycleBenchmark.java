// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The core's part of a fault cycle, in ns: report, read, write, {@code page_response}; the driver
 * does nothing.
 *
 * <pre>java -jar testbench/benchmarks/target/benchmarks.jar CoreCycle -prof gc</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class CoreCycleBenchmark {
    private static final long SEED = 1;

    /** Faults that the guest holds while another one is made. */
    @Param({"1", "1000"})
    public int outstanding;

    private CoreCycle cycle;

    /** Is made by JMH. */
    public CoreCycleBenchmark() {}

    /** Attaches the device. */
    @Setup
    public void build() {
        cycle = new CoreCycle(outstanding, 1, CoreCycle.NONE, SEED);
    }

    /** One cycle. */
    @Benchmark
    public void cycle() {
        cycle.run();
    }
}
