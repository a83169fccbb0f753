// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

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
 * Whether the core's part of a cycle costs more when more is outstanding, in ns: report, policies,
 * read, write, {@code page_response}. The steps are the same whatever is outstanding. What does
 * grow is the time that memory takes once a million faults fit no cache; large pages and a
 * collector that does not follow each store keep other costs out.
 *
 * <pre>java -jar testbench/benchmarks/target/benchmarks.jar OutstandingScaling -prof gc</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "-Xms4g",
            "-Xmx4g",
            "-XX:+AlwaysPreTouch",
            "-XX:+UseParallelGC",
            "-XX:+UseTransparentHugePages"
        })
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class OutstandingScalingBenchmark {
    /** Policies joined by a plus, since a comma parts a parameter's values. */
    @Param({"none", "vm-quota=1000000+timeout=100s"})
    public String policy;

    /** Faults that guests hold while another one is made. */
    @Param({"100", "10000", "1000000"})
    public int outstanding;

    /** Devices, each in a virtual machine of its own. */
    @Param({"1", "64", "4096"})
    public int devices;

    /** Which is answered. */
    @Param("RANDOM")
    public Order order;

    private CoreCycle cycle;

    /** Is made by JMH. */
    public OutstandingScalingBenchmark() {}

    /** Attaches the devices and fills them up. */
    @Setup
    public void build() {
        cycle =
                new CoreCycle(
                        CycleSettings.of(outstanding, devices)
                                .withOrder(order)
                                .withPolicies(policy.replace('+', ',')));
        cycle.warm();
    }

    /** So many cycles as count as one round. */
    @Benchmark
    @OperationsPerInvocation(Cycle.ROUND)
    public void cycle() {
        cycle.run();
    }
}
