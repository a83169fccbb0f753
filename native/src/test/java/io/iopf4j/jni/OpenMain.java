// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

/** Opens a policy and says its name, for {@link LoadTest}. */
final class OpenMain {
    private OpenMain() {}

    /** Takes the library. */
    public static void main(final String[] args) {
        try (NativePolicy policy = new NativePolicy(args[0])) {
            System.out.println(policy.name());
        }
    }
}
