// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.qtest.Machine;
import io.iopf4j.qtest.QtestSession;
import io.iopf4j.qtest.QtestSocket;
import io.iopf4j.qtest.SmmuV3Machine;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Serves a hardware model to a client that programs it from outside. */
@Command(
        name = "serve",
        sortOptions = false,
        description = {
            "Serves an IOMMU model over QEMU's qtest protocol: a client in any language programs"
                    + " its registers and memory and issues DMA. One client is served; when it"
                    + " leaves, the command ends. docs/qtest.md tells how to."
        },
        footer = {
            "",
            "What software used and the model does not do is listed on standard error at the end.",
            "",
            "Exit status: 0 the client has left; 2 bad usage, or the socket cannot be had.",
            "",
            "Examples:",
            "  iopf4j serve --qtest unix:/tmp/smmu.sock",
            "  iopf4j serve --qtest unix:smmu.sock --stall-entries 64 --without pri",
            "  echo 'readl 0x09050000' | iopf4j serve --qtest stdio"
        })
final class ServeCommand implements Callable<Integer> {
    private static final String STDIO = "stdio";
    private static final String UNIX = "unix:";

    @Option(
            names = "--iommu",
            paramLabel = "NAME",
            defaultValue = "smmuv3",
            description = "The model: smmuv3 (the default).")
    private String iommu;

    @Option(
            names = "--qtest",
            paramLabel = "WHERE",
            required = true,
            description = "unix:PATH, a socket that is created; or stdio.")
    private String where;

    @SuppressWarnings("UnusedVariable") // Picocli reads it.
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    private boolean help;

    @Mixin private SmmuOptions smmu;
    @Spec private CommandSpec spec;

    ServeCommand() {}

    @Override
    public Integer call() throws IOException {
        if ("vtd".equals(iommu)) {
            throw usage("--iommu vtd: the VT-d model comes with a later version; there is smmuv3");
        }
        if (!"smmuv3".equals(iommu)) {
            throw usage("--iommu " + iommu + ": expected smmuv3");
        }
        final Machine machine = new SmmuV3Machine(smmu.config());
        final PrintWriter err = spec.commandLine().getErr();
        if (STDIO.equals(where)) {
            final OutputStream out = new AsciiOutput(spec.commandLine().getOut());
            new QtestSession(machine, System.in, out).run();
        } else {
            serve(path(), machine, err);
        }
        machine.remarks().forEach(err::println);
        err.flush();
        return Main.OK;
    }

    private static void serve(final Path path, final Machine machine, final PrintWriter err)
            throws IOException {
        try (QtestSocket socket = QtestSocket.listen(path)) {
            err.println("listening on " + path);
            err.flush();
            socket.serve(machine);
        }
    }

    private Path path() {
        if (!where.startsWith(UNIX) || where.length() == UNIX.length()) {
            throw usage("--qtest " + where + ": expected unix:PATH or stdio");
        }
        try {
            return Path.of(where.substring(UNIX.length()));
        } catch (final InvalidPathException e) {
            throw usage("--qtest: " + e.getReason());
        }
    }

    private ParameterException usage(final String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
