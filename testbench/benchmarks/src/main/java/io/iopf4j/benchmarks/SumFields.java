// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.benchmarks;

import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Reads every event of a trace in the order of time and adds up the last three fields of each: what
 * {@code src/main/c/sumfields.c} does on libtracecmd.
 *
 * <pre>
 * java -cp testbench/benchmarks/target/benchmarks.jar io.iopf4j.benchmarks.SumFields FILE
 * </pre>
 */
public final class SumFields {
    private SumFields() {}

    /**
     * Prints the number of events and the sum, or in one line why it cannot.
     *
     * @param args the file
     */
    public static void main(final String[] args) {
        if (args.length != 1) {
            System.err.println("usage: SumFields FILE");
            System.exit(2);
        }
        try (TraceReader reader = Traces.open(Path.of(args[0]))) {
            if (!"trace.dat".equals(reader.info().format())) {
                System.err.println(
                        args[0] + ": expected a trace.dat, found " + reader.info().format());
                System.exit(2);
            }
            final FieldSum fields = new FieldSum();
            long sum = 0;
            while (reader.next()) {
                sum += fields.of(reader.event());
            }
            System.out.println(reader.events() + " events, sum " + sum);
        } catch (final IOException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }
}
