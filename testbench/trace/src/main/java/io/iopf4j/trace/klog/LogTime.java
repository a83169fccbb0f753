// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.klog;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The time that stands before a log line's text: as {@code dmesg} writes it with its options, as
 * {@code /dev/kmsg} has it, as journals and system loggers do. If a line has the time since boot as
 * well as the wall's, that since boot counts.
 */
final class LogTime {
    /** A line without a time that can be told. */
    static final long NONE = Long.MIN_VALUE;

    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final long NS_PER_MICROSECOND = 1000;

    /** Lines that tell no year are put in one that has all days. */
    private static final int NO_YEAR = 2000;

    private static final List<String> MONTHS =
            List.of(
                    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
                    "Dec");

    private static final Pattern SINCE_BOOT = Pattern.compile("\\[ *(\\d{1,9})\\.(\\d{6})");
    private static final Pattern KMSG = Pattern.compile("^\\d+,\\d+,(\\d{1,18}),");
    private static final Pattern SINCE_LAST = Pattern.compile("\\[ *\\+(\\d{1,9})\\.(\\d{6})\\]");
    private static final Pattern ISO =
            Pattern.compile(
                    "(\\d{4}-\\d\\d-\\d\\d)T(\\d\\d:\\d\\d:\\d\\d)(?:[.,](\\d{1,9}))?"
                            + "(?:(Z)|([+-]\\d\\d):?(\\d\\d))?");
    private static final Pattern CTIME =
            Pattern.compile("\\[\\w{3} (\\w{3}) +(\\d{1,2}) (\\d\\d:\\d\\d:\\d\\d) (\\d{4})\\]");
    private static final Pattern SHORT =
            Pattern.compile("^(\\w{3}) +(\\d{1,2}) (\\d\\d:\\d\\d:\\d\\d)(?:\\.(\\d{1,9}))? ");
    private static final Pattern UNIX = Pattern.compile("^(\\d{9,10})\\.(\\d{1,9}) ");

    private long sum;
    private String clock = "";

    /** What the times count from: {@code boot}, {@code wall}, or empty if there are none. */
    String clock() {
        return clock;
    }

    /** The time of a line of which this is the start, in nanoseconds, or {@link #NONE}. */
    long of(final String start) {
        final long sinceBoot = sinceBoot(start);
        if (sinceBoot != NONE) {
            clock = clock.isEmpty() ? "boot" : clock;
            return sinceBoot;
        }
        try {
            final long wall = wall(start);
            if (wall != NONE) {
                clock = clock.isEmpty() ? "wall" : clock;
            }
            return wall;
        } catch (final DateTimeException e) {
            return NONE; // the thirteenth month
        }
    }

    private long sinceBoot(final String start) {
        final Matcher bracket = SINCE_BOOT.matcher(start);
        if (bracket.find()) {
            return seconds(bracket.group(1)) + fraction(bracket.group(2));
        }
        final Matcher kmsg = KMSG.matcher(start);
        if (kmsg.find()) {
            return Long.parseLong(kmsg.group(1)) * NS_PER_MICROSECOND;
        }
        final Matcher last = SINCE_LAST.matcher(start);
        if (last.find()) {
            sum += seconds(last.group(1)) + fraction(last.group(2));
            return sum;
        }
        return NONE;
    }

    private static long wall(final String start) {
        final Matcher iso = ISO.matcher(start);
        if (iso.find()) {
            final String zone = iso.group(5) == null ? "Z" : iso.group(5) + ":" + iso.group(6);
            return nanoseconds(
                            OffsetDateTime.parse(iso.group(1) + "T" + iso.group(2) + zone)
                                    .toEpochSecond())
                    + fraction(iso.group(3));
        }
        final Matcher ctime = CTIME.matcher(start);
        if (ctime.find()) {
            return date(Integer.parseInt(ctime.group(4)), ctime);
        }
        final Matcher brief = SHORT.matcher(start);
        if (brief.find()) {
            final long date = date(NO_YEAR, brief);
            return date == NONE ? NONE : date + fraction(brief.group(4));
        }
        final Matcher unix = UNIX.matcher(start);
        return unix.find() ? seconds(unix.group(1)) + fraction(unix.group(2)) : NONE;
    }

    private static long date(final int year, final Matcher found) {
        final int month = MONTHS.indexOf(found.group(1)) + 1;
        if (month == 0) {
            return NONE;
        }
        final LocalTime time = LocalTime.parse(found.group(3));
        return nanoseconds(
                LocalDateTime.of(year, month, Integer.parseInt(found.group(2)), 0, 0)
                        .with(time)
                        .toEpochSecond(ZoneOffset.UTC));
    }

    private static long seconds(final String digits) {
        return nanoseconds(Long.parseLong(digits));
    }

    /** Of years that no clock of nanoseconds reaches, the last that it does. */
    private static long nanoseconds(final long seconds) {
        final long most = Long.MAX_VALUE / NS_PER_SECOND - 1;
        return Math.max(-most, Math.min(most, seconds)) * NS_PER_SECOND;
    }

    private static long fraction(final String digits) {
        if (digits == null) {
            return 0;
        }
        long value = Long.parseLong(digits);
        for (int i = digits.length(); i < 9; i++) {
            value *= 10;
        }
        return value;
    }
}
