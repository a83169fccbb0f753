// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.policy.PolicyLoader;

/** {@code --policy native:LIB.so}: {@link NativePolicy}. */
public final class NativePolicyLoader implements PolicyLoader {
    /** For {@link java.util.ServiceLoader}. */
    public NativePolicyLoader() {}

    @Override
    public String scheme() {
        return LibraryWords.SCHEME;
    }

    @Override
    public FaultPolicy load(final String rest) {
        return new NativePolicy(rest);
    }
}
