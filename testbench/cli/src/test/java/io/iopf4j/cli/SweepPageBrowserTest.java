// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The page of a sweep as a reader sees it, and what it does when it is touched. */
@ExtendWith(BrowserExtension.class)
final class SweepPageBrowserTest {
    private static final int WIDTH = 1280;
    private static final int HEIGHT = 1000;

    @TempDir private static Path folder;
    private static Path line;
    private static Path map;

    private final Browser browser;

    SweepPageBrowserTest(final Browser browser) {
        this.browser = browser;
    }

    @BeforeAll
    static void shouldWriteThePages() {
        line = folder.resolve("line.html");
        Cli.run(
                        "sweep",
                        "shared-stall-buffer",
                        "--policy",
                        "vm-quota={1,2,4,8,16,32,63,64}",
                        "--html",
                        line.toString())
                .assertRan();
        map = folder.resolve("map.html");
        Cli.run(
                        "sweep",
                        Cli.dump("open-mixed-a.dat"),
                        "--stall-entries",
                        "{16,64,128}",
                        "--guest-delay",
                        "{1ms,300ms}",
                        "--html",
                        map.toString())
                .assertRan();
    }

    @Test
    void shouldNameTheAnswerAndDrawIt() throws IOException {
        browser.open(line, WIDTH, HEIGHT);
        assertEquals("Sweep of shared-stall-buffer", browser.text("h1"));
        assertEquals("vm-quota 2", browser.text(".tile strong"));
        browser.assertQuiet();
        final Pixels chart = new Pixels(browser, 0);
        for (final String color : List.of("mark-0", "mark-1", "good")) {
            assertTrue(
                    chart.of(
                                    String.valueOf(
                                            browser.run(
                                                    "return iopf4j.color(arguments[0])", color)))
                            > 100,
                    color);
        }
        assertEquals("8 rows", browser.text(".status"));
        browser.choose(0, "nobody");
        assertEquals("6 of 8 rows", browser.text(".status"));
        browser.keepWholePicture("sweep-line");
    }

    @Test
    void shouldSayOfEachCellWhomItHarms() throws IOException {
        browser.open(map, WIDTH, HEIGHT);
        final List<WebElement> cells = browser.findAll(".map td");
        assertEquals(
                List.of("3", "\u2713", "\u00b7"),
                cells.stream().limit(3).map(WebElement::getText).toList());
        assertTrue(browser.text(".said").startsWith("stall-entries 64, guest-delay 1ms: harms no"));
        cells.get(1).sendKeys(Keys.ARROW_DOWN);
        assertTrue(browser.text(".said").startsWith("stall-entries 64, guest-delay 300ms: harms "));
        assertEquals("3", browser.focused().getText());
        browser.assertQuiet();
        browser.keepWholePicture("sweep-map");
    }
}
