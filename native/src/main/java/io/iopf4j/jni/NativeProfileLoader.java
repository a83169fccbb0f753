// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.core.semantics.Profile;
import io.iopf4j.core.semantics.ProfileLoader;

/** {@code --semantics native:LIB.so}: {@link NativeProfile}. */
public final class NativeProfileLoader implements ProfileLoader {
    /** For {@link java.util.ServiceLoader}. */
    public NativeProfileLoader() {}

    @Override
    public String scheme() {
        return LibraryWords.SCHEME;
    }

    @Override
    public Profile load(final String rest) {
        return new NativeProfile(rest);
    }
}
