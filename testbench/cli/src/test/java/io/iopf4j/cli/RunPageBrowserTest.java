// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The page of a run as a reader sees it, and what it does when it is touched. */
@ExtendWith(BrowserExtension.class)
final class RunPageBrowserTest {
    private static final int WIDTH = 1280;
    private static final int HEIGHT = 1000;
    private static final int RAISED = 6;
    private static final int WAITED = 7;
    private static final int FATE = 8;

    @TempDir private static Path folder;
    private static Path mixed;
    private static Path fifteen;
    private static List<String[]> ledger;

    private final Browser browser;

    RunPageBrowserTest(final Browser browser) {
        this.browser = browser;
    }

    @BeforeAll
    static void shouldWriteThePages() throws IOException {
        mixed = folder.resolve("mixed.html");
        final Path csv = folder.resolve("mixed.csv");
        Cli.run(
                        "replay",
                        Cli.dump("open-mixed-a.dat"),
                        "--html",
                        mixed.toString(),
                        "--ledger",
                        csv.toString())
                .assertRan();
        ledger = Files.readAllLines(csv).stream().skip(1).map(line -> line.split(",", -1)).toList();
        fifteen = folder.resolve("fifteen.html");
        Cli.run("run", "fifteen-devices", "--html", fifteen.toString(), "--policy", "vm-quota=half")
                .assertRan();
    }

    private void open(final Path page) {
        browser.open(page, WIDTH, HEIGHT);
    }

    // ---- Opening --------------------------------------------------------------------------------

    @Test
    void shouldOpenADumpQuietly() throws IOException {
        open(mixed);
        assertEquals("Replay of ../dumps/open-mixed-a.dat", browser.text("h1"));
        assertEquals(List.of("1,000", "946", "0", "54", "all hold", "1,000"), tiles());
        browser.assertQuiet();
        browser.keepWholePicture("dump-light");
    }

    @Test
    void shouldOpenAScenarioQuietly() throws IOException {
        open(fifteen);
        assertEquals("Run of fifteen-devices", browser.text("h1"));
        browser.assertQuiet();
        browser.keepWholePicture("fifteen-devices-light");
    }

    private List<String> tiles() {
        return browser.findAll(".tile strong").stream().map(WebElement::getText).toList();
    }

    @Test
    void shouldSayHowItWasMade() {
        open(fifteen);
        assertEquals(
                "iopf4j run fifteen-devices --html " + fifteen + " --policy vm-quota=half",
                browser.text("#command"));
    }

    /** Names come from dumps, and whoever runs in a guest may have chosen them. */
    @Test
    void shouldRunNothingThatADumpSays() throws IOException {
        final Path hostile = folder.resolve("hostile.jsonl");
        Cli.run("convert", Cli.dump("open-mixed-a.dat"), "-o", hostile.toString());
        Files.writeString(
                hostile,
                Files.readString(hostile)
                        .replace(
                                "iommufd_mock0",
                                "</script><script>document.title='owned'</script>"
                                        + "<img src=x onerror=document.title='owned'>"));
        final Path page = folder.resolve("hostile.html");
        Cli.run("replay", hostile.toString(), "--html", page.toString()).assertRan();
        open(page);
        browser.assertQuiet();
        assertEquals(0, browser.findAll("img").size());
        assertNotEquals("owned", browser.run("return document.title"));
        assertTrue(browser.text("#main").contains("</script><script>document.title='owned'"));
    }

    // ---- Charts ---------------------------------------------------------------------------------

    private Pixels chart(final int number) {
        return new Pixels(browser, number);
    }

    private String color(final String name) {
        return String.valueOf(browser.run("return iopf4j.color(arguments[0])", name));
    }

    @Test
    void shouldDrawALineForEachMachine() throws IOException {
        open(mixed);
        for (final int number : List.of(0, 2)) {
            final Pixels chart = chart(number);
            assertTrue(chart.colors() > 20);
            for (int vm = 0; vm < 4; vm++) {
                assertTrue(chart.of(color("mark-" + vm)) > 200, "chart " + number + ", VM " + vm);
            }
        }
    }

    @Test
    void shouldDrawLinesWhereTheDataAre() throws IOException {
        open(fifteen);
        final Pixels chart = chart(0);
        // The silent machine has its quota full from then on, and the quota's line lies on it.
        final int right = chart.width() - 30;
        final int line = chart.top(color("mark-0"), right - 200, right - 20);
        final int quota = chart.top(color("limit"), right - 200, right - 20);
        final double isAt =
                ((Number)
                                browser.run(
                                        """
                                        const over = document.querySelector('.u-over');
                                        const plot = over.getBoundingClientRect();
                                        const box = over.parentElement.querySelector('canvas')
                                            .getBoundingClientRect();
                                        return plot.top - box.top + plot.height * (1 - 1 / 1.08);
                                        """))
                        .doubleValue();
        assertEquals(isAt, line, 3);
        assertTrue(quota >= 0 && quota < line + 3);
    }

    @Test
    void shouldHideALineAndShowItAgain() throws IOException {
        open(mixed);
        final WebElement button = browser.findAll(".legend button").get(0);
        button.click();
        browser.settle();
        assertEquals("false", button.getAttribute("aria-pressed"));
        assertEquals(0, chart(0).of(color("mark-0")));
        button.click();
        browser.settle();
        assertTrue(chart(0).of(color("mark-0")) > 200);
    }

    @Test
    void shouldZoomByKeys() {
        open(mixed);
        final WebElement chart = browser.find(".plot");
        final WebElement reset = browser.find(".reset");
        assertFalse(reset.isDisplayed());
        chart.sendKeys("+");
        assertTrue(reset.isDisplayed());
        chart.sendKeys(Keys.ARROW_RIGHT, "-", "-");
        assertFalse(reset.isDisplayed());
    }

    // ---- Table ----------------------------------------------------------------------------------

    private WebElement header(final int column) {
        return browser.findAll(".rows thead button").get(column);
    }

    private List<Double> column(final int column) {
        return browser.rows().stream()
                .map(row -> Double.valueOf(row.get(column).replaceAll("[^0-9.].*", "")))
                .toList();
    }

    @Test
    void shouldShowTheNeverAnsweredFirst() {
        open(mixed);
        assertTrue(browser.rows().get(0).get(WAITED).endsWith(", never"));
        final long longest =
                ledger.stream()
                        .filter(fault -> "outstanding".equals(fault[15]))
                        .mapToLong(fault -> Long.parseLong(fault[8]))
                        .min()
                        .orElseThrow();
        assertEquals(longest / 1e6, column(RAISED).get(0), 0.001);
    }

    @Test
    void shouldSort() {
        open(mixed);
        header(RAISED).click();
        assertEquals("ascending", headerOf(RAISED).getAttribute("aria-sort"));
        assertEquals(
                ledger.stream()
                        .mapToDouble(fault -> Math.round(Long.parseLong(fault[8]) / 1e3) / 1e3)
                        .sorted()
                        .limit(10)
                        .boxed()
                        .toList(),
                column(RAISED).subList(0, 10));
        header(RAISED).sendKeys(Keys.ENTER);
        assertEquals("descending", headerOf(RAISED).getAttribute("aria-sort"));
        assertEquals("none", headerOf(WAITED).getAttribute("aria-sort"));
        assertTrue(column(RAISED).get(0) > column(RAISED).get(9));
    }

    private WebElement headerOf(final int column) {
        return browser.findAll(".rows thead th").get(column);
    }

    @Test
    void shouldFilter() {
        open(mixed);
        browser.choose(2, "outstanding");
        assertEquals("54 of 1,000 rows", browser.text(".status"));
        browser.choose(0, "iommufd_mock3");
        assertEquals("9 of 1,000 rows", browser.text(".status"));
        assertEquals(9, browser.rows().size());
        assertTrue(browser.rows().stream().allMatch(row -> "outstanding".equals(row.get(FATE))));
    }

    @Test
    void shouldFindText() {
        open(mixed);
        final String[] fault = ledger.get(321);
        browser.run("iopf4j.faultTable.search(arguments[0])", fault[5] + " " + fault[1]);
        assertEquals("1 of 1,000 rows", browser.text(".status"));
        assertEquals("321", browser.rows().get(0).get(0));
    }

    @Test
    void shouldReachTheLastRow() {
        open(mixed);
        browser.find(".rows tr[data-row]").sendKeys(Keys.END);
        browser.settle();
        assertEquals("1001", browser.focused().getAttribute("aria-rowindex"));
    }

    // ---- A fault's life -------------------------------------------------------------------------

    @Test
    void shouldShowAWholeLifeOnAClick() throws IOException {
        open(mixed);
        browser.run("iopf4j.faultTable.search('success')");
        final int number = Integer.parseInt(browser.rows().get(0).get(0));
        browser.findAll(".rows tr[data-row]").get(0).click();
        assertTrue(browser.find("#life").isDisplayed());
        assertEquals("Fault " + number + ": answered", browser.text("#life-title"));
        final List<String> times =
                browser.findAll("#life table tbody tr td:nth-child(2)").stream()
                        .map(cell -> cell.getText().replaceAll("[^0-9]", ""))
                        .toList();
        assertEquals(Arrays.asList(ledger.get(number)).subList(8, 14), times);
        browser.settle();
        browser.keepPicture("fault");
    }

    @Test
    void shouldBeUsableByKeysAlone() {
        open(mixed);
        final WebElement first = browser.find(".rows tr[data-row]");
        final String second = browser.rows().get(1).get(0);
        first.sendKeys(Keys.ARROW_DOWN);
        assertEquals(second, browser.focused().getAttribute("data-row"));
        browser.focused().sendKeys(Keys.ENTER);
        assertTrue(browser.text("#life-title").startsWith("Fault " + second + ":"));
        browser.focused().sendKeys(Keys.ARROW_RIGHT);
        assertTrue(browser.text("#life-title").startsWith("Fault " + browser.rows().get(2).get(0)));
        browser.focused().sendKeys(Keys.ESCAPE);
        assertFalse(browser.find("#life").isDisplayed());
        assertEquals(browser.rows().get(2).get(0), browser.focused().getAttribute("data-row"));
    }

    @Test
    void shouldLeadThroughThePageByTab() {
        open(mixed);
        boolean isAtRow = false;
        for (int i = 0; i < 60 && !isAtRow; i++) {
            browser.focused().sendKeys(Keys.TAB);
            isAtRow = browser.focused().getAttribute("data-row") != null;
        }
        assertTrue(isAtRow);
    }

    // ---- Looks ----------------------------------------------------------------------------------

    private String ground() {
        return String.valueOf(
                browser.run("return getComputedStyle(document.body).backgroundColor"));
    }

    @Test
    void shouldTurnDarkAndStaySo() throws IOException {
        open(mixed);
        final String light = ground();
        browser.find("#theme").sendKeys(Keys.ENTER);
        browser.settle();
        assertNotEquals(light, ground());
        assertTrue(chart(0).of(color("mark-0")) > 200);
        assertNotEquals("#0072b2", color("mark-0"));
        browser.reload();
        assertNotEquals(light, ground());
        browser.keepWholePicture("dump-dark");
    }

    @Test
    void shouldFollowTheSystem() {
        open(mixed);
        final String light = ground();
        browser.prefer("dark");
        assertNotEquals(light, ground());
        browser.prefer("light");
        assertEquals(light, ground());
    }

    @Test
    void shouldFitANarrowWindow() throws IOException {
        browser.open(fifteen, 500, 900);
        assertEquals(0, browser.number("return document.documentElement.scrollWidth - innerWidth"));
        browser.keepWholePicture("narrow");
    }

    @Test
    void shouldPrintInTheLight() throws IOException {
        open(mixed);
        browser.find("#theme").click();
        browser.settle();
        final byte[] pdf = browser.print("dump");
        assertTrue(pdf.length > 20_000);
        assertEquals("dark", browser.run("return document.documentElement.dataset.theme"));
    }

    // ---- Size -----------------------------------------------------------------------------------

    private static final double SOON_MS = 2_000;

    /** A shared machine may be three times as slow. */
    private static final double PATIENCE = 3;

    @Test
    void shouldOpenOneHundredThousandFaultsSoon() throws IOException {
        final Path scenario = folder.resolve("many.yaml");
        Files.writeString(
                scenario,
                """
                title: many faults
                hardware: {iommu: smmuv3, stallEntries: 512}
                duration: 2s
                vms:
                  - name: silent
                    guest: silent
                    workload: {rate: 100/s, start: 100ms}
                  - name: web
                    workload: {rate: 25000/s, burst: 16, inFlight: 64}
                  - name: db
                    workload: {rate: 25000/s, burst: 16, inFlight: 64, start: 5ms}
                """);
        final Path page = folder.resolve("many.html");
        Cli.run("run", scenario.toString(), "--html", page.toString()).assertRan();
        browser.open(page, WIDTH, HEIGHT);
        final double openMs = browser.reload();
        final long faults = browser.number("return iopf4j.faults.count");
        System.out.printf(
                "%d faults, %d bytes each, open in %.0f ms%n",
                faults, Files.size(page) / faults, openMs);
        assertTrue(faults >= 95_000, () -> faults + " faults");
        assertTrue(openMs < SOON_MS * PATIENCE, () -> openMs + " ms");
        assertTrue(Files.size(page) < 60 * faults);
        assertTrue(browser.number("return document.querySelectorAll('.rows tr').length") < 100);
        browser.assertQuiet();
    }
}
