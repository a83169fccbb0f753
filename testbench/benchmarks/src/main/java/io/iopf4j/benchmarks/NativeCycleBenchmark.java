// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.core.semantics.Profiles;
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
 * A whole fault cycle, in ns, with rules in Java and with the same ones in C, which {@code
 * testbench/benchmarks/native-speed.sh} compiles.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class NativeCycleBenchmark {
    private static final int OUTSTANDING = 10;
    private static final int DEVICES = 4;

    /** Who decides: nobody, a quota in Java, the same in C, or a whole fault core in C. */
    public enum Rules {
        /** No policy. */
        NONE("none", "mainline-6.12"),
        /** {@code vm-quota}. */
        JAVA_QUOTA("vm-quota=1000", "mainline-6.12"),
        /** {@code quota.c}. */
        C_QUOTA("native:LIBS/quota.so limit=1000", "mainline-6.12"),
        /** {@code core.c}. */
        C_CORE("none", "native:LIBS/core.so");

        private final String policies;
        private final String semantics;

        Rules(final String policies, final String semantics) {
            this.policies = policies;
            this.semantics = semantics;
        }
    }

    /** The rules. */
    @Param public Rules rules;

    private FaultCycle cycle;

    /** Is made by JMH. */
    public NativeCycleBenchmark() {}

    /** Builds the machine. */
    @Setup
    public void build() {
        cycle =
                new FaultCycle(
                        Model.SMMUV3,
                        CycleSettings.of(OUTSTANDING, DEVICES)
                                .withCode(PageResponseCode.SUCCESS)
                                .withSemantics(Profiles.of(NativeLibraries.in(rules.semantics)))
                                .withPolicies(NativeLibraries.in(rules.policies)));
        cycle.warm();
    }

    /** So many cycles as count as one round. */
    @Benchmark
    @OperationsPerInvocation(Cycle.ROUND)
    public void cycle() {
        cycle.run();
    }
}
