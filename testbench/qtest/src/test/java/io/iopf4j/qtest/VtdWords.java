// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

/** Words of records, requests and descriptors, by the specification's bit numbers. */
final class VtdWords {
    /** Types of request in a fault record. */
    static final long READ = 1L << 62;

    static final long WRITE = 0;
    static final long PAGE_REQUEST = 1L << 28;
    static final long PRIV = 1L << 29;
    static final long EXE = 1L << 30;

    /** Address types. */
    static final long TRANSLATION_REQUEST = 1L << 60;

    static final long TRANSLATED = 2L << 60;

    private VtdWords() {}

    /** Word 1 of a fault record that is valid; a negative PASID is none. */
    static long fault(final int sid, final int pasid, final int reason, final long bits) {
        final long ofPasid = pasid < 0 ? 0 : 1L << 31 | (long) pasid << 40;
        return 1L << 63 | bits | ofPasid | (long) reason << 32 | sid;
    }

    /** Bits of a fault record that an access of the endpoint causes. */
    static long bits(final int access, final int pasid) {
        final long kind = (access & EndpointClient.WRITE) != 0 ? WRITE : READ;
        final boolean isExecute = pasid >= 0 && kind == READ && (access & EndpointClient.EXEC) != 0;
        final boolean isPrivileged = pasid >= 0 && (access & EndpointClient.PRIV) != 0;
        return kind | (isExecute ? EXE : 0) | (isPrivileged ? PRIV : 0);
    }

    // ---- Descriptors ----------------------------------------------------------------------------

    static long contextCache(final int granularity, final int did, final int sid) {
        return 1 | (long) granularity << 4 | (long) did << 16 | (long) sid << 32;
    }

    static long iotlb(final int granularity, final int did) {
        return 2 | (long) granularity << 4 | (long) did << 16;
    }

    static long pasidIotlb(final int granularity, final int did, final int pasid) {
        return 6 | (long) granularity << 4 | (long) did << 16 | (long) pasid << 32;
    }

    static long pasidCache(final int granularity, final int did, final int pasid) {
        return 7 | (long) granularity << 4 | (long) did << 16 | (long) pasid << 32;
    }

    /** Word 0 of a wait that writes its status. */
    static long waitFor(final int status, final long flags) {
        return 5 | 1 << 5 | flags | (long) status << 32;
    }

    /** Word 0 of a page group response; a negative PASID is none. */
    static long response(final int rid, final int pasid, final int code) {
        final long ofPasid = pasid < 0 ? 0 : 1 << 4 | (long) pasid << 32;
        return 9 | ofPasid | (long) code << 12 | (long) rid << 16;
    }
}
