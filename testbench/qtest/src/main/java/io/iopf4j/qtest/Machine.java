// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.WiredInterrupt;
import java.util.List;

/** What a client programs: memory, registers and interrupts around one IOMMU, out of reset. */
public interface Machine {
    /**
     * Its memory.
     *
     * @return the only range there is
     */
    PhysicalMemory memory();

    /**
     * Its registers: the IOMMU's and the endpoint block's.
     *
     * @return windows that overlap neither each other nor the memory
     */
    List<Window> windows();

    /**
     * Its interrupts.
     *
     * @return wires; a wire's number is its place
     */
    List<WiredInterrupt> interrupts();

    /**
     * Its virtual time, 0 at first, and what waits for it.
     *
     * @return the clock
     */
    Scheduler clock();

    /**
     * What whoever ran it should know afterwards.
     *
     * @return lines, none if there is nothing to say
     */
    List<String> remarks();

    /**
     * A remark about what software used and the model does not do.
     *
     * @param what its name
     * @param times how often, at least once
     * @param effect what happened then
     * @return the line
     */
    static String notModelled(final String what, final long times, final String effect) {
        return "not modelled: "
                + what
                + " used "
                + times
                + (times == 1 ? " time: " : " times: ")
                + effect;
    }
}
