// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.PageResponseType;
import java.nio.ByteBuffer;

/** What the answers of 2018 and 2019 have in common: all but the places of two fields. */
final class PageResponseMsgLayout {
    static final int BYTES = 32;

    private static final int PASID_PRESENT = 1;
    private static final int PASID = 8;
    private static final int GRPID = 20;
    private static final int PRIVATE_DATA = 24;

    private final int code;
    private final int bits;

    PageResponseMsgLayout(final int code, final int bits) {
        this.code = code;
        this.bits = bits;
    }

    void encode(final ByteBuffer buffer, final int at, final IommuPageResponse msg) {
        Bytes.putLong(buffer, at, msg.addr());
        Bytes.putInt(buffer, at + PASID, msg.pasid());
        Bytes.putInt(buffer, at + code, msg.code());
        Bytes.putInt(buffer, at + bits, msg.hasPasid() ? PASID_PRESENT : 0);
        Bytes.putInt(buffer, at + GRPID, msg.grpid());
        Bytes.putLong(buffer, at + PRIVATE_DATA, msg.privateData());
    }

    int decode(final ByteBuffer buffer, final int at, final IommuPageResponse into) {
        if (!Bytes.hasRoom(buffer, at, BYTES)) {
            return -Errno.EFAULT;
        }
        final boolean isPresent = (Bytes.getInt(buffer, at + bits) & PASID_PRESENT) != 0;
        into
                .set(
                        Bytes.getInt(buffer, at + PASID),
                        Bytes.getInt(buffer, at + GRPID),
                        Bytes.getInt(buffer, at + code))
                .flags(isPresent ? IommuPageResponse.FLAG_PASID_VALID : 0)
                .stream(PageResponseType.GROUP, Bytes.getLong(buffer, at))
                .privateData(Bytes.getLong(buffer, at + PRIVATE_DATA));
        return 0;
    }
}
