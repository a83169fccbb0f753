// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.klog;

import io.iopf4j.trace.TraceEvent;
import io.iopf4j.trace.TraceInfo;
import io.iopf4j.trace.input.InputReader;
import io.iopf4j.trace.input.TraceInput;
import io.iopf4j.trace.input.ValueEvent;
import io.iopf4j.trace.util.TextLines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a kernel's log: each line of an IOMMU driver on a fault is an event, whatever stands before
 * it; all other lines are passed over. Messages that the kernel suppressed count as lost.
 */
public final class LogReader extends InputReader {
    /** {@link TraceInfo#format()} of a kernel log. */
    public static final String FORMAT = "kernel log";

    private static final int LINE_MAX = 2000;

    /** What any line that matters has. */
    private static final Pattern ANCHOR =
            Pattern.compile(
                    "DMAR:|dmar\\d+: |dmar: |arm-smmu-v3 |AMD-Vi:|virtio_iommu "
                            + "|(?:dmar|smmu|iommu)\\w*: \\d+ callbacks suppressed|\\[DMA (?:Rea|Wri)"
                            + "|\\[fault reason ");

    private static final Pattern SUPPRESSED =
            Pattern.compile("(?:dmar|smmu|iommu)\\w*: (\\d{1,12}) callbacks suppressed");

    private static final Pattern COLOURS = Pattern.compile("\\u001b\\[[0-9;]*[A-Za-z]");
    private static final Pattern KERNEL = Pattern.compile("Linux version (\\S{1,80})");
    private static final Pattern JSON_TIME = Pattern.compile("\"time\": *(\\d{1,9}\\.\\d{6})");
    private static final Pattern JSON_MESSAGE = Pattern.compile("^ *\"msg\": *\"(.*)\"");

    /** What VT-d's driver says of its queues; not each line that it writes at boot. */
    private static final Pattern MESSAGES =
            Pattern.compile(
                    "detected Invalidation|QI (?:HEAD|PRIOR):|Invalidation Queue Error"
                            + "|Time-out Error|Completion Error|PRQ overflow"
                            + "|Page request without PASID|Address is not canonical"
                            + "|Page request in Privilege Mode|Execution request not supported");

    private final TextLines lines;
    private final LogTime times = new LogTime();
    private final DmarLines dmar = new DmarLines();
    private final SmmuLines smmu = new SmmuLines();
    private final OtherLines other = new OtherLines();
    private final TraceInfo info;
    private final ValueEvent event = new ValueEvent();
    private String line;
    private String kernel = "";
    private String jsonTime = "";
    private long lastTime;
    private long lostBefore;
    private boolean isReadAhead;
    private boolean isPending;

    /**
     * Reads up to the first event.
     *
     * @param input the log
     * @throws IOException if it cannot be read
     */
    public LogReader(final TraceInput input) throws IOException {
        super(input);
        lines = new TextLines(input.stream());
        isPending = find();
        info = new TraceInfo(FORMAT, 0, "", kernel, times.clock(), true, 0, List.of());
    }

    @Override
    protected boolean advance() throws IOException {
        if (isPending) {
            isPending = false;
            return true;
        }
        return find();
    }

    private boolean find() throws IOException {
        while (isReadAhead || nextLine()) {
            isReadAhead = false;
            if (read()) {
                event.after(lostBefore);
                lostBefore = 0;
                return true;
            }
        }
        return false;
    }

    private boolean nextLine() throws IOException {
        if (!lines.next()) {
            return false;
        }
        final int length = Math.min(lines.end - lines.start, LINE_MAX);
        line = new String(lines.bytes(), lines.start, length, StandardCharsets.UTF_8);
        if (line.indexOf('\u001b') >= 0) {
            line = COLOURS.matcher(line).replaceAll("");
        }
        json();
        return true;
    }

    /** Of {@code dmesg --json} a record has several lines: time and text become one. */
    private void json() {
        final Matcher time = JSON_TIME.matcher(line);
        if (time.find()) {
            jsonTime = "[" + time.group(1) + "] ";
            return;
        }
        final Matcher message = JSON_MESSAGE.matcher(line);
        if (message.find()) {
            line = jsonTime + message.group(1).replace("\\\"", "\"");
        }
    }

    /** Whether the line, maybe with lines before or behind it, is an event. */
    private boolean read() throws IOException {
        if (kernel.isEmpty()) {
            final Matcher version = KERNEL.matcher(line);
            if (version.find()) {
                kernel = "Linux " + version.group(1);
            }
        }
        final Matcher anchor = ANCHOR.matcher(line);
        if (!anchor.find()) {
            return false;
        }
        final long time = time(line.substring(0, anchor.start()));
        if (dmar.read(line, time, event)) {
            if (dmar.isReasonMissing()) {
                reasonBehind();
            }
            return true;
        }
        if (other.read(line, time, event)) {
            return true;
        }
        return switch (smmu.read(line, time, event)) {
            case EVENT -> true;
            case TAKEN -> false;
            case LOST -> {
                lost(UNKNOWN);
                yield message(time, anchor.start());
            }
            case MESSAGE -> message(time, anchor.start());
            case OTHER -> suppressedOrMessage(time, anchor.start());
        };
    }

    private void reasonBehind() throws IOException {
        if (nextLine() && !dmar.readReason(line, event)) {
            isReadAhead = true;
        }
    }

    private boolean suppressedOrMessage(final long time, final int from) {
        final Matcher suppressed = SUPPRESSED.matcher(line);
        if (suppressed.find()) {
            lost(Long.parseLong(suppressed.group(1)));
            return false;
        }
        if (line.contains("PRQ overflow detected")) {
            lost(UNKNOWN);
        }
        return MESSAGES.matcher(line).find() && message(time, from);
    }

    private boolean message(final long time, final int from) {
        event.begin(LogFormats.MESSAGE, time).put(0, line.substring(from).strip());
        return true;
    }

    private void lost(final long count) {
        lose(count);
        lostBefore = count < 0 || lostBefore < 0 ? UNKNOWN : lostBefore + count;
    }

    /** A line without a time is as old as the one before it. */
    private long time(final String start) {
        final long time = times.of(start);
        if (time != LogTime.NONE) {
            lastTime = time;
        }
        return lastTime;
    }

    @Override
    public TraceInfo info() {
        return info;
    }

    @Override
    public TraceEvent event() {
        return event;
    }
}
