// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.semantics.Semantics;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.GroupCollector;
import io.iopf4j.core.testing.Notebook;
import io.iopf4j.core.testing.TestDomain;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What C must not do ends its call with one clear line, and the JVM lives. */
final class MisuseTest {
    private final Path misuse = Compiler.testLibrary("misuse");
    private final Notebook notebook = new Notebook();
    private final GroupCollector guest = new GroupCollector();
    private CoreBench bench;
    private IommuDevice dev;

    /** A bench whose policy misbehaves at the first request. */
    private NativePolicy benchWith(final String what) {
        final NativePolicy policy = new NativePolicy(misuse + " what=" + what);
        bench = new CoreBench(Semantics.MAINLINE_6_12::create, notebook, List.of(policy));
        dev = bench.faultingDevice("dev");
        final TestDomain domain = bench.domain("domain", DomainType.PAGING);
        domain.setIopfHandler(guest);
        assertEquals(0, IommuGroup.of(dev).attach(domain, new IommuAttachHandle()));
        bench.gate.assign(dev, bench.gate.addVm("vm"));
        return policy;
    }

    private int report() {
        return bench.gate.reportDeviceFault(dev, CoreBench.last(1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bug           | misuse.c:LINE: BUG",
                "bug_on        | misuse.c:LINE: BUG_ON(request->opens_group)",
                "free_twice    | misuse.c:LINE: kfree of ADDRESS, which is free already",
                "free_static   | misuse.c:LINE: kfree of ADDRESS, which kmalloc never gave",
                "free_odd      | misuse.c:LINE: kfree of ADDRESS, which kmalloc never gave",
                "lock_twice    | misuse.c:LINE: taken twice by one thread, first at line LINE",
                "trylock_null  | misuse.c:LINE: lock of NULL",
                "held_null     | lock.c:LINE: a lock that is NULL",
                "unlock        | misuse.c:LINE: unlock of what this thread has not locked",
                "assert_held   | misuse.c:LINE: &lock is not held",
                "null_account  | policy.c:LINE: an account that is NULL",
                "own_account   | policy.c:LINE: no account of this bench",
                "quota_0       | policy.c:LINE: a quota of 0",
                "timer_unset   | time.c:LINE: a timer that was never set up, or whose memory was freed",
                "timer_null    | time.c:LINE: a timer that is NULL",
                "work_no_queue | work.c:LINE: a workqueue that was destroyed",
                "work_null     | work.c:LINE: INIT_WORK of NULL",
                "read_memory   | hardware.c:LINE: ADDRESS is no register",
                "refcount      | refcount.h:LINE: refcount_dec dropped the last reference"
            })
    void shouldSayWhatWasWrong(final String what, final String message) {
        try (NativePolicy policy = benchWith(what)) {
            final NativeCodeException e = assertThrows(NativeCodeException.class, this::report);
            assertEquals(
                    "misuse.so: " + message,
                    e.getMessage()
                            .replaceAll("0x[0-9a-f]+", "ADDRESS")
                            .replaceAll("([.][ch]:|line )[0-9]+", "$1LINE"),
                    policy::name);
            assertIsDead();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "workqueue     | a policy has no workqueue: it has timers and the log",
                "wait          | a policy has no delay: it has timers and the log",
                "attach_handle | only a fault core has attachments and groups"
            })
    void shouldSayWhatAPolicyHasNot(final String what, final String message) {
        try (NativePolicy policy = benchWith(what)) {
            assertEquals(
                    message,
                    assertThrows(NativeCodeException.class, this::report).getMessage(),
                    policy::name);
            assertIsDead();
        }
    }

    /** What fails on its way out is closed all the same: its file opens with nothing of before. */
    @Test
    void shouldCloseAPolicyWhoseExitFails() {
        final Path library =
                Compiler.libraryOf(
                        "exits",
                        """
                        #include <iopf4j/policy.h>
                        static void leave(void) { BUG(); }
                        static bool admit(const struct iopf_request *r) { return !!r; }
                        const struct iopf_policy_ops iopf_policy = { .admit = admit, .exit = leave };
                        """);
        final NativePolicy policy = new NativePolicy(library.toString());
        policy.start(null);
        assertEquals(
                "exits.so: exits.c:2: BUG",
                assertThrows(NativeCodeException.class, policy::close).getMessage());
        assertEquals(
                "exits.so: it is closed",
                assertThrows(IllegalStateException.class, () -> policy.timeoutNs(dev("dev")))
                        .getMessage());
    }

    private static IommuDevice dev(final String name) {
        return new CoreBench(Semantics.MAINLINE_6_12::create, new Notebook(), List.of())
                .faultingDevice(name);
    }

    private void assertIsDead() {
        assertEquals(
                "misuse.so: it failed before and is called no more",
                assertThrows(NativeCodeException.class, this::report).getMessage());
    }

    @Test
    void shouldNoticeATimerInFreedMemory() {
        try (NativePolicy policy = benchWith("timer_freed")) {
            assertEquals(0, report(), policy::name);
            final NativeCodeException e =
                    assertThrows(
                            NativeCodeException.class, () -> bench.kernel.advanceTo(1_000_000_000));
            assertTrue(
                    e.getMessage().contains("a timer that was never set up, or whose memory was"),
                    e::getMessage);
        }
    }

    @Test
    void shouldGoOnAfterAWarning() {
        try (NativePolicy policy = benchWith("warn")) {
            assertEquals(0, report(), policy::name);
            assertEquals(1, guest.groups.size());
            assertTrue(
                    bench.kernel.complaints.toString().contains("WARN_ON(request->opens_group)"),
                    bench.kernel.complaints::toString);
        }
    }

    @Test
    void shouldNotBeAskedOnceItIsClosed() {
        final NativePolicy policy = benchWith("nothing");
        policy.close();
        policy.close();
        assertEquals(
                "misuse.so: it is closed",
                assertThrows(IllegalStateException.class, this::report).getMessage());
    }
}
