// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.Dimension;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.print.PrintOptions;

/** Debian's Chromium without a window, and what it shows. One for all tests; one thread. */
final class Browser implements AutoCloseable {
    private static final Path PICTURES = Path.of("target/screenshots");
    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome");

    /** It warns of each Chromium that is newer than itself. */
    private static final Logger DEVTOOLS = Logger.getLogger("org.openqa.selenium.devtools");

    private final ChromeDriver driver;

    Browser() {
        DEVTOOLS.setLevel(Level.SEVERE);
        final ChromeOptions options = new ChromeOptions();
        options.setBinary(chromium().orElseThrow().toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--force-color-profile=srgb",
                "--force-device-scale-factor=1",
                "--hide-scrollbars");
        final LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        logs.enable(LogType.PERFORMANCE, Level.ALL);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
        final ChromeDriverService service =
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(driverProgram().orElseThrow().toFile())
                        .usingAnyFreePort()
                        .build();
        driver = new ChromeDriver(service, options);
    }

    static Optional<Path> chromium() {
        return NAMES.stream().flatMap(Browser::onPath).findFirst();
    }

    static Optional<Path> driverProgram() {
        return onPath("chromedriver").findFirst();
    }

    private static Stream<Path> onPath(final String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable);
    }

    @Override
    public void close() {
        driver.quit();
    }

    // ---- Opening --------------------------------------------------------------------------------

    /** Opens a page anew, in the light, at a width; what was said of others is forgotten. */
    void open(final Path page, final int width, final int height) {
        driver.manage().logs().get(LogType.BROWSER);
        driver.manage().logs().get(LogType.PERFORMANCE);
        prefer("light");
        driver.manage().window().setSize(new Dimension(width, height));
        driver.get(page.toUri().toString());
        if (number("return localStorage.length") > 0) {
            run("localStorage.clear()");
            reload();
        }
        settle();
    }

    /** Opens the page again that is open; milliseconds until it is painted. */
    double reload() {
        driver.navigate().refresh();
        return settle();
    }

    /** What the system is said to like: {@code light} or {@code dark}. */
    void prefer(final String scheme) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
        settle();
    }

    /** Waits until all is painted that was asked for; milliseconds since the page was asked for. */
    double settle() {
        return ((Number)
                        driver.executeAsyncScript(
                                """
                                const done = arguments[0];
                                requestAnimationFrame(() => requestAnimationFrame(
                                    () => done(performance.now())));
                                """))
                .doubleValue();
    }

    // ---- What it says ---------------------------------------------------------------------------

    /** Nothing was complained of, and nothing was asked of anybody but the page's own file. */
    void assertQuiet() {
        assertEquals(
                List.of(),
                driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                        .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                        .map(LogEntry::getMessage)
                        .toList());
        assertEquals(
                List.of(),
                driver.manage().logs().get(LogType.PERFORMANCE).getAll().stream()
                        .map(LogEntry::getMessage)
                        .filter(message -> message.contains("\"Network.requestWillBeSent\""))
                        .filter(message -> !message.contains("\"url\":\"file:"))
                        .filter(message -> !message.contains("\"url\":\"data:"))
                        .toList());
    }

    Object run(final String script, final Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    long number(final String script, final Object... arguments) {
        return ((Number) run(script, arguments)).longValue();
    }

    WebElement find(final String selector) {
        return driver.findElement(By.cssSelector(selector));
    }

    List<WebElement> findAll(final String selector) {
        return driver.findElements(By.cssSelector(selector));
    }

    String text(final String selector) {
        return find(selector).getText();
    }

    /** Picks a text in one of the table's filters. */
    void choose(final int filter, final String option) {
        findAll(".controls select").get(filter).findElements(By.tagName("option")).stream()
                .filter(one -> option.equals(one.getText()))
                .findFirst()
                .orElseThrow()
                .click();
    }

    WebElement focused() {
        return driver.switchTo().activeElement();
    }

    /** The cells of the rows that stand in the table of faults, as far as they are in sight. */
    List<List<String>> rows() {
        final List<List<String>> rows = new ArrayList<>();
        final Object found =
                run(
                        """
                        return [...document.querySelectorAll('.rows tr[data-row]')].map(
                            (row) => [...row.cells].map((cell) => cell.textContent));
                        """);
        for (final Object row : (List<?>) found) {
            rows.add(((List<?>) row).stream().map(String::valueOf).toList());
        }
        return rows;
    }

    // ---- What it looks like ---------------------------------------------------------------------

    /** Pictures of what is seen are kept with the build, for people. */
    void keepPicture(final String name) throws IOException {
        Files.createDirectories(PICTURES);
        Files.write(PICTURES.resolve(name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
    }

    /** The whole page, however long. */
    void keepWholePicture(final String name) throws IOException {
        final int width = driver.manage().window().getSize().getWidth();
        final int height = (int) number("return document.documentElement.scrollHeight");
        driver.manage().window().setSize(new Dimension(width, height + 200));
        settle();
        keepPicture(name);
    }

    /** The page on paper. */
    byte[] print(final String name) throws IOException {
        final byte[] pdf =
                Base64.getDecoder().decode(driver.print(new PrintOptions()).getContent());
        Files.createDirectories(PICTURES);
        Files.write(PICTURES.resolve(name + ".pdf"), pdf);
        settle();
        return pdf;
    }
}
