// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni.embed;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.uapi.HwptPgfault;
import io.iopf4j.replay.bench.GuestRecord;
import io.iopf4j.replay.bench.GuestVm;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * A machine's fault queue as C reads it: records in the layout of 6.12, whatever the kernel. Those
 * before 6.12 have no cookies, and are answered by device, PASID and group; the cookies of their
 * records are counted here, from 1.
 */
final class FaultRecords {
    private static final int NO_DEVICE = -1;

    private final GuestVm vm;
    private final boolean hasCookies;
    private final Map<Integer, GuestRecord> recordOfCookie = new HashMap<>();
    private final IommuFault fault = new IommuFault();
    private final GuestRecord said = new GuestRecord();
    private int lastCookie;
    private ByteBuffer out;
    private int count;

    FaultRecords(final GuestVm vm, final boolean hasCookies) {
        this.vm = vm;
        this.hasCookies = hasCookies;
        vm.setListener(this::add);
    }

    /** How many were written from the buffer's start, or the host's negative errno. */
    int read(final ByteBuffer records) {
        out = records;
        count = 0;
        final int ret = vm.read(records.capacity() / HwptPgfault.BYTES);
        out = null;
        return ret;
    }

    private void add(final GuestRecord record) {
        final boolean hasPasid = record.ssid() >= 0;
        fault.pageRequest(
                (hasPasid ? IommuFault.FLAG_PASID_VALID : 0)
                        | (record.isLast() ? IommuFault.FLAG_LAST_PAGE : 0),
                hasPasid ? record.ssid() : 0,
                record.grpid(),
                record.perm(),
                record.iova());
        HwptPgfault.encode(
                out,
                count++ * HwptPgfault.BYTES,
                fault,
                record.device() == null ? NO_DEVICE : record.device().endpoint().index(),
                hasCookies ? record.cookie() : counted(record));
    }

    private int counted(final GuestRecord record) {
        if (!record.isOwedAnswer()) {
            return 0;
        }
        recordOfCookie.put(++lastCookie, new GuestRecord().copyFrom(record));
        return lastCookie;
    }

    /** Answers; 0, or the host's negative errno. */
    int answer(final int cookie, final int code) {
        if (hasCookies) {
            return vm.respond(said.set(null, NO_DEVICE, 0, 0, cookie), code);
        }
        final GuestRecord record = recordOfCookie.get(cookie);
        if (record == null) {
            throw new EmbeddingException(
                    Errno.EINVAL,
                    "cookie " + Integer.toUnsignedString(cookie) + ": no such record was read");
        }
        final int ret = vm.respond(record, code);
        if (ret == 0) {
            recordOfCookie.remove(cookie);
        }
        return ret;
    }
}
