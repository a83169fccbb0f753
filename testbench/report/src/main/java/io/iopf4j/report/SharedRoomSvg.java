// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import io.iopf4j.replay.RunResult;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A picture of who held what all machines share, over time, for a page or a mail: with SMMUv3 the
 * stall buffer, with VT-d the page request queue. One panel for each run; beneath each a bar for
 * when some fault waited since there was no room. All have one scale. Stacked areas, told apart by
 * hatching as well as by colour. The same runs give the same bytes. One thread.
 */
public final class SharedRoomSvg {
    private static final int WIDTH = 720;
    private static final int LEFT = 56;
    private static final int PLOT_WIDTH = 652;
    private static final int PLOT_HEIGHT = 120;
    private static final int PANEL_HEIGHT = 196;
    private static final int PLOT_TOP = 44;
    private static final int WAIT_TOP = PLOT_TOP + PLOT_HEIGHT + 4;
    private static final int WAIT_HEIGHT = 6;
    private static final int TIME_TOP = WAIT_TOP + WAIT_HEIGHT + 13;
    private static final int LEGEND_STEP = 126;
    private static final int MOST_TICKS = 8;
    private static final long[] NICE = {1, 2, 5};
    private static final long TEN = 10;
    private static final long NS_PER_S = 1_000_000_000;
    private static final List<String> UNITS = List.of("s", "ms", "us", "ns");

    /** More machines than these are one area. */
    private static final int MOST_NAMED = 4;

    /** Colours that the colour-blind can tell apart (Okabe and Ito), each with its hatching. */
    private static final List<String> FILLS = List.of("a", "b", "c", "d", "rest");

    private final Map<String, RunResult> runs;

    /**
     * A picture.
     *
     * @param runs by label, in the order of the panels; at least one
     */
    public SharedRoomSvg(final Map<String, RunResult> runs) {
        this.runs = new LinkedHashMap<>(runs);
    }

    /**
     * Writes it.
     *
     * @param out where to; UTF-8; is not closed
     * @throws IOException if it cannot be written
     */
    public void writeTo(final Appendable out) throws IOException {
        long endNs = 1;
        for (final RunResult run : runs.values()) {
            endNs = Math.max(endNs, SharedRoomColumns.endNs(run));
        }
        final int height = PANEL_HEIGHT * runs.size();
        line(
                out,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
                        + " height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">",
                WIDTH,
                height,
                WIDTH,
                height);
        line(out, "<title>Who held what all share</title>");
        writeHatchings(out);
        line(out, "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>", WIDTH, height);
        final Map<String, SharedRoomColumns> panels = new LinkedHashMap<>();
        int scale = 2;
        for (final Map.Entry<String, RunResult> run : runs.entrySet()) {
            final SharedRoomColumns panel =
                    new SharedRoomColumns(run.getValue(), PLOT_WIDTH, endNs, MOST_NAMED);
            panels.put(run.getKey(), panel);
            scale = Math.max(scale, panel.scale());
        }
        int top = 0;
        for (final Map.Entry<String, SharedRoomColumns> panel : panels.entrySet()) {
            line(out, "<g transform=\"translate(0 %d)\">", top);
            writePanel(out, panel.getKey(), panel.getValue(), scale, endNs);
            line(out, "</g>");
            top += PANEL_HEIGHT;
        }
        line(out, "</svg>");
    }

    private static void writeHatchings(final Appendable out) throws IOException {
        line(out, "<defs>");
        hatching(out, "a", "#d55e00", "");
        hatching(out, "b", "#56b4e9", "M0 8L8 0");
        hatching(out, "c", "#009e73", "M0 0L8 8");
        hatching(out, "d", "#f0e442", "M0 4H8");
        hatching(out, "rest", "#bbb", "M4 0V8");
        line(out, "</defs>");
    }

    private static void hatching(
            final Appendable out, final String id, final String colour, final String stroke)
            throws IOException {
        line(
                out,
                "<pattern id=\"%s\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\"><rect"
                        + " width=\"8\" height=\"8\" fill=\"%s\"/><path d=\"%s\" stroke=\"#000\""
                        + " stroke-opacity=\".45\"/></pattern>",
                id,
                colour,
                stroke);
    }

    private static void writePanel(
            final Appendable out,
            final String label,
            final SharedRoomColumns columns,
            final int top,
            final long endNs)
            throws IOException {
        line(
                out,
                "<text x=\"%d\" y=\"15\" font-weight=\"bold\">%s</text>",
                LEFT,
                HtmlText.escaped(label));
        writeLegend(out, columns);
        for (int band = columns.bands() - 1; band >= 0; band--) {
            line(
                    out,
                    "<path d=\"%s\" fill=\"url(#%s)\"/>",
                    area(columns, band, top),
                    fill(columns, band));
        }
        for (final int mark : List.of(0, top / 2, top)) {
            final int y = y(mark, top);
            line(
                    out,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%d</text><path d=\"M%d %dH%d\""
                            + " stroke=\"#999\" stroke-opacity=\".5\"/>",
                    LEFT - 6,
                    y + 4,
                    mark,
                    LEFT,
                    y,
                    LEFT + PLOT_WIDTH);
        }
        if (columns.capacity() <= top) {
            line(
                    out,
                    "<path d=\"M%d %dH%d\" stroke=\"#000\" stroke-dasharray=\"6 3\"/>",
                    LEFT,
                    y(columns.capacity(), top),
                    LEFT + PLOT_WIDTH);
        }
        writeWaiting(out, columns);
        final long step = niceStep(endNs);
        for (long ns = 0; ns <= endNs; ns += step) {
            line(
                    out,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                    LEFT + Math.round((double) ns * PLOT_WIDTH / endNs),
                    TIME_TOP,
                    time(ns, step));
        }
    }

    private static void writeLegend(final Appendable out, final SharedRoomColumns columns)
            throws IOException {
        for (int band = 0; band < columns.bands(); band++) {
            final int x = LEFT + band * LEGEND_STEP;
            line(
                    out,
                    "<rect x=\"%d\" y=\"23\" width=\"14\" height=\"12\" fill=\"url(#%s)\"/><text"
                            + " x=\"%d\" y=\"33\">%s</text>",
                    x,
                    fill(columns, band),
                    x + 19,
                    HtmlText.escaped(shortened(columns.name(band))));
        }
        line(
                out,
                "<text x=\"%d\" y=\"15\" text-anchor=\"end\">%s, %d entries (dashed)</text>",
                LEFT + PLOT_WIDTH,
                columns.isStallBuffer() ? "stall buffer" : "page request queue",
                columns.capacity());
    }

    private static void writeWaiting(final Appendable out, final SharedRoomColumns columns)
            throws IOException {
        line(
                out,
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\" font-size=\"10\">waiting</text>",
                LEFT - 6,
                WAIT_TOP + WAIT_HEIGHT);
        int from = 0;
        while (from < PLOT_WIDTH) {
            int to = from;
            while (to < PLOT_WIDTH && columns.isWaiting(to)) {
                to++;
            }
            if (to > from) {
                line(
                        out,
                        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>",
                        LEFT + from,
                        WAIT_TOP,
                        to - from,
                        WAIT_HEIGHT);
            }
            from = to + 1;
        }
    }

    /** From its lower edge up to its upper one, in steps. */
    private static String area(final SharedRoomColumns columns, final int band, final int top) {
        final StringBuilder path = new StringBuilder("M" + LEFT + " " + y(0, top));
        int last = y(0, top);
        for (int column = 0; column < PLOT_WIDTH; column++) {
            final int y = y(columns.heldUpTo(band, column), top);
            if (y != last) {
                path.append('H').append(LEFT + column).append('V').append(y);
                last = y;
            }
        }
        return path.append('H').append(LEFT + PLOT_WIDTH).append('V').append(y(0, top)) + "Z";
    }

    private static int y(final int value, final int top) {
        return PLOT_TOP + PLOT_HEIGHT - (int) Math.round((double) value * PLOT_HEIGHT / top);
    }

    private static String fill(final SharedRoomColumns columns, final int band) {
        return columns.isRest(band) ? FILLS.get(MOST_NAMED) : FILLS.get(band);
    }

    private static String shortened(final String name) {
        return name.codePointCount(0, name.length()) <= 14
                ? name
                : name.substring(0, name.offsetByCodePoints(0, 13)) + "\u2026";
    }

    /** The least of 1, 2 and 5 times a power of ten that leaves a few ticks. */
    private static long niceStep(final long endNs) {
        long step = 1;
        for (int i = 0; endNs / step > MOST_TICKS; i++) {
            step = step / NICE[i % NICE.length] * NICE[(i + 1) % NICE.length];
            step *= (i + 1) % NICE.length == 0 ? TEN : 1;
        }
        return step;
    }

    /** A tick is a whole number of the unit that the step between ticks has. */
    private static String time(final long ns, final long step) {
        if (ns == 0) {
            return "0";
        }
        long unit = NS_PER_S;
        int name = 0;
        while (step % unit != 0) {
            unit /= 1000;
            name++;
        }
        return ns / unit + " " + UNITS.get(name);
    }

    private static void line(final Appendable out, final String format, final Object... values)
            throws IOException {
        out.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
