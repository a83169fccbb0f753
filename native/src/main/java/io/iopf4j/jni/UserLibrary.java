// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.core.iopf.FailSlab;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;

/**
 * A library under test that is open. Each opening has variables of its own: a file that is open
 * already is opened as a copy, since the linker would give the same one again.
 */
final class UserLibrary implements AutoCloseable {
    /** As the linker tells files from each other: by their paths, and by what is there. */
    private static final Set<Object> OPEN_FILES = new HashSet<>();

    private final String name;
    private final KernelServices services;

    /** What it has in {@link #OPEN_FILES}, nothing of a copy. */
    private final Set<Object> fileKeys;

    private long handle;

    private UserLibrary(
            final String name,
            final KernelServices services,
            final Set<Object> fileKeys,
            final long handle) {
        this.name = name;
        this.services = services;
        this.fileKeys = fileKeys;
        this.handle = handle;
    }

    /**
     * Opens a library.
     *
     * @param words the file and its parameters, see {@link LibraryWords}
     * @param services what it calls
     * @throws IllegalArgumentException in one line that names the file
     */
    static UserLibrary open(final LibraryWords words, final KernelServices services) {
        final String absent = BridgeLibrary.whyAbsent();
        if (absent != null) {
            throw new IllegalArgumentException(words.file() + ": " + absent);
        }
        try {
            final String why = ElfFile.whyNotForThisMachine(words.file());
            if (why != null) {
                throw new IllegalArgumentException(words.file() + ": " + why);
            }
            final Path file = words.file().toRealPath();
            final Set<Object> keys =
                    Set.of(file, Files.readAttributes(file, BasicFileAttributes.class).fileKey());
            final boolean isFirst;
            synchronized (OPEN_FILES) {
                isFirst = Collections.disjoint(OPEN_FILES, keys) && OPEN_FILES.addAll(keys);
            }
            return isFirst ? open(words, file, keys, services) : openCopy(words, file, services);
        } catch (final IOException e) {
            throw new IllegalArgumentException(ElfFile.describe(words.file(), e), e);
        }
    }

    private static UserLibrary open(
            final LibraryWords words,
            final Path file,
            final Set<Object> keys,
            final KernelServices services) {
        try {
            return new UserLibrary(words.name(), services, keys, openAt(words, file, services));
        } catch (final RuntimeException e) {
            giveUp(keys);
            throw e;
        }
    }

    private static UserLibrary openCopy(
            final LibraryWords words, final Path file, final KernelServices services)
            throws IOException {
        final Path copy = Files.createTempFile("iopf4j", ".so");
        try {
            Files.copy(file, copy, StandardCopyOption.REPLACE_EXISTING);
            return new UserLibrary(words.name(), services, Set.of(), openAt(words, copy, services));
        } finally {
            // Loaded is loaded: nobody needs the name any more.
            Files.deleteIfExists(copy);
        }
    }

    private static long openAt(
            final LibraryWords words, final Path file, final KernelServices services) {
        final long handle =
                Bridge.open(
                        file.toString(),
                        words.name(),
                        words.params(),
                        services,
                        services.failSlab() != FailSlab.NEVER);
        services.serve(handle);
        return handle;
    }

    private static void giveUp(final Set<Object> keys) {
        synchronized (OPEN_FILES) {
            OPEN_FILES.removeAll(keys);
        }
    }

    /** What reports call it: its file's name. */
    String name() {
        return name;
    }

    /**
     * For the native methods.
     *
     * @throws IllegalStateException once it is closed
     */
    long handle() {
        if (handle == 0) {
            throw new IllegalStateException(name + ": it is closed");
        }
        return handle;
    }

    boolean isOpen() {
        return handle != 0;
    }

    /**
     * Makes the nth allocation from now on fail, the next one being the first; 0 lets all succeed.
     */
    void failAlloc(final long nth) {
        Bridge.failAlloc(handle(), nth);
    }

    /**
     * Unloads it. Twice does no harm.
     *
     * @throws IllegalStateException if a call into it is running
     */
    @Override
    public void close() {
        if (handle == 0) {
            return;
        }
        services.end();
        final long left = Bridge.close(handle);
        if (left < 0) {
            throw new IllegalStateException(name + ": closed while a call into it is running");
        }
        handle = 0;
        giveUp(fileKeys);
        if (left > 0) {
            services.warn(name, left + " bytes were never freed");
        }
    }
}
