// SPDX-License-Identifier: Apache-2.0
/** The bench, as libiopf4j.so drives it for a C program. Called by C alone. */
package io.iopf4j.jni.embed;
