// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.WebElement;

/** The page of a comparison as a reader sees it. */
@ExtendWith(BrowserExtension.class)
final class ComparePageBrowserTest {
    private static final int WIDTH = 1280;
    private static final int HEIGHT = 1000;

    @TempDir private static Path folder;
    private static Path page;

    private final Browser browser;

    ComparePageBrowserTest(final Browser browser) {
        this.browser = browser;
    }

    @BeforeAll
    static void shouldWriteThePage() {
        page = folder.resolve("compare.html");
        Cli.run(
                        "compare",
                        Cli.dump("open-mixed-a.dat"),
                        "--policy",
                        "none",
                        "--policy",
                        "vm-quota=8",
                        "--html",
                        page.toString())
                .assertRan();
    }

    @Test
    void shouldOpenQuietlyWithAChartForEachRun() throws IOException {
        browser.open(page, WIDTH, HEIGHT);
        browser.assertQuiet();
        final List<WebElement> tiles = browser.findAll(".tile strong");
        assertEquals("2", tiles.get(0).getText());
        assertEquals("1,000", tiles.get(1).getText());
        assertEquals("all hold", tiles.get(4).getText());
        assertEquals(2, browser.findAll(".plot canvas").size());
        for (int run = 0; run < 2; run++) {
            assertTrue(new Pixels(browser, run).colors() > 10, "run " + run);
        }
        browser.keepWholePicture("compare-light");
    }

    @Test
    void shouldFilterAndTellAStory() throws IOException {
        browser.open(page, WIDTH, HEIGHT);
        browser.prefer("dark");
        browser.choose(0, "iommufd_mock2");
        final List<List<String>> rows = browser.rows();
        assertFalse(rows.isEmpty());
        rows.forEach(row -> assertEquals("iommufd_mock2", row.get(1)));
        browser.find(".rows tr[data-row]").click();
        final String story = browser.text("dialog");
        assertTrue(story.contains("iommufd_mock2 raises it"), story);
        assertTrue(story.contains("over quota, iommufd_mock2 has 8 of 8 outstanding"), story);
        browser.keepPicture("compare-story-dark");
        browser.assertQuiet();
    }
}
