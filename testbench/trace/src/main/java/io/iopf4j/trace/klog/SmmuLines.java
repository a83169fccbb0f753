// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.klog;

import io.iopf4j.trace.input.ValueEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code drivers/iommu/arm/arm-smmu-v3} prints of events: a line, then the record's four words
 * on a line each, and since 6.13 its parts in words behind them. Lines of other drivers come in
 * between, so that they are put together by the SMMU's name. The words count; the parts only where
 * the words are missing, since they would be the same event again. Source: {@code
 * arm_smmu_evtq_thread()}, {@code arm_smmu_dump_event()}.
 */
final class SmmuLines {
    private static final int WORDS = 4;
    private static final int SMMUS_MAX = 1024;
    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int EXEC = 4;
    private static final int PRIV = 8;
    private static final long RECORD_SSV = 1L << 11;
    private static final long RECORD_STALL = 1L << 31;
    private static final long RECORD_PNU = 1L << 33;
    private static final long RECORD_IND = 1L << 34;
    private static final long RECORD_RNW = 1L << 35;

    private static final Pattern LINE = Pattern.compile("arm-smmu-v3 (\\S{1,64}): (.*)$");
    private static final Pattern START = Pattern.compile("^event 0x([0-9a-f]{2}) received:");
    private static final Pattern WORD =
            Pattern.compile("^(?:\\s|#011|\\\\011|\\\\x09|\\\\t)*0x([0-9a-f]{16})\\s*$");
    private static final Pattern PARTS =
            Pattern.compile(
                    "^event: (\\w+) client: (\\(unassigned sid\\)|\\S+) sid: 0x([0-9a-f]{1,8})"
                            + " ssid: 0x([0-9a-f]{1,5})(?: iova: 0x([0-9a-f]{1,16}))?"
                            + "(?: ipa: 0x([0-9a-f]{1,16}))?(?: fetch_addr: 0x([0-9a-f]{1,16}))?");
    private static final Pattern ACCESS =
            Pattern.compile(
                    "^(priv|unpriv) (inst|data) (read|write) s[12] \"[^\"]*\".*?"
                            + "(stall )?stag: 0x([0-9a-f]{1,4})");
    private static final Pattern PRI =
            Pattern.compile(
                    "^(?:\\s|#011|\\\\011|\\\\x09|\\\\t)*sid 0x([0-9a-f]{8})\\.0x([0-9a-f]{5}):"
                            + " \\[(\\d{1,3})(L?)\\] (un)?privileged (R?)(W?)(X?) access at iova"
                            + " 0x([0-9a-f]{1,16})");

    /** Event ids in the order of their names in the driver. */
    private static final Map<String, Integer> IDS =
            Map.ofEntries(
                    Map.entry("C_BAD_STREAMID", 0x02),
                    Map.entry("F_STE_FETCH", 0x03),
                    Map.entry("C_BAD_STE", 0x04),
                    Map.entry("F_STREAM_DISABLED", 0x06),
                    Map.entry("C_BAD_SUBSTREAMID", 0x08),
                    Map.entry("F_CD_FETCH", 0x09),
                    Map.entry("C_BAD_CD", 0x0a),
                    Map.entry("F_TRANSLATION", 0x10),
                    Map.entry("F_ADDR_SIZE", 0x11),
                    Map.entry("F_ACCESS", 0x12),
                    Map.entry("F_PERMISSION", 0x13),
                    Map.entry("F_VMS_FETCH", 0x25));

    private static final List<String> LOST =
            List.of(
                    "EVTQ overflow detected",
                    "EVTQ write aborted",
                    "PRIQ overflow detected",
                    "PRIQ write aborted");

    private final Map<String, Dump> records = new HashMap<>();

    /** What became of a line. */
    enum Result {
        /** It is none of an SMMU's. */
        OTHER,
        /** It is, and no event is whole. */
        TAKEN,
        /** An event is whole. */
        EVENT,
        /** Events were lost. */
        LOST,
        /** The driver says something. */
        MESSAGE
    }

    /** An event of which not all lines are there. */
    private static final class Dump {
        private final long[] words = new long[WORDS];
        private long time;
        private int count;
        private boolean isOpen;

        /** Its words are all there: the parts behind them say the same. */
        private boolean isToldAgain;

        private Matcher parts;
    }

    /** Reads a line. */
    Result read(final String text, final long time, final ValueEvent event) {
        final Matcher line = LINE.matcher(text);
        if (!line.find()) {
            return Result.OTHER;
        }
        final String smmu = line.group(1);
        final String said = line.group(2);
        if (records.size() == SMMUS_MAX && !records.containsKey(smmu)) {
            return Result.MESSAGE;
        }
        final Dump record = records.computeIfAbsent(smmu, name -> new Dump());
        final Matcher start = START.matcher(said);
        if (start.find()) {
            record.isOpen = true;
            record.time = time;
            record.count = 0;
            record.isToldAgain = false;
            return Result.TAKEN;
        }
        final Matcher word = WORD.matcher(said);
        if (record.isOpen && word.find()) {
            return word(record, word, smmu, event);
        }
        final Matcher parts = PARTS.matcher(said);
        if (parts.find()) {
            return parts(record, parts, time);
        }
        final Matcher access = ACCESS.matcher(said);
        if (access.find()) {
            return access(record, access, smmu, event);
        }
        final Matcher pri = PRI.matcher(said);
        if (pri.find()) {
            pri(pri, smmu, time, event);
            return Result.EVENT;
        }
        return LOST.stream().anyMatch(said::startsWith) ? Result.LOST : Result.MESSAGE;
    }

    private static Result word(
            final Dump record, final Matcher word, final String smmu, final ValueEvent event) {
        record.words[record.count++] = Long.parseUnsignedLong(word.group(1), 16);
        if (record.count < WORDS) {
            return Result.TAKEN;
        }
        record.isOpen = false;
        record.isToldAgain = true;
        final long w0 = record.words[0];
        final long w1 = record.words[1];
        event.begin(LogFormats.SMMU_EVENT, record.time)
                .put(LogFormats.RID, w0 >>> 32)
                .put(LogFormats.PERM, perm(w1))
                .put(LogFormats.ADDR, record.words[2])
                .put(LogFormats.REASON, w0 & 0xff)
                .put(LogFormats.PASID, (w0 & RECORD_SSV) == 0 ? 0 : w0 >>> 12 & 0xf_ffff)
                .put(LogFormats.STALL, (w1 & RECORD_STALL) == 0 ? 0 : 1)
                .put(LogFormats.STAG, w1 & 0xffff)
                .put(LogFormats.SMMU, smmu)
                .put(LogFormats.IPA, record.words[3]);
        return Result.EVENT;
    }

    private static int perm(final long w1) {
        final boolean isRead = (w1 & RECORD_RNW) != 0;
        return (isRead ? READ : WRITE)
                | (isRead && (w1 & RECORD_IND) != 0 ? EXEC : 0)
                | ((w1 & RECORD_PNU) != 0 ? PRIV : 0);
    }

    private static Result parts(final Dump record, final Matcher parts, final long time) {
        if (record.isToldAgain) {
            return Result.TAKEN;
        }
        record.parts = parts;
        record.time = record.isOpen ? record.time : time;
        record.isOpen = false;
        return Result.TAKEN;
    }

    private static Result access(
            final Dump record, final Matcher access, final String smmu, final ValueEvent event) {
        final Matcher parts = record.parts;
        record.parts = null;
        if (record.isToldAgain || parts == null) {
            record.isToldAgain = false;
            return Result.TAKEN;
        }
        event.begin(LogFormats.SMMU_EVENT, record.time)
                .put(LogFormats.RID, Long.parseLong(parts.group(3), 16))
                .put(
                        LogFormats.PERM,
                        ("read".equals(access.group(3)) ? READ : WRITE)
                                | ("inst".equals(access.group(2)) ? EXEC : 0)
                                | ("priv".equals(access.group(1)) ? PRIV : 0))
                .put(LogFormats.ADDR, parts.group(5) == null ? 0 : address(parts.group(5)))
                .put(LogFormats.REASON, IDS.getOrDefault(parts.group(1), 0))
                .put(LogFormats.PASID, Long.parseLong(parts.group(4), 16))
                .put(LogFormats.STALL, access.group(4) == null ? 0 : 1)
                .put(LogFormats.STAG, Long.parseLong(access.group(5), 16))
                .put(LogFormats.SMMU, smmu)
                .put(LogFormats.IPA, parts.group(6) == null ? 0 : address(parts.group(6)));
        if (parts.group(2).charAt(0) != '(') {
            event.put(LogFormats.DEVICE, parts.group(2));
        }
        return Result.EVENT;
    }

    private static void pri(
            final Matcher pri, final String smmu, final long time, final ValueEvent event) {
        event.begin(LogFormats.SMMU_PRI, time)
                .put(0, smmu)
                .put(LogFormats.RID, Long.parseLong(pri.group(1), 16))
                .put(
                        LogFormats.PERM,
                        (pri.group(6).isEmpty() ? 0 : READ)
                                | (pri.group(7).isEmpty() ? 0 : WRITE)
                                | (pri.group(8).isEmpty() ? 0 : EXEC)
                                | (pri.group(5) == null ? PRIV : 0))
                .put(LogFormats.ADDR, address(pri.group(9)))
                .put(4, Long.parseLong(pri.group(3)))
                .put(LogFormats.PASID, Long.parseLong(pri.group(2), 16))
                .put(6, pri.group(4).isEmpty() ? 0 : 1);
    }

    private static long address(final String hex) {
        return Long.parseUnsignedLong(hex, 16);
    }
}
