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
 * One fault through the SMMU, its driver, the core and a guest, and its answer all the way back; in
 * ns.
 *
 * <pre>java -jar testbench/benchmarks/target/benchmarks.jar FaultCycle -prof gc</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class FaultCycleBenchmark {
    private static final long SEED = 1;

    /** Faults that guests hold while another one is made. */
    @Param({"1", "1000"})
    public int outstanding;

    /** Devices, each in a virtual machine of its own. */
    @Param({"1", "64"})
    public int devices;

    /** What every guest answers. */
    @Param public Answer answer;

    private FaultCycle cycle;

    /** Is made by JMH. */
    public FaultCycleBenchmark() {}

    /** Builds the machine. */
    @Setup
    public void build() {
        cycle = new FaultCycle(outstanding, devices, answer.code(), SEED);
    }

    /** One cycle. */
    @Benchmark
    public void cycle() {
        cycle.run();
    }
}
