// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.core.semantics.Semantics;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One fault through the hardware, its driver, the core and a guest, and its answer all the way
 * back; in ns. What is outstanding is so before and after each cycle; the model says how much can
 * be.
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
    /** The hardware. */
    @Param public Model model;

    /** Faults that guests hold once another one is made. */
    @Param({"1", "1000"})
    public int outstanding;

    /** Devices, each in a virtual machine of its own. */
    @Param({"1", "64"})
    public int devices;

    /** Faults that come before their interrupt is taken; 1, 2, 4, 8, 16 or 32. */
    @Param("1")
    public int batch;

    /** Which is answered. */
    @Param("RANDOM")
    public Order order;

    /** What every guest answers. */
    @Param public Answer answer;

    /** The kernel's rules, by their name. */
    @Param("mainline-6.12")
    public String semantics;

    /** Policies joined by a plus, since a comma parts a parameter's values. */
    @Param("none")
    public String policy;

    private FaultCycle cycle;

    /** Is made by JMH. */
    public FaultCycleBenchmark() {}

    /** Builds the machine. */
    @Setup
    public void build() {
        cycle =
                new FaultCycle(
                        model,
                        new CycleSettings(
                                outstanding,
                                devices,
                                batch,
                                order,
                                answer.code(),
                                Semantics.of(semantics),
                                policy.replace('+', ',')));
        cycle.warm();
    }

    /** So many cycles as count as one round. */
    @Benchmark
    @OperationsPerInvocation(Cycle.ROUND)
    public void cycle() {
        cycle.run();
    }
}
