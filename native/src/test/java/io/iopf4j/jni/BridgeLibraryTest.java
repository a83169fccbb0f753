// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the bench's half of C under test is looked for, each time in a JVM of its own. */
final class BridgeLibraryTest {
    private static final Path CLASSES = Path.of("target/classes");
    private static final Path LIBRARY =
            CLASSES.resolve("native/linux-" + System.getProperty("os.arch") + "/libiopf4j.so");

    @TempDir private Path folder;

    @BeforeAll
    static void needsTheBridge() {
        Compiler.assumeBridge();
    }

    // ---- By the property ------------------------------------------------------------------------

    @Test
    void shouldBeWhereThePropertySays() throws Exception {
        final Path file = Files.copy(LIBRARY, folder.resolve("any name.so"));
        assertEquals("it is there", saidWith(file));
    }

    @Test
    void shouldSayThatThePropertyNamesNothing() throws Exception {
        final Path file = folder.resolve("none.so");
        assertEquals(file + ": no such file", saidWith(file));
    }

    @Test
    void shouldSayThatThePropertyNamesNoLibrary() throws Exception {
        final Path file = Files.writeString(folder.resolve("text.so"), "no library");
        assertEquals(
                file + ": no shared library (ELF): compile it with cc -shared -fPIC",
                saidWith(file));
    }

    @Test
    void shouldSayThatItIsForAnotherMachine() throws Exception {
        final byte[] bytes = Files.readAllBytes(LIBRARY);
        bytes[18] = (byte) 243;
        bytes[19] = 0;
        final Path file = Files.write(folder.resolve("other.so"), bytes);
        assertEquals(
                file + ": a library for riscv64: compile it for " + System.getProperty("os.arch"),
                saidWith(file));
    }

    /** A library of somebody else has none of the functions that Java wants. */
    @Test
    void shouldSayThatItIsOfAnotherVersion() throws Exception {
        final Path file = Compiler.libraryOf("stranger", "int nothing;\n").toAbsolutePath();
        final String said = saidWith(file);
        assertTrue(said.startsWith(file + ": of another version of iopf4j: "), said);
        assertTrue(said.contains("init"), said);
    }

    // ---- Beside the jar, and in it --------------------------------------------------------------

    @Test
    void shouldBeInTheJar() throws Exception {
        assertEquals("it is there", saidBy(jar(true)));
    }

    @Test
    void shouldRatherBeBesideTheJar() throws Exception {
        final Path jar = jar(true);
        Files.writeString(folder.resolve("libiopf4j.so"), "no library");
        assertTrue(saidBy(jar).contains("libiopf4j.so: no shared library"), saidBy(jar));
        Files.delete(folder.resolve("libiopf4j.so"));
        Files.copy(LIBRARY, folder.resolve("libiopf4j.so"));
        assertEquals("it is there", saidBy(jar));
    }

    @Test
    void shouldSayThatItWasNotBuilt() throws Exception {
        assertEquals(
                "libiopf4j.so was not built: build iopf4j where cc and make are, or name the file"
                        + " by -Diopf4j.native=FILE",
                saidBy(jar(false)));
    }

    private Path jar(final boolean hasLibrary) throws IOException {
        final Path jar = folder.resolve("iopf4j.jar");
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out);
                Stream<Path> files = Files.walk(CLASSES)) {
            for (final Path file : files.filter(Files::isRegularFile).toList()) {
                final String name = CLASSES.relativize(file).toString();
                if (hasLibrary || !name.endsWith(".so")) {
                    zip.putNextEntry(new ZipEntry(name));
                    Files.copy(file, zip);
                    zip.closeEntry();
                }
            }
        }
        return jar;
    }

    private static String saidWith(final Path file) throws IOException, InterruptedException {
        return said(List.of("-D" + BridgeLibrary.PROPERTY + "=" + file), classPath());
    }

    /** With the module's classes from a jar. */
    private static String saidBy(final Path jar) throws IOException, InterruptedException {
        final String classes = CLASSES.toAbsolutePath().toString();
        final List<String> places =
                Arrays.stream(classPath().split(File.pathSeparator))
                        .map(place -> place.equals(classes) ? jar.toString() : place)
                        .toList();
        assertTrue(places.contains(jar.toString()), places::toString);
        return said(List.of(), String.join(File.pathSeparator, places));
    }

    private static String said(final List<String> flags, final String classPath)
            throws IOException, InterruptedException {
        final List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(flags);
        words.addAll(List.of("-cp", classPath, WhyAbsentMain.class.getName()));
        final Process process =
                new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        final String output =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
        return output.strip();
    }

    private static String classPath() {
        return System.getProperty(
                "surefire.test.class.path", System.getProperty("java.class.path"));
    }
}
