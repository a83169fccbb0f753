// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import io.iopf4j.trace.fault.FaultEvent;
import io.iopf4j.trace.fault.FaultEvents;
import io.iopf4j.trace.write.TraceDatWriter.Compression;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One event of a trace.dat and three of its fields, in ns. At the file's end it is opened again,
 * which is part of the figure and, over some million events, a small one.
 *
 * <pre>java -jar testbench/benchmarks/target/benchmarks.jar TraceRead -prof gc</pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(2)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class TraceReadBenchmark {
    /** Size of the trace before compression, in units of 10^6 bytes. */
    @Param({"64"})
    public int megabytes;

    /** How its pages lie in the file. */
    @Param public Compression compression;

    private final FieldSum sum = new FieldSum();
    private Path file;
    private TraceReader reader;
    private FaultEvents steps;

    /** Is made by JMH. */
    public TraceReadBenchmark() {}

    /**
     * Writes the trace.
     *
     * @throws IOException if it cannot be written or read
     */
    @Setup
    public void write() throws IOException {
        file = Files.createTempFile("iopf4j-benchmark", ".dat");
        BigDump.write(file, megabytes, compression);
        open();
    }

    /**
     * Deletes the trace.
     *
     * @throws IOException if it cannot be deleted
     */
    @TearDown
    public void delete() throws IOException {
        reader.close();
        Files.delete(file);
    }

    /**
     * Any event as it is: its last three fields.
     *
     * @return their sum
     * @throws IOException if the trace cannot be read
     */
    @Benchmark
    public long fields() throws IOException {
        if (!reader.next()) {
            reopen();
            reader.next();
        }
        return sum.of(reader.event());
    }

    /**
     * An event as a step of a fault: its address, PASID and group index.
     *
     * @return their sum
     * @throws IOException if the trace cannot be read
     */
    @Benchmark
    public long steps() throws IOException {
        if (!steps.next()) {
            reopen();
            steps.next();
        }
        final FaultEvent step = steps.event();
        return step.addr() + step.pasid() + step.grpid();
    }

    private void reopen() throws IOException {
        reader.close();
        open();
    }

    private void open() throws IOException {
        reader = Traces.open(file);
        steps = new FaultEvents(reader);
    }
}
