// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.IommuAttachHandle;

/**
 * An attachment that a fault core in C knows.
 *
 * @param handle the attachment
 * @param address where C has it
 */
record NativeHandle(IommuAttachHandle handle, long address) {
    /** A domain's type as {@code linux/iommu.h} numbers it. */
    static int number(final DomainType type) {
        return switch (type) {
            case BLOCKED -> 0;
            case PAGING -> 1;
            case IDENTITY -> 1 << 2;
            case SVA -> 1 << 4;
            case NESTED -> 1 << 6;
        };
    }
}
