// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath;
import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultServices;
import java.util.ArrayDeque;
import java.util.Set;

/**
 * What the tests of SMMUv3's driver run over in this module: {@code examples/smmu-faults.c}, or the
 * library that the property {@code iopf4j.test.driver} names.
 */
public final class SuiteFaultPath implements ArmSmmuFaultPath.Factory {
    private static final String NAMED = System.getProperty("iopf4j.test.driver");

    /** No test has more at once. */
    private static final int MOST_OPEN = 32;

    private static final ArrayDeque<ArmSmmuFaultPath> OPEN = new ArrayDeque<>();
    private static NativeDriver driver;

    /** For {@link java.util.ServiceLoader}. */
    public SuiteFaultPath() {}

    /** Puts another in its place; null for the usual one. */
    static void use(final NativeDriver other) {
        driver = other;
    }

    private static NativeDriver driver() {
        if (driver == null) {
            driver =
                    new NativeDriver(
                            NAMED != null ? NAMED : Compiler.example("smmu-faults").toString());
        }
        return driver;
    }

    @Override
    public Set<ArmSmmuFaultPath.Ability> abilities() {
        return driver().abilities();
    }

    @Override
    public ArmSmmuFaultPath create(final ArmSmmuFaultServices services) {
        // The driver's tests drop theirs. A library that is open keeps its machine alive.
        if (OPEN.size() == MOST_OPEN) {
            OPEN.removeFirst().remove();
        }
        final ArmSmmuFaultPath path = driver().create(services);
        OPEN.addLast(path);
        return path;
    }
}
