// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.walls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A module of this project: where its sources and its compiled classes are. */
enum ReactorModule {
    API("api", "io.iopf4j.api"),
    CORE("core", "io.iopf4j.core"),
    EMULATION("drivers/emulation", "io.iopf4j.emulation"),
    IO_PGTABLE("drivers/io-pgtable", "io.iopf4j.iopgtable"),
    ARM_SMMU_V3("drivers/arm-smmu-v3", "io.iopf4j.drivers.armsmmuv3"),
    INTEL_IOMMU("drivers/intel-iommu", "io.iopf4j.drivers.intel"),
    TRACE("testbench/trace", "io.iopf4j.trace"),
    TRACECMD("native/tracecmd", "io.iopf4j.tracecmd"),
    REPLAY("testbench/replay", "io.iopf4j.replay"),
    NATIVE("native", "io.iopf4j.jni"),
    QTEST("testbench/qtest", "io.iopf4j.qtest"),
    JUNIT("testbench/junit", "io.iopf4j.junit"),
    REPORT("testbench/report", "io.iopf4j.report"),
    CLI("testbench/cli", "io.iopf4j.cli");

    /** Tests run in testbench/walls. */
    private static final Path ROOT = Path.of("../..");

    private final String folder;
    private final String moduleName;

    ReactorModule(String folder, String moduleName) {
        this.folder = folder;
        this.moduleName = moduleName;
    }

    /** The module's name, which is that of its main package too. */
    String moduleName() {
        return moduleName;
    }

    /** All that the module's main code consists of, its module-info among it. */
    List<Path> sources() throws IOException {
        return filesUnder(ROOT.resolve(folder).resolve("src/main/java"), ".java");
    }

    /** The folder of compiled classes; there once the module was built. */
    Path classes() {
        Path classes = ROOT.resolve(folder).resolve("target/classes");
        if (!Files.exists(classes.resolve("module-info.class"))) {
            throw new IllegalStateException(
                    classes + " holds no compiled module: build all modules before this one");
        }
        return classes;
    }

    /** The full name of the first top-level class in the module's main package. */
    String anyClass() throws IOException {
        Path main = classes().resolve(moduleName.replace('.', '/'));
        return filesUnder(main, ".class").stream()
                .filter(file -> main.equals(file.getParent()))
                .map(file -> file.getFileName().toString().replace(".class", ""))
                .filter(name -> !name.contains("$") && !name.equals("package-info"))
                .map(name -> moduleName + "." + name)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(main + " holds no class"));
    }

    private static List<Path> filesUnder(Path top, String ending) throws IOException {
        try (Stream<Path> files = Files.walk(top)) {
            return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        }
    }
}
