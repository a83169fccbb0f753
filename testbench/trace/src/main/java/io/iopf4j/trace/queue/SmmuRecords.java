// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.queue;

import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.input.ValueEvent;
import java.util.BitSet;
import java.util.Map;

/** Records of SMMUv3's queues: Arm IHI 0070, chapters 4, 7 and 8. */
final class SmmuRecords {
    private static final EventFormat EVENT =
            ValueEvent.format(
                    "evtq", "event", "rid", "ssv", "pasid", "reason", "stall", "stag", "perm",
                    "addr", "ipa", "s2", "class");

    private static final EventFormat REQUEST =
            ValueEvent.format(
                    "priq", "request", "rid", "ssv", "pasid", "last", "grpid", "perm", "addr");

    private static final EventFormat COMMAND =
            ValueEvent.format(
                    "cmdq", "command", "opcode", "name", "rid", "ssv", "pasid", "grpid", "code",
                    "q0", "q1");

    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int EXEC = 4;
    private static final int PRIV = 8;

    private static final int SUCCESS = 0;
    private static final int INVALID = 1;
    private static final int FAILURE = 2;

    private static final int PRI_RESP = 0x41;
    private static final int RESUME = 0x44;
    private static final int SYNC = 0x46;

    /** Events whose second word tells of the access and whose third is its address. */
    private static final int F_WALK_EABT = 0x0b;

    private static final int F_TRANSLATION = 0x10;
    private static final int F_TLB_CONFLICT = 0x20;
    private static final int F_UUT = 0x01;
    private static final int F_TRANSL_FORBIDDEN = 0x07;
    private static final int E_PAGE_REQUEST = 0x24;

    /** The events of 7.3; the layout of others is reserved or the implementation's own. */
    private static final BitSet EVENTS = new BitSet();

    static {
        EVENTS.set(F_UUT, F_WALK_EABT + 1);
        EVENTS.set(F_TRANSLATION, F_TRANSLATION + 4);
        EVENTS.set(F_TLB_CONFLICT, F_TLB_CONFLICT + 2);
        EVENTS.set(E_PAGE_REQUEST, E_PAGE_REQUEST + 2);
    }

    private static final Map<Integer, String> COMMANDS =
            Map.ofEntries(
                    Map.entry(0x01, "PREFETCH_CONFIG"),
                    Map.entry(0x02, "PREFETCH_ADDR"),
                    Map.entry(0x03, "CFGI_STE"),
                    Map.entry(0x04, "CFGI_STE_RANGE"),
                    Map.entry(0x05, "CFGI_CD"),
                    Map.entry(0x06, "CFGI_CD_ALL"),
                    Map.entry(0x07, "CFGI_VMS_PIDM"),
                    Map.entry(0x10, "TLBI_NH_ALL"),
                    Map.entry(0x11, "TLBI_NH_ASID"),
                    Map.entry(0x12, "TLBI_NH_VA"),
                    Map.entry(0x13, "TLBI_NH_VAA"),
                    Map.entry(0x18, "TLBI_EL3_ALL"),
                    Map.entry(0x1a, "TLBI_EL3_VA"),
                    Map.entry(0x20, "TLBI_EL2_ALL"),
                    Map.entry(0x21, "TLBI_EL2_ASID"),
                    Map.entry(0x22, "TLBI_EL2_VA"),
                    Map.entry(0x23, "TLBI_EL2_VAA"),
                    Map.entry(0x28, "TLBI_S12_VMALL"),
                    Map.entry(0x2a, "TLBI_S2_IPA"),
                    Map.entry(0x30, "TLBI_NSNH_ALL"),
                    Map.entry(0x40, "ATC_INV"),
                    Map.entry(PRI_RESP, "PRI_RESP"),
                    Map.entry(RESUME, "RESUME"),
                    Map.entry(0x45, "STALL_TERM"),
                    Map.entry(SYNC, "SYNC"));

    private SmmuRecords() {}

    /** A record of the event queue. */
    static String event(final long[] words, final long time, final ValueEvent event) {
        final int id = (int) words[0] & 0xff;
        if (!EVENTS.get(id)) {
            return "event 0x" + Integer.toHexString(id);
        }
        event.begin(EVENT, time)
                .put(0, words[0] >>> 32)
                .put(1, bit(words[0], 11))
                .put(2, bit(words[0], 11) == 0 ? 0 : (words[0] >>> 12) & 0xf_ffff)
                .put(3, id)
                .put(4, hasAccess(id) ? bit(words[1], 31) : 0)
                .put(5, words[1] & 0xffff)
                .put(6, perm(id, words[1]))
                .put(7, hasAddress(id) ? words[2] : 0)
                .put(8, words[3] & 0x000f_ffff_ffff_f000L)
                .put(9, bit(words[1], 39))
                .put(10, (words[1] >>> 40) & 3);
        return null;
    }

    private static boolean hasAccess(final int id) {
        return id >= F_TRANSLATION && id < F_TRANSLATION + 4;
    }

    private static boolean hasAddress(final int id) {
        return hasAccess(id)
                || id == F_UUT
                || id == F_TRANSL_FORBIDDEN
                || id == F_WALK_EABT
                || id == F_TLB_CONFLICT
                || id == E_PAGE_REQUEST;
    }

    private static long perm(final int id, final long word) {
        if (!hasAddress(id) || id == E_PAGE_REQUEST) {
            return 0;
        }
        final boolean isRead = bit(word, 35) != 0;
        return (isRead ? READ : WRITE)
                | (bit(word, 34) != 0 ? EXEC : 0)
                | (bit(word, 33) != 0 ? PRIV : 0);
    }

    /** A record of the PRI queue. */
    static String pageRequest(final long[] words, final long time, final ValueEvent event) {
        final long isPasid = bit(words[0], 63);
        event.begin(REQUEST, time)
                .put(0, words[0] & 0xffff_ffffL)
                .put(1, isPasid)
                .put(2, isPasid == 0 ? 0 : (words[0] >>> 32) & 0xf_ffff)
                .put(3, bit(words[0], 62))
                .put(4, words[1] & 0x1ff)
                .put(
                        5,
                        bit(words[0], 60) * READ
                                | bit(words[0], 61) * WRITE
                                | bit(words[0], 59) * EXEC
                                | bit(words[0], 58) * PRIV)
                .put(6, words[1] & -4096);
        return null;
    }

    /** A command. */
    static String command(final long[] words, final long time, final ValueEvent event) {
        final int opcode = isCompleted(words) ? SYNC : (int) words[0] & 0xff;
        final String name = COMMANDS.get(opcode);
        if (name == null) {
            return "opcode 0x" + Integer.toHexString(opcode);
        }
        event.begin(COMMAND, time).put(0, opcode).put(1, name).put(7, words[0]).put(8, words[1]);
        if (opcode == RESUME) {
            final boolean isRetry = bit(words[0], 12) != 0;
            final boolean isAbort = bit(words[0], 13) != 0;
            event.put(2, words[0] >>> 32)
                    .put(3, 0)
                    .put(4, 0)
                    .put(5, words[1] & 0xffff)
                    .put(6, isRetry ? SUCCESS : isAbort ? INVALID : FAILURE);
        } else if (opcode == PRI_RESP) {
            final long isPasid = bit(words[0], 11);
            final int[] codes = {FAILURE, INVALID, SUCCESS, FAILURE};
            event.put(2, words[0] >>> 32)
                    .put(3, isPasid)
                    .put(4, isPasid == 0 ? 0 : (words[0] >>> 12) & 0xf_ffff)
                    .put(5, words[1] & 0x1ff)
                    .put(6, codes[(int) (words[1] >>> 12) & 3]);
        }
        return null;
    }

    /**
     * Whether a command is a SYNC that is done. Linux lets it write its message, a zero, over its
     * own start, and waits for that: {@code arm_smmu_cmdq_build_sync_cmd()} of {@code
     * drivers/iommu/arm/arm-smmu-v3/arm-smmu-v3.c}, Linux 6.12. The message's address is left.
     */
    private static boolean isCompleted(final long[] words) {
        return words[0] == 0 && words[1] != 0;
    }

    private static long bit(final long word, final int number) {
        return (word >>> number) & 1;
    }
}
