// SPDX-License-Identifier: Apache-2.0
/**
 * A run's faults for people to look at.
 *
 * <p>A page is an {@link io.iopf4j.report.HtmlPage}: it names its scripts, which are resources next
 * to this package's classes, and writes its data as JSON; the skeleton, the style, the theme, the
 * charts' library and all escaping are the page's. A script is an ordinary file without imports. It
 * finds what it needs in the global {@code iopf4j}:
 *
 * <ul>
 *   <li>{@code page.js}: {@code data} is the JSON; {@code section(title, lead)} begins a part of
 *       the page and returns its element; {@code el(tag, properties, ...children)} makes elements,
 *       with text that is only ever text; {@code tiles(parent, [{label, value, note, tone}])} and
 *       {@code facts(parent, [[name, text]])} show few things, {@code grid(parent, {columns,
 *       rows})} a small table; {@code time(ns)} and {@code count(n)} write numbers.
 *   <li>{@code chart.js}: {@code steps(parent, spec)} draws what changes over time, and {@code
 *       curves(parent, spec)} lines over anything else, such as a parameter; both with limits,
 *       zoom and a legend that switches series.
 *   <li>{@code bars.js}: {@code stacked(parent, {rows, parts})} draws shares, as of fates.
 *   <li>{@code table.js}: {@code table(parent, spec)} shows any number of rows, sorted and
 *       filtered, and says which one was opened.
 * </ul>
 *
 * <p>Each function's specification stands above it.
 */
package io.iopf4j.report;
