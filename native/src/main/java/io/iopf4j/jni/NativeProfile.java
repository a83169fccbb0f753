// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.core.semantics.Profile;

/** The rules of a fault core in C: each core of it is a library that is opened anew. */
public final class NativeProfile implements Profile {
    private final LibraryWords words;

    /**
     * Looks whether there is such a core; none of its functions is called.
     *
     * @param words the library and its parameters, as {@code ./core.so debug=1}
     * @throws IllegalArgumentException in one line if it cannot be opened, or is no fault core
     */
    public NativeProfile(final String words) {
        this.words = LibraryWords.parse(words);
        try (UserLibrary library =
                UserLibrary.open(this.words, new KernelServices(FailSlab.NEVER))) {
            Bridge.coreOpen(library.handle());
        }
    }

    @Override
    public String profileName() {
        return words.toString();
    }

    @Override
    public String description() {
        return "C under test: " + words.name();
    }

    @Override
    public FaultCore create(
            final Kernel kernel, final FaultObserver observer, final FailSlab failSlab) {
        return new NativeCore(words, kernel, observer, failSlab);
    }
}
