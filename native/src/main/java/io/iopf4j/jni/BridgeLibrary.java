// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.CodeSource;

/**
 * Finds {@code libiopf4j.so}: where the property {@value #PROPERTY} says, else beside the jar, else
 * in the jar, which it is unpacked from. Any thread.
 */
public final class BridgeLibrary {
    /** Names the file to load. */
    public static final String PROPERTY = "iopf4j.native";

    private static final String NAME = "libiopf4j.so";

    private static boolean wasTried;
    private static String whyAbsent;

    private BridgeLibrary() {}

    /**
     * Loads it, if that was not done before.
     *
     * @return null, or one line that says why it is not there: then no C can be loaded
     */
    public static synchronized String whyAbsent() {
        if (!wasTried) {
            wasTried = true;
            try {
                whyAbsent = load();
            } catch (final IOException e) {
                whyAbsent = "cannot unpack " + NAME + ": " + e.getMessage();
            }
        }
        return whyAbsent;
    }

    private static String load() throws IOException {
        final String named = System.getProperty(PROPERTY);
        if (named != null) {
            return load(Path.of(named).toAbsolutePath());
        }
        final Path beside = besideTheJar();
        return beside != null && Files.isRegularFile(beside) ? load(beside) : unpackAndLoad();
    }

    private static String load(final Path file) {
        try {
            final String why = ElfFile.whyNotForThisMachine(file);
            if (why != null) {
                return file + ": " + why;
            }
            System.load(file.toString());
        } catch (final IOException e) {
            return ElfFile.describe(file, e);
        } catch (final UnsatisfiedLinkError e) {
            return e.getMessage();
        }
        try {
            Bridge.init(KernelServices.class, file.toString());
            return null;
        } catch (final UnsatisfiedLinkError | NoSuchMethodError e) {
            return file + ": of another version of iopf4j: " + e.getMessage();
        }
    }

    private static String unpackAndLoad() throws IOException {
        final String resource = "/native/linux-" + System.getProperty("os.arch") + "/" + NAME;
        try (InputStream in = BridgeLibrary.class.getResourceAsStream(resource)) {
            if (in == null) {
                return NAME
                        + " was not built: build iopf4j where cc and make are, or name the file by"
                        + " -D"
                        + PROPERTY
                        + "=FILE";
            }
            final Path file = Files.createTempFile("iopf4j", ".so");
            try {
                Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
                return load(file);
            } finally {
                // Loaded is loaded: nobody needs the name any more.
                Files.deleteIfExists(file);
            }
        }
    }

    private static Path besideTheJar() {
        final CodeSource source = BridgeLibrary.class.getProtectionDomain().getCodeSource();
        if (source == null) {
            return null;
        }
        try {
            return Path.of(source.getLocation().toURI()).resolveSibling(NAME);
        } catch (final URISyntaxException | IllegalArgumentException e) {
            return null;
        }
    }
}
