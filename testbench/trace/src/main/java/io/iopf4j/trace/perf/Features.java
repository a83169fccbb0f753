// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.perf;

import io.iopf4j.trace.dat.RawRecord;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * What a file says of the machine that recorded it: header features of {@code
 * tools/perf/util/header.h}, Linux 6.12.
 */
final class Features {
    static final int TRACING_DATA = 1;

    /** Written by all versions of perf. */
    static final int HOSTNAME = 3;

    /** More than any of those that are read. */
    static final int SIZE_MAX = 4096;

    private static final int OSRELEASE = 4;
    private static final int ARCH = 6;
    private static final int NRCPUS = 7;
    private static final int CPUS_MAX = 1 << 20;
    private static final int TEXT_MAX = 256;
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    private String host = "";
    private String release = "";
    private String machine = "";
    private int cpus;

    /** Whether {@link #add} makes use of it. */
    static boolean isWanted(final int feature) {
        return feature == HOSTNAME || feature == OSRELEASE || feature == ARCH || feature == NRCPUS;
    }

    /** Takes a feature's data; nothing of them that does not fit. */
    void add(final long feature, final RawRecord in, final int from, final int to) {
        if (feature == HOSTNAME) {
            host = text(in, from, to);
        } else if (feature == OSRELEASE) {
            release = text(in, from, to);
        } else if (feature == ARCH) {
            machine = text(in, from, to);
        } else if (feature == NRCPUS && to - from >= 4) {
            final int available = in.intAt(from);
            cpus = available >= 0 && available <= CPUS_MAX ? available : 0;
        }
    }

    private static String text(final RawRecord in, final int from, final int to) {
        if (to - from < 4) {
            return "";
        }
        final int size = in.intAt(from);
        if (size < 0 || size > Math.min(TEXT_MAX, to - from - 4)) {
            return "";
        }
        final String text = new String(in.bytes, from + 4, size, StandardCharsets.UTF_8);
        final int end = text.indexOf('\0');
        return CONTROL.matcher(end < 0 ? text : text.substring(0, end)).replaceAll("?");
    }

    /** As {@code uname} prints it; empty if the file does not say. */
    String kernel() {
        return release.isEmpty() ? "" : ("Linux " + host + " " + release + " " + machine).strip();
    }

    /** 0 if the file does not say. */
    int cpus() {
        return cpus;
    }
}
