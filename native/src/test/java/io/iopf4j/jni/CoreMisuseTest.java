// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.IopfHandler;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.testing.CoreBench;
import io.iopf4j.core.testing.TestDomain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A fault core that breaks the bench's rules is left with one clear line, and the JVM lives. */
final class CoreMisuseTest {
    private NativeCore core;
    private CoreBench bench;
    private IommuDevice dev;

    @BeforeAll
    static void needsTheBridge() {
        Compiler.assumeBridge();
    }

    private void benchOver(final Path library, final IopfHandler handler) {
        bench =
                new CoreBench(
                        (kernel, observer, failSlab) -> {
                            core = new NativeCore(library.toString(), kernel, observer, failSlab);
                            return core;
                        },
                        FaultObserver.NONE,
                        List.of());
        dev = bench.faultingDevice("dev");
        final TestDomain domain = bench.domain("domain", DomainType.PAGING);
        domain.setIopfHandler(handler);
        assertEquals(0, IommuGroup.of(dev).attach(domain, new IommuAttachHandle()));
    }

    @AfterEach
    void close() {
        if (core != null) {
            core.close();
        }
    }

    private int report() {
        return bench.core.reportDeviceFault(dev, CoreBench.last(1));
    }

    /** The example with one place changed. */
    private static Path changed(final String from, final String to) throws IOException {
        final String source = Files.readString(Path.of("examples/core.c"));
        final String text = source.replace(from.strip(), to.strip());
        assertNotEquals(source, text, "nothing was replaced");
        return Compiler.libraryOf("changed", text);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "group->attach_handle = handle; | (void)handle; "
                        + "| core.c:LINE: a group without an attach handle",
                "group->attach_handle = handle; | static struct iommu_attach_handle own[4];"
                        + " own[0] = *handle; group->attach_handle = own; "
                        + "| core.c:LINE: no attach handle of this bench",
                "handle->domain->iopf_handler(group) | handle->domain->iopf_handler(NULL) "
                        + "| core.c:LINE: a group that is NULL, or without fault_param or device",
                "list_add(&group->pending_node, &param->faults); | list_add("
                        + "&group->pending_node, &param->faults);"
                        + " group->last_fault.list.next = &group->last_fault.list; "
                        + "| core.c:LINE: the list of a group's faults has no end",
                "list_add(&group->last_fault.list, &group->faults); | ; "
                        + "| core.c:LINE: a group whose faults do not end with its last_fault",
                "page_response(dev, evt, &msg); | page_response(dev, evt, ((void)&msg, NULL)); "
                        + "| core.c:LINE: page_response of NULL",
                "group = open_group(param, evt, handle); | group = open_group(param, evt, handle);"
                        + " mutex_lock(&param->lock); "
                        + "| changed.c:LINE: taken twice by one thread, first at line LINE",
                "kfree(group); | kfree(group); kfree(group); "
                        + "| changed.c:LINE: kfree of ADDRESS, which is free already"
            })
    void shouldSayWhatWasWrong(final String from, final String to, final String message)
            throws IOException {
        // Refused: so that the core answers by itself, and frees the group.
        benchOver(changed(from, to), group -> -1);
        final NativeCodeException e = assertThrows(NativeCodeException.class, this::report);
        assertEquals(
                "changed.so: " + message,
                e.getMessage()
                        .replaceAll("0x[0-9a-f]+", "ADDRESS")
                        .replaceAll("([.][ch]:|line )[0-9]+", "$1LINE"));
        assertEquals(
                "changed.so: it failed before and is called no more",
                assertThrows(NativeCodeException.class, this::report).getMessage());
    }

    @Test
    void shouldSayThatThereIsNoQueue() throws IOException {
        final Path library =
                changed("queue->wq = alloc_workqueue", "return NULL; queue->wq = alloc_workqueue");
        assertEquals(
                "changed.so: iopf_queue_alloc gave no queue",
                assertThrows(
                                NativeCodeException.class,
                                () -> benchOver(library, CoreMisuseTest::never))
                        .getMessage());
    }

    private static int never(final IopfGroup group) {
        throw new AssertionError("delivered: " + group);
    }

    /** What Java throws while C is on the stack comes out as it is, and C is not called again. */
    @Test
    void shouldPassOnWhatJavaThrows() {
        final RuntimeException mistake = new IllegalStateException("a mistake in Java");
        benchOver(
                Compiler.example("core"),
                group -> {
                    throw mistake;
                });
        assertEquals(mistake, assertThrows(IllegalStateException.class, this::report));
        assertEquals(
                "core.so: it failed before and is called no more",
                assertThrows(NativeCodeException.class, this::report).getMessage());
    }

    @Test
    void shouldSurviveAStackOverflowInJava() {
        benchOver(Compiler.example("core"), group -> overflow(0));
        assertThrows(StackOverflowError.class, this::report);
    }

    private static int overflow(final int depth) {
        return depth < Integer.MAX_VALUE ? overflow(depth + 1) + 1 : 0;
    }

    @Test
    void shouldNotBeClosedWhileItRuns() {
        benchOver(
                Compiler.example("core"),
                group -> {
                    core.close();
                    return 0;
                });
        assertEquals(
                "core.so: closed while a call into it is running",
                assertThrows(IllegalStateException.class, this::report).getMessage());
    }

    @Test
    void shouldNotBeCalledOnceItIsClosed() {
        benchOver(Compiler.example("core"), CoreMisuseTest::never);
        core.close();
        core.close();
        assertEquals(
                "core.so: it is closed",
                assertThrows(IllegalStateException.class, this::report).getMessage());
    }

    /** A consumer's mistake, which would be a use of freed memory in the kernel. */
    @Test
    void shouldNotAnswerAGroupThatWasFreed() {
        final IopfGroup[] kept = new IopfGroup[1];
        benchOver(
                Compiler.example("core"),
                group -> {
                    kept[0] = group;
                    return 0;
                });
        assertEquals(0, report());
        kept[0].respond(0);
        kept[0].free();
        assertThrows(AssertionError.class, () -> kept[0].respond(0));
        assertThrows(AssertionError.class, () -> kept[0].free());
    }
}
