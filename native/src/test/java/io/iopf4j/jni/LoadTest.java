// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.policy.FaultGate;
import io.iopf4j.core.testing.TestKernel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What cannot be loaded says so in one line, and what can has its parameters. */
final class LoadTest {
    private static final String POLICY =
            """
            #include <iopf4j/policy.h>
            static bool admit(const struct iopf_request *request) { return !!request; }
            const struct iopf_policy_ops iopf_policy = { .admit = admit };
            """;

    @TempDir private Path folder;

    @BeforeAll
    static void needsTheBridge() {
        Compiler.assumeBridge();
    }

    private static void assertRefused(final String words, final String message) {
        final IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> new NativePolicy(words));
        assertEquals(message, e.getMessage());
    }

    // ---- Files ----------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(strings = {"", "quota", "quota.c", "quota.so=3", ".so"})
    void shouldRefuseWhatNamesNoLibrary(final String words) {
        assertRefused(
                words,
                "native:" + words + ": must be native:LIB.so or 'native:LIB.so NAME=VALUE ...'");
    }

    @Test
    void shouldSayThatThereIsNoFile() {
        final Path file = folder.resolve("none.so");
        assertRefused(file.toString(), file + ": no such file");
    }

    @Test
    void shouldSayThatAFolderIsNoLibrary() throws IOException {
        final Path file = Files.createDirectory(folder.resolve("folder.so"));
        assertRefused(file.toString(), file + ": no regular file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "int main(void) { return 0; }\n", "\u007fELF"})
    void shouldSayThatAFileIsNoLibrary(final String text) throws IOException {
        final Path file = Files.writeString(folder.resolve("text.so"), text);
        assertRefused(
                file.toString(),
                file + ": no shared library (ELF): compile it with cc -shared -fPIC");
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 3, 3, a library of 32 bits",
        "2, 1, 3, 183, a library for aarch64",
        "2, 2, 3, 22, a library for machine 5632",
        "2, 1, 3, 243, a library for riscv64"
    })
    void shouldSayForWhatMachineALibraryIs(
            final int bits, final int order, final int type, final int machine, final String what)
            throws IOException {
        final byte[] head = new byte[64];
        head[0] = 0x7f;
        head[1] = 'E';
        head[2] = 'L';
        head[3] = 'F';
        head[4] = (byte) bits;
        head[5] = (byte) order;
        head[16] = (byte) type;
        head[order == 2 ? 19 : 18] = (byte) machine;
        final Path file = Files.write(folder.resolve("other.so"), head);
        assertRefused(
                file.toString(),
                file + ": " + what + ": compile it for " + System.getProperty("os.arch"));
    }

    @Test
    void shouldSayThatALibraryIsCut() throws IOException {
        final byte[] whole = Files.readAllBytes(Compiler.libraryOf("whole", POLICY));
        final Path file = folder.resolve("cut.so");
        int refused = 0;
        for (int length = 64; length < whole.length; length += 997) {
            Files.write(file, Arrays.copyOf(whole, length));
            // What the linker maps may be whole where what debuggers read is cut.
            try {
                new NativePolicy(file.toString()).close();
            } catch (final IllegalArgumentException e) {
                assertEquals(file + ": the file is cut short: compile it again", e.getMessage());
                refused++;
            }
        }
        assertTrue(refused > 10, "some are refused: " + refused);
    }

    // ---- Symbols --------------------------------------------------------------------------------

    @Test
    void shouldNameASymbolThatIsMissing() {
        final Path file =
                Compiler.libraryOf(
                        "missing",
                        "extern int nobody_has_this(void);\n"
                                + POLICY.replace("!!request", "request && nobody_has_this()"));
        assertRefused(file.toString(), "missing.so: undefined symbol: nobody_has_this");
    }

    @Test
    void shouldRefuseALibraryOfAnotherVersion() {
        final Path file =
                Compiler.libraryOf(
                        "version",
                        """
                        extern const unsigned int iopf4j_abi;
                        const unsigned int iopf4j_abi = 99;
                        """);
        assertRefused(
                file.toString(),
                "version.so: built with version 99 of the headers, this is version 1: build it"
                        + " again");
    }

    @Test
    void shouldRefuseALibraryWithoutTheHeaders() {
        final Path file = Compiler.libraryOf("stranger", "int iopf_policy;\n");
        assertRefused(
                file.toString(),
                "stranger.so: not built with the headers of iopf4j: it has no iopf4j_abi");
    }

    @Test
    void shouldRefuseACoreAsAPolicy() {
        assertRefused(
                Compiler.example("core").toString(),
                "core.so: no policy: it defines no 'const struct iopf_policy_ops iopf_policy'");
    }

    @Test
    void shouldRefuseAPolicyWithoutFunctions() {
        final Path file =
                Compiler.libraryOf(
                        "empty",
                        """
                        #include <iopf4j/policy.h>
                        const struct iopf_policy_ops iopf_policy = { .exit = 0 };
                        """);
        assertRefused(
                file.toString(),
                "empty.so: iopf_policy is empty: set .admit, .answered or .timeout");
    }

    @Test
    void shouldNameTheFunctionThatACoreLacks() {
        final String quota = Compiler.example("quota").toString();
        final IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                                new NativeCore(
                                        quota,
                                        new TestKernel(),
                                        FaultObserver.NONE,
                                        FailSlab.NEVER));
        assertEquals(
                "quota.so: no fault core: it defines no iommu_report_device_fault()",
                e.getMessage());
    }

    /** Nothing can be thrown from where the linker runs: the process says so and ends. */
    @Test
    void shouldEndTheProcessIfAConstructorCallsTheBench() throws Exception {
        final Path file =
                Compiler.libraryOf(
                        "constructor",
                        """
                        #include <iopf4j/policy.h>
                        __attribute__((constructor)) static void begin(void)
                        { pr_info("too early"); }
                        const struct iopf_policy_ops iopf_policy = { .init = 0 };
                        """);
        final Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty(
                                        "surefire.test.class.path",
                                        System.getProperty("java.class.path")),
                                OpenMain.class.getName(),
                                file.toString())
                        .redirectErrorStream(true)
                        .start();
        try {
            assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it hangs");
            final String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(2, process.exitValue(), said);
            assertEquals(
                    "iopf4j: C called the bench outside of all calls, such as in a constructor: the"
                            + " process is ended",
                    // Newer JVMs begin with a warning of native access.
                    said.lines().reduce("", (before, line) -> line));
        } finally {
            process.destroyForcibly();
        }
    }

    /** The linker knows a file by its inode, and gives the same library for another name of it. */
    @Test
    void shouldHaveVariablesOfItsOwnByASecondName() throws IOException {
        final Path other = folder.resolve("other.so");
        Files.createLink(other, Files.copy(Path.of(params()), folder.resolve("params.so")));
        try (NativePolicy first = new NativePolicy(folder.resolve("params.so") + " an_int=8")) {
            assertEquals("other.so: 1 2 3 4 0 text", saidBy(other.toString()), first::name);
        }
    }

    @Test
    void shouldNotCompileAParameterOfAnotherType() {
        final AssertionError e =
                assertThrows(
                        AssertionError.class,
                        () ->
                                Compiler.libraryOf(
                                        "type",
                                        """
                                        #include <linux/module.h>
                                        static u8 small;
                                        module_param(small, uint, 0444);
                                        """));
        assertTrue(e.getMessage().contains("small is of another type"), e::getMessage);
    }

    // ---- Parameters -----------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "limit        | 'limit' must be name=value",
                "none=1       | no parameter 'none'; there is: WORDS",
                "an_int=x     | an_int=x: must be an int",
                "an_int=1x    | an_int=1x: must be an int",
                "an_int=      | an_int=: must be an int",
                "an_int=2147483648 | an_int=2147483648: must be an int",
                "a_uint=-1    | a_uint=-1: must be a uint",
                "a_long=99999999999999999999 | a_long=99999999999999999999: must be a long",
                "a_bool=2     | a_bool=2: must be Y or N",
                "a_bool=maybe | a_bool=maybe: must be Y or N",
            })
    void shouldRefuseAParameter(final String param, final String message) {
        final IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new NativePolicy(params() + " " + param));
        assertEquals(
                "params.so: " + message,
                e.getMessage().replaceAll("there is: [a-z_, ]+", "there is: WORDS"));
    }

    @Test
    void shouldSetParameters() {
        final String words =
                " an_int=-5 a_uint=0x10  a_long=-7000000000 a_ulong=7 a_bool=y a_charp=some,text";
        assertEquals("-5 16 -7000000000 7 1 some,text", saidBy(params() + words));
    }

    /** Each opening begins anew: nothing is left of the one before, or of one beside it. */
    @Test
    void shouldHaveVariablesOfItsOwn() {
        final String defaults = "1 2 3 4 0 text";
        try (NativePolicy other = new NativePolicy(params() + " an_int=8")) {
            assertEquals(defaults, saidBy(params()), other::name);
        }
        assertEquals("9 2 3 4 0 text", saidBy(params() + " an_int=9"));
        assertEquals(defaults, saidBy(params()));
    }

    private static String params() {
        return Compiler.libraryOf(
                        "params",
                        """
                        #include <iopf4j/policy.h>
                        static int an_int = 1;
                        static unsigned int a_uint = 2;
                        static long a_long = 3;
                        static unsigned long a_ulong = 4;
                        static bool a_bool;
                        static char *a_charp = "text";
                        module_param(an_int, int, 0444);
                        module_param(a_uint, uint, 0444);
                        module_param(a_long, long, 0444);
                        module_param(a_ulong, ulong, 0444);
                        module_param(a_bool, bool, 0444);
                        module_param(a_charp, charp, 0444);
                        static int init(void)
                        {
                            pr_warn("%d %u %ld %lu %d %s\\n", an_int, a_uint, a_long, a_ulong,
                                    a_bool, a_charp);
                            return 0;
                        }
                        const struct iopf_policy_ops iopf_policy = { .init = init };
                        """)
                .toString();
    }

    private static String saidBy(final String words) {
        final TestKernel kernel = new TestKernel();
        try (NativePolicy policy = new NativePolicy(words);
                FaultGate gate = new FaultGate(kernel, FaultObserver.NONE, List.of(policy))) {
            assertEquals(0, gate.host().quota());
            return kernel.complaints.get(0).replace("params.so: ", "");
        }
    }
}
