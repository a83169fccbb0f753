// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultServices;
import java.util.Set;

/**
 * Fault paths in C for SMMUs: {@code iopf4j_smmu_fault_path} of {@code iopf4j/smmu.h}. The library
 * is opened once for each SMMU, with variables of its own. Any thread.
 */
public final class NativeDriver implements ArmSmmuFaultPath.Factory {
    private final LibraryWords words;
    private final Set<ArmSmmuFaultPath.Ability> abilities;

    /**
     * Looks at a library, and keeps nothing open.
     *
     * @param words the library and its parameters, as {@code ./smmu-faults.so debug=1}
     * @throws IllegalArgumentException in one line if it cannot be opened, or is no fault path
     */
    public NativeDriver(final String words) {
        this.words = LibraryWords.parse(words);
        abilities = NativeFaultPath.abilities(this.words);
    }

    @Override
    public Set<ArmSmmuFaultPath.Ability> abilities() {
        return abilities;
    }

    @Override
    public ArmSmmuFaultPath create(final ArmSmmuFaultServices services) {
        return new NativeFaultPath(words, services);
    }

    @Override
    public String toString() {
        return words.toString();
    }
}
