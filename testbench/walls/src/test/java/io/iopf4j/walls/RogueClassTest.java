// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.walls;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.tools.Diagnostic;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The compiler refuses what may never be. Each module is compiled as it is, which must succeed, and
 * with one class that reaches through a wall, which must fail for that class and that reason.
 */
class RogueClassTest {
    @TempDir Path output;

    @ParameterizedTest
    @EnumSource(
            names = {
                "API",
                "CORE",
                "EMULATION",
                "IO_PGTABLE",
                "ARM_SMMU_V3",
                "INTEL_IOMMU",
                "TRACE",
                "TRACECMD",
                "NATIVE",
                "QTEST",
                "JUNIT",
                "REPORT"
            })
    void shouldCompileModuleAsItIs(ReactorModule module) throws IOException {
        assertEquals(List.of(), new ModuleCompiler(output).errors(module, List.of(), List.of()));
    }

    @ParameterizedTest(name = "{0} reaches {1}")
    @CsvSource({
        "API, CORE",
        "CORE, ARM_SMMU_V3",
        "CORE, EMULATION",
        "EMULATION, CORE",
        "ARM_SMMU_V3, EMULATION",
        "ARM_SMMU_V3, CORE",
        "ARM_SMMU_V3, INTEL_IOMMU",
        "INTEL_IOMMU, EMULATION",
        "INTEL_IOMMU, CORE",
        "INTEL_IOMMU, ARM_SMMU_V3",
        "IO_PGTABLE, ARM_SMMU_V3",
        "IO_PGTABLE, EMULATION",
        "TRACE, CORE",
        "TRACE, API",
        "TRACECMD, CORE",
        "TRACECMD, REPLAY",
        "CORE, NATIVE",
        "REPLAY, NATIVE",
        "NATIVE, TRACECMD",
        "NATIVE, QTEST",
        "NATIVE, CLI",
        "QTEST, CORE",
        "QTEST, ARM_SMMU_V3",
        "REPLAY, JUNIT",
        "REPLAY, REPORT",
        "REPORT, NATIVE",
        "REPORT, CLI",
        "JUNIT, QTEST",
        "JUNIT, NATIVE",
        "JUNIT, CLI"
    })
    void shouldRefuseClassThatReachesThroughWall(ReactorModule from, ReactorModule to)
            throws IOException {
        JavaFileObject rogue = new Rogue(from.moduleName(), to.anyClass());

        List<Diagnostic<? extends JavaFileObject>> errors =
                new ModuleCompiler(output).errors(from, List.of(rogue), List.of(to));

        assertFalse(errors.isEmpty(), "compiled");
        for (Diagnostic<? extends JavaFileObject> error : errors) {
            assertEquals(rogue.toUri(), error.getSource().toUri(), error.toString());
        }
        String message = errors.get(0).getMessage(Locale.ENGLISH);
        assertTrue(
                message.contains("package " + to.moduleName() + " is not visible")
                        && message.contains("module " + from.moduleName() + " does not read it"),
                message);
    }

    /** A class in a module's main package that has a field of some other module's type. */
    private static final class Rogue extends SimpleJavaFileObject {
        private final String source;

        Rogue(String ownPackage, String target) {
            super(URI.create("planted:///Rogue.java"), Kind.SOURCE);
            source =
                    "package %s;%nimport %s;%nclass Rogue { %s reached; }%n"
                            .formatted(
                                    ownPackage,
                                    target,
                                    target.substring(target.lastIndexOf('.') + 1));
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
        }
    }
}
