// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.cli;

import io.iopf4j.qtest.Machine;
import io.iopf4j.qtest.QtestSession;
import io.iopf4j.qtest.QtestSocket;
import io.iopf4j.qtest.SmmuV3Machine;
import io.iopf4j.qtest.VtdMachine;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.lang.reflect.Field;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
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
            "  echo 'readl 0x09050000' | iopf4j serve --qtest stdio",
            "  iopf4j serve --iommu vtd --qtest unix:/tmp/vtd.sock",
            "  iopf4j serve --iommu vtd --qtest unix:vtd.sock --without nested",
            "  iopf4j serve --iommu vtd --revision 2 --qtest unix:vtd.sock",
            "  echo 'readq 0xfed90008' | iopf4j serve --iommu vtd --qtest stdio"
        })
final class ServeCommand implements Callable<Integer> {
    private static final String STDIO = "stdio";
    private static final String UNIX = "unix:";

    @Option(
            names = "--iommu",
            paramLabel = "NAME",
            defaultValue = "smmuv3",
            description = "The model: smmuv3 (the default) or vtd.")
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

    @Mixin private FeatureOptions features;

    @ArgGroup(
            validate = false,
            order = 1,
            heading =
                    "%nOf an SMMUv3, which has these features, by default all but"
                            + " terminate-aborts:%n"
                            + "stage-1, stage-2, two-level-stream-table, two-level-cd-table,%n"
                            + "terminate-aborts, ats-records-errors, vmid16, asid16, pri, ats,%n"
                            + "msi, sev, hyp, coherent, attribute-types-override,%n"
                            + "attribute-permissions-override, hierarchical-attribute-disable,%n"
                            + "pri-overflow-pasid, range-invalidation, granule-4k, granule-16k,%n"
                            + "granule-64k.%n")
    private SmmuOptions smmu;

    @ArgGroup(
            validate = false,
            order = 2,
            heading =
                    "%nOf VT-d, which has these features, by default those that CAP and ECAP%n"
                            + "show:%n"
                            + "qi, device-tlb, page-requests, page-request-drain, pasid, scalable,%n"
                            + "first-stage, second-stage, nested, pass-through, execute-requests,%n"
                            + "supervisor-requests, extended-accessed,%n"
                            + "second-stage-accessed-dirty, rid-pasid, rid-priv, abort-dma,%n"
                            + "physical-functions, snoop-control, coherent, coherent-walks,%n"
                            + "page-selective, caching-mode, set-root-invalidates,%n"
                            + "protected-low-memory, protected-high-memory, three-level,%n"
                            + "five-level, second-stage-2m, second-stage-1g, first-stage-1g.%n")
    private VtdOptions vtd;

    @Spec private CommandSpec spec;

    ServeCommand() {}

    @Override
    public Integer call() throws IOException {
        final Machine machine = machine();
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

    private Machine machine() {
        try {
            return switch (iommu) {
                case "smmuv3" -> {
                    refuse(vtd, "vtd");
                    yield new SmmuV3Machine(
                            (smmu == null ? new SmmuOptions() : smmu).config(features));
                }
                case "vtd" -> {
                    refuse(smmu, "smmuv3");
                    yield new VtdMachine((vtd == null ? new VtdOptions() : vtd).config(features));
                }
                default ->
                        throw new IllegalArgumentException(
                                "--iommu " + iommu + ": expected smmuv3 or vtd");
            };
        } catch (final IllegalArgumentException e) {
            throw usage(e.getMessage());
        }
    }

    /** Refuses options of the model that is not served, by the first one's name. */
    private void refuse(final Object options, final String model) {
        if (options == null) {
            return;
        }
        final String first =
                spec.commandLine().getParseResult().matchedOptions().stream()
                        .filter(option -> option.userObject() instanceof Field)
                        .filter(
                                option ->
                                        ((Field) option.userObject()).getDeclaringClass()
                                                == options.getClass())
                        .map(OptionSpec::longestName)
                        .findFirst()
                        .orElseThrow();
        throw new IllegalArgumentException(
                first + " is an option of --iommu " + model + ", not of " + iommu);
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
