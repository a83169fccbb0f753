// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.vtd;

import static io.iopf4j.emulation.vtd.VtdBench.NO_PASID;
import static io.iopf4j.emulation.vtd.VtdBench.READ;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.VtdRegisters;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The three events, which work alike. */
final class VtdEventTest {
    private static final int STRANGER = 0x900;
    private static final int RECORD_HIGH = 0x22c;

    /** How each is raised and served. */
    enum Event {
        FAULT("fault", VtdRegisters.FECTL, 0) {
            @Override
            void raise(final VtdBench bench) {
                bench.vtd.access((id, result) -> {}, 1, STRANGER, NO_PASID, 0, READ);
            }

            @Override
            void serve(final VtdBench bench) {
                for (int i = 0; i < 8; i++) {
                    bench.regs.writel(1 << 31, RECORD_HIGH + 16 * i);
                }
            }
        },
        REQUEST("prq", VtdRegisters.PECTL, 1) {
            @Override
            void raise(final VtdBench bench) {
                bench.request(1, true);
            }

            @Override
            void serve(final VtdBench bench) {
                bench.regs.writel(VtdRegisters.PRS_PPR, VtdRegisters.PRS);
            }
        },
        INVALIDATION("invalidation", VtdRegisters.IECTL, 2) {
            @Override
            void raise(final VtdBench bench) {
                bench.submit(Invalidation.waitFor(0, Invalidation.WAIT_IF), 0);
            }

            @Override
            void serve(final VtdBench bench) {
                bench.regs.writel(VtdRegisters.ICS_IWC, VtdRegisters.ICS);
            }
        };

        final String wire;
        final int control;
        final long address;
        final int data;

        Event(final String wire, final int control, final int which) {
            this.wire = wire;
            this.control = control;
            this.address = VtdBench.MESSAGES + 4L * which;
            this.data = 0x40 + which;
        }

        abstract void raise(VtdBench bench);

        abstract void serve(VtdBench bench);

        String message() {
            return Long.toHexString(address) + " " + Integer.toHexString(data);
        }
    }

    private final VtdBench bench = VtdBench.scalable();

    private long pulses(final Event event) {
        return bench.vtd.interrupt(event.wire).pulses();
    }

    @ParameterizedTest
    @EnumSource
    void shouldWriteTellAndPulse(final Event event) {
        event.raise(bench);
        assertEquals(List.of(event.message()), bench.messages);
        assertEquals(event.data, bench.memory.readInt(event.address));
        assertEquals(1, pulses(event));
        assertEquals(0, bench.regs.readl(event.control));
        // Nothing more until it is served.
        event.raise(bench);
        assertEquals(1, bench.messages.size());
        event.serve(bench);
        event.raise(bench);
        assertEquals(2, bench.messages.size());
    }

    @ParameterizedTest
    @EnumSource
    void shouldWaitWhileItIsMasked(final Event event) {
        bench.regs.writel(VtdRegisters.EVENT_IM, event.control);
        event.raise(bench);
        final int both = VtdRegisters.EVENT_IM | VtdRegisters.EVENT_IP;
        assertEquals(both, bench.regs.readl(event.control));
        bench.regs.writel(VtdRegisters.EVENT_IM, event.control);
        assertEquals(0, pulses(event));
        bench.regs.writel(0, event.control);
        assertEquals(List.of(event.message()), bench.messages);
        assertEquals(0, bench.regs.readl(event.control));
    }

    @ParameterizedTest
    @EnumSource
    void shouldForgetWhatWasServedWhileItWasMasked(final Event event) {
        bench.regs.writel(VtdRegisters.EVENT_IM, event.control);
        event.raise(bench);
        event.serve(bench);
        assertEquals(VtdRegisters.EVENT_IM, bench.regs.readl(event.control));
        bench.regs.writel(0, event.control);
        assertEquals(List.of(), bench.messages);
    }

    @ParameterizedTest
    @EnumSource
    void shouldTellOfAMessageThatReachesNoMemory(final Event event) {
        bench.regs.writel(0xfee0_0000, event.control + VtdRegisters.EVENT_ADDRESS);
        event.raise(bench);
        assertEquals(1, pulses(event));
        assertEquals("fee00000 " + Integer.toHexString(event.data), bench.messages.get(0));
    }

    /** A listener that serves its event and causes the next one is not entered from within. */
    @ParameterizedTest
    @EnumSource
    void shouldNotEnterAListenerFromWithin(final Event event) {
        final int[] depth = new int[2];
        bench.onMessage =
                () -> {
                    depth[0]++;
                    depth[1] = Math.max(depth[1], depth[0]);
                    if (bench.messages.size() < 100) {
                        event.serve(bench);
                        event.raise(bench);
                    }
                    depth[0]--;
                };
        event.raise(bench);
        assertEquals(1, depth[1]);
        assertEquals(100, bench.messages.size(), "each was heard");
    }

    @Test
    void shouldHaveNoOtherWires() {
        assertNull(bench.vtd.interrupt("eventq"));
    }

    @Test
    void shouldUseTheUpperAddressOfPageRequestEvents() {
        bench.regs.writel(0x12, VtdRegisters.PEUADDR);
        bench.request(1, true);
        assertEquals(List.of("1200070004 41"), bench.messages);
        assertEquals(0, bench.memory.readInt(VtdBench.MESSAGES + 4));
    }

    /** A second cause of the same event is not told, nor when the first is cleared. */
    @Test
    void shouldTellOnceOfFaultsAndErrors() {
        Event.FAULT.raise(bench);
        bench.submit(0xb, 0);
        assertEquals(1, bench.messages.size());
        assertEquals(VtdRegisters.FSTS_PPF | VtdRegisters.FSTS_IQE, bench.fsts() & 0xff);
        Event.FAULT.serve(bench);
        assertEquals(VtdRegisters.FSTS_IQE, bench.fsts());
        Event.FAULT.raise(bench);
        assertEquals(1, bench.messages.size());
    }

    @Test
    void shouldKeepTheFaultEventPendingUntilAllIsCleared() {
        bench.regs.writel(VtdRegisters.EVENT_IM, VtdRegisters.FECTL);
        Event.FAULT.raise(bench);
        bench.submit(0xb, 0);
        Event.FAULT.serve(bench);
        final int both = VtdRegisters.EVENT_IM | VtdRegisters.EVENT_IP;
        assertEquals(both, bench.regs.readl(VtdRegisters.FECTL));
        bench.put(0, Invalidation.waitFor(0, 0), 0);
        bench.regs.writel(VtdRegisters.FSTS_IQE, VtdRegisters.FSTS);
        assertEquals(VtdRegisters.EVENT_IM, bench.regs.readl(VtdRegisters.FECTL));
        assertEquals(0, bench.messages.size());
    }
}
