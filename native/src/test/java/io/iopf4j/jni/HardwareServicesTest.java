// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.emulation.MemoryAllocator;
import io.iopf4j.emulation.PhysicalMemory;
import io.iopf4j.emulation.RecentLog;
import io.iopf4j.emulation.Scheduler;
import io.iopf4j.emulation.SimulatedKernel;
import io.iopf4j.emulation.WiredInterrupt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Memory that a device sees, and interrupts, for C. */
final class HardwareServicesTest {
    private static final long BASE = 0x4000_0000L;

    private final PhysicalMemory memory = new PhysicalMemory(BASE, 0x1_0000);
    private final Scheduler scheduler = new Scheduler(1);
    private final KernelServices services = new KernelServices(FailSlab.NEVER);
    private final WiredInterrupt wire = new WiredInterrupt("wire");
    private final UserLibrary library =
            UserLibrary.open(
                    LibraryWords.parse(Compiler.testLibrary("hardware").toString()), services);

    @BeforeEach
    void begin() {
        services.start(new SimulatedKernel(scheduler, new RecentLog(1)));
        services.setDma(new MemoryAllocator(memory));
        services.addInterrupt(wire);
        Bridge.policyOpen(library.handle());
        assertEquals(0, Bridge.policyInit(library.handle()));
    }

    private void pulse() {
        wire.pulse();
        scheduler.runReady();
    }

    private void assertSeen(final long hard, final long threaded) {
        assertEquals(hard, memory.readLong(BASE));
        assertEquals(threaded, memory.readLong(BASE + Long.BYTES));
    }

    @Test
    void shouldRunTheThreadWhenTheHandlerWakesIt() {
        pulse();
        assertSeen(1, 1);
        pulse();
        assertSeen(1, 1);
        pulse();
        assertSeen(3, 2);
        library.close();
    }

    @Test
    void shouldGiveBackInterruptAndMemoryOnce() {
        final NativeCodeException e =
                assertThrows(NativeCodeException.class, () -> Bridge.policyExit(library.handle()));
        assertEquals(
                "hardware.so: hardware.c:LINE: dma_free_coherent of ADDRESS, which is no such"
                        + " memory",
                e.getMessage()
                        .replaceAll("0x[0-9a-f]+", "ADDRESS")
                        .replaceAll("[.]c:[0-9]+", ".c:LINE"));
        assertFalse(wire.isConnected());
        library.close();
    }

    @Test
    void shouldCallNothingOnceTheLibraryIsClosed() {
        library.close();
        pulse();
        assertSeen(0, 0);
    }

    @Test
    void shouldSayThatThereIsNoSuchThing() {
        assertEquals(
                "there is no interrupt 1",
                assertThrows(NativeCodeException.class, () -> services.irqFree(1)).getMessage());
        assertEquals(
                "there is no register window 0",
                assertThrows(NativeCodeException.class, () -> services.readl(0, 0)).getMessage());
        assertEquals(
                "a timer that was written over",
                assertThrows(NativeCodeException.class, () -> services.timerCancel(1))
                        .getMessage());
        library.close();
    }
}
