// SPDX-License-Identifier: Apache-2.0
/**
 * What a fault cycle and a trace event cost. Build with {@code mvn package} and run all of them, with
 * what each allocates:
 *
 * <pre>java -jar testbench/benchmarks/target/benchmarks.jar -prof gc</pre>
 *
 * A name picks one, {@code -p outstanding=1000} one of its parameters' values, {@code -f 1 -wi 3 -i 3}
 * makes it brief. What {@code gc.alloc.rate.norm} shows far below 1 B/op is the harness's own garbage.
 */
package io.iopf4j.benchmarks;
