// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.walls;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;

/**
 * What the compiled classes refer to. A rule that finds no class to look at fails, so a renamed
 * package does not make its wall vanish.
 */
@AnalyzeClasses(locations = CompiledClasses.class)
class DependencyDirectionTest {
    private static final String JDK = "java..";
    private static final String API = "io.iopf4j.api..";
    private static final String CORE = "io.iopf4j.core..";
    private static final String EMULATION = "io.iopf4j.emulation..";
    private static final String DRIVERS = "io.iopf4j.drivers..";
    private static final String IO_PGTABLE = "io.iopf4j.iopgtable..";
    private static final String TRACE = "io.iopf4j.trace..";
    private static final String REPLAY = "io.iopf4j.replay..";
    private static final String TRACECMD = "io.iopf4j.tracecmd..";
    private static final String JNI = "io.iopf4j.jni..";
    private static final String JNA = "com.sun.jna..";
    private static final String QTEST = "io.iopf4j.qtest..";
    private static final String JUNIT = "io.iopf4j.junit..";
    private static final String REPORT = "io.iopf4j.report..";
    private static final String CLI = "io.iopf4j.cli..";

    @ArchTest
    static void shouldKeepApiOnJdk(JavaClasses ours) {
        classes()
                .that()
                .resideInAPackage(API)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(API, JDK)
                .check(ours);
    }

    @ArchTest
    static void shouldKeepDriversOnApi(JavaClasses ours) {
        classes()
                .that()
                .resideInAPackage(DRIVERS)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(DRIVERS, IO_PGTABLE, API, JDK)
                .check(ours);
    }

    @ArchTest
    static void shouldKeepPageTablesOnApi(JavaClasses ours) {
        classes()
                .that()
                .resideInAPackage(IO_PGTABLE)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(IO_PGTABLE, API, JDK)
                .check(ours);
    }

    @ArchTest
    static void shouldKeepDriversFromEachOther(JavaClasses ours) {
        slices().matching("io.iopf4j.drivers.(*)..").should().notDependOnEachOther().check(ours);
    }

    @ArchTest
    static void shouldKeepCoreFromHardwareAndBench(JavaClasses ours) {
        checkNoneUses(
                ours,
                CORE,
                DRIVERS,
                IO_PGTABLE,
                EMULATION,
                TRACE,
                TRACECMD,
                JNI,
                REPLAY,
                QTEST,
                CLI);
    }

    @ArchTest
    static void shouldKeepEmulationFromSoftwareAboveIt(JavaClasses ours) {
        checkNoneUses(
                ours,
                EMULATION,
                CORE,
                DRIVERS,
                IO_PGTABLE,
                TRACE,
                TRACECMD,
                JNI,
                REPLAY,
                QTEST,
                CLI);
    }

    @ArchTest
    static void shouldKeepTraceReadersAlone(JavaClasses ours) {
        checkNoneUses(
                ours, TRACE, API, CORE, EMULATION, DRIVERS, TRACECMD, JNI, REPLAY, QTEST, CLI);
    }

    @ArchTest
    static void shouldKeepNativeReaderOnTraceReaders(JavaClasses ours) {
        checkNoneUses(ours, TRACECMD, API, CORE, EMULATION, DRIVERS, JNI, REPLAY, QTEST, CLI);
    }

    @ArchTest
    static void shouldKeepNativeLibrariesInNativeReader(JavaClasses ours) {
        noClasses()
                .that()
                .resideOutsideOfPackage(TRACECMD)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(JNA)
                .check(ours);
    }

    @ArchTest
    static void shouldKeepReplayFromCommandLine(JavaClasses ours) {
        checkNoneUses(ours, REPLAY, TRACECMD, JNI, QTEST, REPORT, CLI);
    }

    /** Nobody names C under test: it is found as a service. */
    @ArchTest
    static void shouldKeepCodeUnderTestReplaceable(JavaClasses ours) {
        checkNoneUses(ours, CLI, JNI);
        checkNoneUses(ours, JNI, TRACECMD, QTEST, CLI);
    }

    @ArchTest
    static void shouldKeepQtestOnHardware(JavaClasses ours) {
        checkNoneUses(ours, QTEST, CORE, DRIVERS, TRACE, TRACECMD, JNI, REPLAY, CLI);
    }

    @ArchTest
    static void shouldKeepExtensionFromCommandLine(JavaClasses ours) {
        checkNoneUses(ours, JUNIT, TRACECMD, JNI, QTEST, CLI);
    }

    @ArchTest
    static void shouldKeepReportsFromCommandLine(JavaClasses ours) {
        checkNoneUses(ours, REPORT, TRACECMD, JNI, QTEST, JUNIT, CLI);
    }

    /** What ships runs without JUnit. */
    @ArchTest
    static void shouldKeepJUnitInExtension(JavaClasses ours) {
        noClasses()
                .that()
                .resideOutsideOfPackage(JUNIT)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(JUNIT, "org.junit..")
                .check(ours);
    }

    private static void checkNoneUses(JavaClasses ours, String from, String... forbidden) {
        noClasses()
                .that()
                .resideInAPackage(from)
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(forbidden)
                .check(ours);
    }
}
