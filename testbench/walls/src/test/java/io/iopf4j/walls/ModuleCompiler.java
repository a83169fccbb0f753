// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.walls;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Compiles a module's main sources again, with all other modules within reach on the module path:
 * whatever is refused then is refused by the module's own declaration.
 */
final class ModuleCompiler {
    private final Path output;

    /**
     * A compiler that writes to a folder.
     *
     * @param output a folder that exists
     */
    ModuleCompiler(Path output) {
        this.output = output;
    }

    /**
     * Compiles all of a module.
     *
     * @param module whose sources
     * @param planted sources that are compiled as if they were the module's
     * @param present modules that are part of the program even if nobody requires them
     * @return the errors, none if it compiles
     */
    List<Diagnostic<? extends JavaFileObject>> errors(
            ReactorModule module, List<JavaFileObject> planted, List<ReactorModule> present)
            throws IOException {
        List<String> options =
                new ArrayList<>(
                        List.of(
                                "--release",
                                "17",
                                "-proc:none",
                                "-d",
                                output.toString(),
                                "--module-path",
                                modulePathWithout(module)));
        for (ReactorModule other : present) {
            options.addAll(List.of("--add-modules", other.moduleName()));
        }

        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        try (StandardJavaFileManager files =
                compiler.getStandardFileManager(
                        diagnostics, Locale.ENGLISH, StandardCharsets.UTF_8)) {
            List<JavaFileObject> units = new ArrayList<>(planted);
            files.getJavaFileObjectsFromPaths(module.sources()).forEach(units::add);
            boolean success =
                    compiler.getTask(null, files, diagnostics, options, null, units).call();
            List<Diagnostic<? extends JavaFileObject>> errors =
                    diagnostics.getDiagnostics().stream()
                            .filter(each -> each.getKind() == Diagnostic.Kind.ERROR)
                            .toList();
            if (success != errors.isEmpty()) {
                throw new IllegalStateException("javac failed without a reason");
            }
            return errors;
        }
    }

    private static String modulePathWithout(ReactorModule module) {
        Stream<Path> ours =
                Arrays.stream(ReactorModule.values())
                        .filter(other -> other != module)
                        .map(ReactorModule::classes);
        Stream<Path> libraries =
                Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                        .map(Path::of)
                        .filter(ModuleCompiler::isLibrary);
        return Stream.concat(ours, libraries)
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static boolean isLibrary(Path entry) {
        Path name = entry.getFileName();
        return name != null
                && name.toString().endsWith(".jar")
                && !name.toString().startsWith("iopf4j-");
    }
}
