// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.core.SchemeWord;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath;
import io.iopf4j.drivers.armsmmuv3.DriverLoader;
import java.util.ServiceLoader;

/** Fault paths of SMMUv3's driver, by the words that a command line has for them. */
public final class Drivers {
    private Drivers() {}

    /**
     * Loads what a command line names.
     *
     * @param word such as {@code native:./smmu-faults.so}
     * @return the fault path, for SMMUv3
     * @throws IllegalArgumentException if it names none, in one line
     */
    public static ArmSmmuFaultPath.Factory parse(final String word) {
        final SchemeWord code =
                SchemeWord.of(word)
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                "'"
                                                        + word
                                                        + "': must name code to load, such as"
                                                        + " native:LIB.so"));
        return code.loader(ServiceLoader.load(DriverLoader.class), DriverLoader::scheme)
                .load(code.rest());
    }
}
