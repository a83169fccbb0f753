// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.policy;

import io.iopf4j.core.CodeLoader;

/** Makes policies of code from outside, for the words of its scheme in {@link Policies#parse}. */
public interface PolicyLoader extends CodeLoader<FaultPolicy> {}
