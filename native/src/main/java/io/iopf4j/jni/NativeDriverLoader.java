// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.drivers.armsmmuv3.ArmSmmuFaultPath;
import io.iopf4j.drivers.armsmmuv3.DriverLoader;

/** {@code --driver native:LIB.so}: {@link NativeDriver}. */
public final class NativeDriverLoader implements DriverLoader {
    /** For {@link java.util.ServiceLoader}. */
    public NativeDriverLoader() {}

    @Override
    public String scheme() {
        return LibraryWords.SCHEME;
    }

    @Override
    public ArmSmmuFaultPath.Factory load(final String rest) {
        return new NativeDriver(rest);
    }
}
