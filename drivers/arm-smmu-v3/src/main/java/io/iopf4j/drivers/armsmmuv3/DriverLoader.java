// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

/**
 * Makes a fault path of code that is not a part of iopf4j. A {@link java.util.ServiceLoader} finds
 * it: in the module descriptor as {@code provides}, on the class path under {@code
 * META-INF/services}. Any thread may call it.
 */
public interface DriverLoader {
    /**
     * What stands before the colon of a word that is for this loader.
     *
     * @return a small letter, then small letters, digits and dashes, such as {@code native}
     */
    String scheme();

    /**
     * Loads the code that a word names.
     *
     * @param rest all that stands behind the colon, such as {@code ./smmu-faults.so}
     * @return makes a fault path for each SMMU, with variables of its own
     * @throws IllegalArgumentException if it cannot be loaded, in one line that names it
     */
    ArmSmmuFaultPath.Factory load(String rest);
}
