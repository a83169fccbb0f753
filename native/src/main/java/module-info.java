// SPDX-License-Identifier: Apache-2.0
/**
 * C through JNI. Policies, fault cores and drivers' fault paths that are compiled against {@code
 * native/src/main/c/include} and loaded into the bench; and {@code embed}: what a C program that
 * starts the JVM drives through {@code iopf4j.h}.
 */
module io.iopf4j.jni {
    requires transitive io.iopf4j.core;
    requires transitive io.iopf4j.drivers.armsmmuv3;

    requires io.iopf4j.replay;

    exports io.iopf4j.jni;
    exports io.iopf4j.jni.embed;

    uses io.iopf4j.replay.RunReport;

    provides io.iopf4j.core.policy.PolicyLoader with
            io.iopf4j.jni.NativePolicyLoader;
    provides io.iopf4j.core.semantics.ProfileLoader with
            io.iopf4j.jni.NativeProfileLoader;
    provides io.iopf4j.drivers.armsmmuv3.DriverLoader with
            io.iopf4j.jni.NativeDriverLoader;
}
