// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.PageResponseType;

/**
 * A fault's type and flags as {@code linux/iommu.h} of Linux 6.12 numbers them. What 6.12 has no
 * place for travels in bits that are the bench's own.
 */
final class NativeFlags {
    private static final int TYPE_PAGE_REQ = 1;

    /** In front of the number of a type that 6.12 does not have. */
    private static final int OTHER_TYPE = 0x100;

    private static final int SAME = IommuFault.FLAG_PASID_VALID | IommuFault.FLAG_LAST_PAGE;
    private static final int NEEDS_PASID = 1 << 2;
    private static final int PRIVATE_DATA = 1 << 30;
    private static final int STREAM_RESPONSE = 1 << 31;

    private NativeFlags() {}

    static int of(final IommuFault fault) {
        int flags = fault.flags() & SAME;
        if (fault.needsPasid()) {
            flags |= NEEDS_PASID;
        }
        if ((fault.flags() & IommuFault.FLAG_PRIV_DATA) != 0) {
            flags |= PRIVATE_DATA;
        }
        if (fault.responseType() == PageResponseType.STREAM) {
            flags |= STREAM_RESPONSE;
        }
        return flags;
    }

    static int typeOf(final IommuFault fault) {
        return fault.type() == IommuFault.TYPE_PAGE_REQ ? TYPE_PAGE_REQ : OTHER_TYPE | fault.type();
    }

    /** The type that C has as a number. */
    static int type(final int number) {
        return number == TYPE_PAGE_REQ ? IommuFault.TYPE_PAGE_REQ : number & ~OTHER_TYPE;
    }

    /** Fills a page request from what C has of it. */
    static void fill(
            final IommuFault fault,
            final int flags,
            final int pasid,
            final int grpid,
            final int perm,
            final long addr) {
        int itsFlags = flags & SAME;
        if ((flags & NEEDS_PASID) != 0) {
            itsFlags |= IommuFault.FLAG_NEEDS_PASID;
        }
        if ((flags & PRIVATE_DATA) != 0) {
            itsFlags |= IommuFault.FLAG_PRIV_DATA;
        }
        fault.pageRequest(itsFlags, pasid, grpid, perm, addr)
                .responseType(
                        (flags & STREAM_RESPONSE) != 0
                                ? PageResponseType.STREAM
                                : PageResponseType.GROUP);
    }
}
