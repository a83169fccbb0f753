// SPDX-License-Identifier: Apache-2.0
/** What the models of IOMMUs have in common. Not for users of the models. */
package io.iopf4j.emulation.parts;
