// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

/** What is painted on a chart's canvas. */
final class Pixels {
    /** Looks at each pixel: {@code see} gets its column, its row and its color. */
    private static final String LOOK =
            """
            const canvas = document.querySelectorAll('.plot canvas')[arguments[0]];
            const {width, height} = canvas;
            const pixels = canvas.getContext('2d').getImageData(0, 0, width, height).data;
            const wanted = (arguments[1] || '').match(/[0-9a-f]{2}/gi)?.map((h) => parseInt(h, 16));
            const isLike = (at) => pixels[at + 3] > 200
                && wanted.every((part, i) => Math.abs(part - pixels[at + i]) < 24);
            """;

    private final Browser browser;
    private final int number;

    Pixels(final Browser browser, final int number) {
        this.browser = browser;
        this.number = number;
    }

    int width() {
        return (int) browser.number(LOOK + "return width;", number);
    }

    int colors() {
        return (int)
                browser.number(
                        LOOK
                                + """
                                return new Set(new Uint32Array(pixels.buffer)).size;
                                """,
                        number);
    }

    /** How many are about of a color, such as {@code #0072b2}. */
    int of(final String color) {
        return (int)
                browser.number(
                        LOOK
                                + """
                                let count = 0;
                                for (let at = 0; at < pixels.length; at += 4) {
                                    count += isLike(at) ? 1 : 0;
                                }
                                return count;
                                """,
                        number,
                        color);
    }

    /** The first row from above that has about a color in some columns; -1 if none has. */
    int top(final String color, final int fromX, final int toX) {
        return (int)
                browser.number(
                        LOOK
                                + """
                                for (let y = 0; y < height; y++) {
                                    for (let x = arguments[2]; x < arguments[3]; x++) {
                                        if (isLike((y * width + x) * 4)) {
                                            return y;
                                        }
                                    }
                                }
                                return -1;
                                """,
                        number,
                        color,
                        fromX,
                        toX);
    }
}
