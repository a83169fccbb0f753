// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import io.iopf4j.api.IommuFault;

/**
 * What a translation allows, as a cached one remembers it: {@code IommuFault.PERM_} bits for READ,
 * WRITE and EXEC without privilege, and the same three with it.
 */
final class Rights {
    static final int ALL = IommuFault.PERM_READ | IommuFault.PERM_WRITE | IommuFault.PERM_EXEC;
    private static final int PRIVILEGED_SHIFT = 3;

    private Rights() {}

    static int both(final int user, final int privileged) {
        return user | privileged << PRIVILEGED_SHIFT;
    }

    /** The same with and without privilege. */
    static int same(final int rights) {
        return both(rights, rights);
    }

    static int of(final int rights, final boolean isPrivileged) {
        return (isPrivileged ? rights >>> PRIVILEGED_SHIFT : rights) & ALL;
    }
}
