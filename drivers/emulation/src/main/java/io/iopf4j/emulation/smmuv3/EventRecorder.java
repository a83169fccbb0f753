// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.smmuv3.Events;

/**
 * What the records of the SMMU's events look like: those that a lookup comes to and those that need
 * none. IHI 0070, 7.3.2 to 7.3.19.
 *
 * <p>The architecture's text names the fields of F_BAD_ATS_TREQ but where they lie is seen in its
 * figure alone. Here Span lies at word 1 bits 51:44, as in E_PAGE_REQUEST; Read, Write, Execute and
 * Privileged at bits 35, 34, 33 and 32, so that whoever takes bit 35 for RnW sees the read that
 * every translation request asks for; the address, without its page offset, in word 2.
 */
final class EventRecorder {
    private static final long PAGE_MASK = ~0xfffL;
    private static final int SPAN_MAX = 0xff;
    private static final long ATS_READ = 1L << 35;
    private static final long ATS_WRITE = 1L << 34;
    private static final long ATS_EXEC = 1L << 33;
    private static final long ATS_PRIV = 1L << 32;

    private final EventQueue queue;
    private final SmmuObserver observer;

    EventRecorder(final EventQueue queue, final SmmuObserver observer) {
        this.queue = queue;
        this.observer = observer;
    }

    /** Records what a lookup came to, unless it says that nothing is to be recorded. */
    void terminated(final Translation found, final int sid, final int ssid) {
        if (found.isRecorded) {
            record(
                    word0(found, sid, ssid),
                    found.eventWord1,
                    found.eventWord2,
                    found.eventWord3,
                    found.mayMerge && needsLeaveToMerge(found.eventNumber));
        }
    }

    /**
     * What comes before a stream's entry is read could be merged without its leave. It is not: it
     * says that the configuration is wrong, and who causes it over and over is to see the queue
     * overflow. IHI 0070, 7.3.1.
     */
    private static boolean needsLeaveToMerge(final int number) {
        return switch (number) {
            case Events.F_UUT, Events.C_BAD_STREAMID, Events.F_STE_FETCH, Events.C_BAD_STE -> false;
            default -> true;
        };
    }

    /** Records that a lookup came to a stall; the caller has seen room. */
    void stalled(final Translation found, final int sid, final int ssid, final int tag) {
        queue.recordStall(
                word0(found, sid, ssid),
                found.eventWord1 | tag,
                found.eventWord2,
                found.eventWord3);
    }

    /** F_UUT: the attributes are those that came in. */
    void unsupported(final int sid, final int ssid, final long address, final int perm) {
        final boolean isRead = isRead(perm);
        record(
                Events.word0(Events.F_UUT, sid, ssid),
                (isRead ? Events.RNW : 0)
                        | (isRead && (perm & IommuFault.PERM_EXEC) != 0 ? Events.IND : 0)
                        | ((perm & IommuFault.PERM_PRIV) != 0 ? Events.PNU : 0),
                address,
                0,
                false);
    }

    /** F_BAD_ATS_TREQ of a request for one translation. */
    void badTranslationRequest(
            final int sid,
            final int ssid,
            final long address,
            final int perm,
            final boolean mayMerge) {
        record(
                Events.word0(Events.F_BAD_ATS_TREQ, sid, ssid),
                1L << Events.HINT_SPAN_SHIFT
                        | ATS_READ
                        | ((perm & IommuFault.PERM_WRITE) != 0 ? ATS_WRITE : 0)
                        | ((perm & IommuFault.PERM_EXEC) != 0 ? ATS_EXEC : 0)
                        | ((perm & IommuFault.PERM_PRIV) != 0 ? ATS_PRIV : 0),
                address & PAGE_MASK,
                0,
                mayMerge);
    }

    /** F_TRANSL_FORBIDDEN: it has no SubstreamID. */
    void translatedForbidden(
            final int sid, final long address, final int perm, final boolean mayMerge) {
        record(
                Events.word0(Events.F_TRANSL_FORBIDDEN, sid, -1),
                isRead(perm) ? Events.RNW : 0,
                address,
                0,
                mayMerge);
    }

    /** E_PAGE_REQUEST: nothing is terminated, so no observer hears of it. */
    void hint(final int sid, final int ssid, final long address, final int pages, final int perm) {
        final boolean isPrivileged = (perm & IommuFault.PERM_PRIV) != 0;
        final long read = isPrivileged ? Events.HINT_PRIV_READ : Events.HINT_READ;
        final long write = isPrivileged ? Events.HINT_PRIV_WRITE : Events.HINT_WRITE;
        final long exec = isPrivileged ? Events.HINT_PRIV_EXEC : Events.HINT_EXEC;
        final long span = Math.max(1, Math.min(pages, SPAN_MAX));
        queue.record(
                Events.word0(Events.E_PAGE_REQUEST, sid, ssid),
                span << Events.HINT_SPAN_SHIFT
                        | ((perm & IommuFault.PERM_READ) != 0 ? read : 0)
                        | ((perm & IommuFault.PERM_WRITE) != 0 ? write : 0)
                        | ((perm & IommuFault.PERM_EXEC) != 0 ? exec : 0),
                address & PAGE_MASK,
                0,
                false);
    }

    private void record(
            final long word0,
            final long word1,
            final long word2,
            final long word3,
            final boolean mayMerge) {
        final boolean recorded = queue.record(word0, word1, word2, word3, mayMerge);
        observer.terminateEvent(Events.number(word0), recorded);
    }

    /** C_BAD_SUBSTREAMID has no SSV: its SubstreamID is always valid. IHI 0070, 7.3.9. */
    private static long word0(final Translation found, final int sid, final int ssid) {
        final long word0 = Events.word0(found.eventNumber, sid, found.hasSubstream ? ssid : -1);
        return found.eventNumber == Events.C_BAD_SUBSTREAMID ? word0 & ~Events.SSV : word0;
    }

    private static boolean isRead(final int perm) {
        return (perm & IommuFault.PERM_WRITE) == 0;
    }
}
