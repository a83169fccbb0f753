// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.semantics;

import io.iopf4j.core.CodeLoader;

/** Makes profiles of code from outside, for the words of its scheme in {@link Profiles#of}. */
public interface ProfileLoader extends CodeLoader<Profile> {}
