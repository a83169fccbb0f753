// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Runs the whole command in a Java process of its own, a child with the same streams: code that it
 * loads can crash that one alone. The two share a folder, in which a file stands while the child is
 * at work: C code that calls {@code exit()} leaves it there.
 */
final class Isolation {
    static final String OPTION = "--isolate";

    /** Set in the child: the folder. */
    private static final String FOLDER = "iopf4j.isolated";

    private static final String AT_WORK = "at-work";
    private static final String REPORTS = "hs_err_pid*.log";

    /** What is in these the JVM of the parent counts among its options. */
    private static final List<String> OPTION_VARIABLES =
            List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    private static final int BUFFER = 1 << 16;
    private static final long GRACE_MS = 2_000;

    /** What a process ends with that a signal has ended: this and the signal's number. */
    private static final int SIGNALLED = 128;

    /** SIGHUP, SIGINT and SIGTERM: somebody did not want to wait. */
    private static final List<Integer> ENDED_BY_THE_USER = List.of(129, 130, 143);

    private final Path folder;
    private final PrintWriter err;
    private final CompletableFuture<Void> isCleared = new CompletableFuture<>();

    private Isolation(final Path folder, final PrintWriter err) {
        this.folder = folder;
        this.err = err;
    }

    // ---- The parent -----------------------------------------------------------------------------

    /**
     * Runs a command as a child, with the same Java, the same options and the same arguments.
     *
     * @param args all of the command line; its {@link #OPTION} means nothing to the child
     * @param err where it is said how the child crashed, in one line
     * @return the child's status; {@link Main#UNUSABLE} if it crashed
     */
    static int run(final List<String> args, final PrintWriter err) throws IOException {
        return new Isolation(Files.createTempDirectory("iopf4j-"), err).run(args);
    }

    private int run(final List<String> args) throws IOException {
        try {
            final ProcessBuilder builder =
                    new ProcessBuilder(command(args))
                            .redirectInput(ProcessBuilder.Redirect.INHERIT)
                            .redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().keySet().removeAll(OPTION_VARIABLES);
            final Process child = builder.start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(child)));
            final CrashFilter filter = new CrashFilter();
            final boolean isWritten = copy(child.getInputStream(), filter);
            final int status = result(child.onExit().join().exitValue());
            return isWritten || status == Main.UNUSABLE ? status : Main.unwritable(err);
        } finally {
            clear();
            isCleared.complete(null);
        }
    }

    private List<String> command(final List<String> args) {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.add("-XX:ErrorFile=" + folder.resolve(REPORTS.replace("*", "%p")));
        command.add("-D" + FOLDER + "=" + folder);
        command.addAll(main());
        command.addAll(args);
        return command;
    }

    /** By jar, class path or module path: a jar's manifest says what is allowed. */
    private static List<String> main() {
        final String name = Main.class.getName();
        if (Main.class.getModule().isNamed()) {
            return List.of("-m", Main.class.getModule().getName() + "/" + name);
        }
        final String path = System.getProperty("java.class.path");
        final boolean isJar = (System.getProperty("sun.java.command") + " ").startsWith(path + " ");
        return isJar ? List.of("-jar", path) : List.of("-cp", path, name);
    }

    /** Passes standard output on; false if it cannot be written, and then the child learns it. */
    private static boolean copy(final InputStream from, final CrashFilter filter) {
        final OutputStream out = new FileOutputStream(FileDescriptor.out);
        final byte[] buffer = new byte[BUFFER];
        try (from) {
            for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
                out.write(filter.pass(buffer, count));
            }
            out.write(filter.rest());
            return true;
        } catch (final IOException e) {
            return false;
        }
    }

    /** The parent ends, maybe by a signal: the child is not to live on. */
    private void end(final Process child) {
        child.destroy();
        child.onExit().completeOnTimeout(child, GRACE_MS, TimeUnit.MILLISECONDS).join();
        child.destroyForcibly();
        // The folder is looked at and removed by whoever made it.
        isCleared.completeOnTimeout(null, GRACE_MS, TimeUnit.MILLISECONDS).join();
    }

    private int result(final int status) throws IOException {
        final Optional<Path> report = report();
        if (report.isPresent()) {
            final String text =
                    new String(Files.readAllBytes(report.get()), StandardCharsets.UTF_8);
            return crashed(
                    "the loaded code crashed: "
                            + CrashReport.cause(text)
                            + " (report: "
                            + report.get()
                            + ")");
        }
        if (status > SIGNALLED && !ENDED_BY_THE_USER.contains(status)) {
            return crashed(CrashReport.withoutReport(status - SIGNALLED));
        }
        return Files.exists(folder.resolve(AT_WORK)) && status < SIGNALLED
                ? crashed("the loaded code ended the process, with exit status " + status)
                : status;
    }

    private int crashed(final String message) {
        Progress.wipe(err);
        err.println("iopf4j: " + Failures.oneLine(message));
        return Main.UNUSABLE;
    }

    private Optional<Path> report() throws IOException {
        try (DirectoryStream<Path> reports = Files.newDirectoryStream(folder, REPORTS)) {
            for (final Path report : reports) {
                return Optional.of(report);
            }
            return Optional.empty();
        }
    }

    /** Removes the folder, unless there is a report in it. */
    private void clear() {
        try {
            Files.deleteIfExists(folder.resolve(AT_WORK));
            Files.deleteIfExists(folder);
        } catch (final IOException e) {
            // The report keeps it.
            return;
        }
    }

    // ---- The child ------------------------------------------------------------------------------

    /** Whether this is a child. */
    static boolean isChild() {
        return file().isPresent();
    }

    /** The command begins. In a child: should its parent die, so does it. */
    static void begin() throws IOException {
        final Optional<Path> file = file();
        if (file.isPresent()) {
            ProcessHandle.current().parent().ifPresent(Isolation::dieWith);
            Files.createFile(file.get());
        }
    }

    private static void dieWith(final ProcessHandle parent) {
        final Thread watch =
                new Thread(
                        () -> {
                            parent.onExit().join();
                            Runtime.getRuntime().halt(Main.UNUSABLE);
                        });
        watch.setDaemon(true);
        watch.start();
    }

    /** The command has ended by itself. */
    static void end() throws IOException {
        final Optional<Path> file = file();
        if (file.isPresent()) {
            Files.delete(file.get());
        }
    }

    private static Optional<Path> file() {
        return Optional.ofNullable(System.getProperty(FOLDER))
                .map(folder -> Path.of(folder, AT_WORK));
    }
}
