// SPDX-License-Identifier: Apache-2.0
/** C under test, through JNI: start at {@link io.iopf4j.jni.NativePolicy}. */
package io.iopf4j.jni;
