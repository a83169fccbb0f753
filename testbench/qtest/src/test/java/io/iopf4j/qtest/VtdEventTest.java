// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static io.iopf4j.qtest.EndpointClient.NO_PASID;
import static io.iopf4j.qtest.EndpointClient.READ;
import static io.iopf4j.qtest.VtdClient.FECTL;
import static io.iopf4j.qtest.VtdClient.FSTS;
import static io.iopf4j.qtest.VtdClient.ICS;
import static io.iopf4j.qtest.VtdClient.IECTL;
import static io.iopf4j.qtest.VtdClient.IM;
import static io.iopf4j.qtest.VtdClient.IP;
import static io.iopf4j.qtest.VtdClient.IQE;
import static io.iopf4j.qtest.VtdClient.MESSAGES;
import static io.iopf4j.qtest.VtdClient.PECTL;
import static io.iopf4j.qtest.VtdClient.PRS;
import static io.iopf4j.qtest.VtdScript.PASID;
import static io.iopf4j.qtest.VtdScript.RID;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The three events of VT-d, which are one machine: masks, what is pending, messages. */
class VtdEventTest {
    /** Each with what raises it and what serves it. */
    enum Event {
        FAULT(FECTL, VtdClient.FAULT_IRQ, MESSAGES) {
            @Override
            void raise(final VtdScript script) {
                script.assertEnds(VtdScript.ABORTED, 0x0999, NO_PASID, 0, READ);
            }

            @Override
            void serve(final VtdScript script) {
                while (script.vtd.fault() != null) {
                    // Every record is cleared.
                }
                script.vtd.set(FSTS, 0x71);
            }
        },
        PAGE_REQUEST(PECTL, VtdClient.PRQ_IRQ, MESSAGES + 8) {
            @Override
            void raise(final VtdScript script) {
                script.device(RID);
                script.endpoint.pageRequest(RID, PASID, 0, READ, 0, true);
            }

            @Override
            void serve(final VtdScript script) {
                script.vtd.set(PRS, 3);
            }
        },
        INVALIDATION(IECTL, VtdClient.INVALIDATION_IRQ, MESSAGES + 4) {
            @Override
            void raise(final VtdScript script) {
                script.vtd.submit(5 | 1 << 4);
            }

            @Override
            void serve(final VtdScript script) {
                script.vtd.set(ICS, 1);
            }
        };

        final int control;
        final int irq;
        final long message;

        Event(final int control, final int irq, final long message) {
            this.control = control;
            this.irq = irq;
            this.message = message;
        }

        abstract void raise(VtdScript script);

        abstract void serve(VtdScript script);
    }

    private final VtdScript script = new VtdScript();
    private final VtdClient vtd = script.vtd;

    @AfterEach
    void leave() {
        script.close();
    }

    private void assertInterrupts(final Integer... numbers) {
        assertEquals(List.of(numbers), script.client.interrupts());
    }

    @ParameterizedTest
    @EnumSource
    void shouldSendAMessageAndKeepNothingPending(final Event event) {
        event.raise(script);
        assertInterrupts(event.irq);
        vtd.assertRegister(0, event.control);
        final int data = script.client.readl(event.message);
        assertEquals(vtd.get(event.control + 4), data);
    }

    @ParameterizedTest
    @EnumSource
    void shouldSendOneMessageUntilItIsServed(final Event event) {
        event.raise(script);
        event.raise(script);
        event.raise(script);
        assertInterrupts(event.irq);
        event.serve(script);
        assertInterrupts();
        event.raise(script);
        assertInterrupts(event.irq);
    }

    @ParameterizedTest
    @EnumSource
    void shouldSendWhenItIsUnmasked(final Event event) {
        vtd.set(event.control, IM);
        event.raise(script);
        assertInterrupts();
        vtd.assertRegister(IM | IP, event.control);
        assertEquals(0, script.client.readl(event.message));
        // Masking again changes nothing.
        vtd.set(event.control, IM);
        vtd.assertRegister(IM | IP, event.control);
        vtd.set(event.control, 0);
        assertInterrupts(event.irq);
        vtd.assertRegister(0, event.control);
        // Once.
        vtd.set(event.control, IM);
        vtd.set(event.control, 0);
        assertInterrupts();
    }

    @ParameterizedTest
    @EnumSource
    void shouldForgetWhatWasServedWhileMasked(final Event event) {
        vtd.set(event.control, IM);
        event.raise(script);
        vtd.assertRegister(IM | IP, event.control);
        event.serve(script);
        vtd.assertRegister(IM, event.control);
        vtd.set(event.control, 0);
        assertInterrupts();
    }

    @ParameterizedTest
    @EnumSource
    void shouldNotTakeItsPendingBitFromSoftware(final Event event) {
        vtd.set(event.control, IP);
        vtd.assertRegister(0, event.control);
        vtd.set(event.control, IM | IP);
        vtd.assertRegister(IM, event.control);
        assertInterrupts();
    }

    @ParameterizedTest
    @ValueSource(longs = {0x6000_0000L, 0xfee0_0000L, 0xffff_fffcL, 0x0fff_fffcL})
    void shouldPulseWhereverTheMessageGoes(final long address) {
        for (final Event event : Event.values()) {
            vtd.set(event.control + 8, (int) address);
            event.raise(script);
            assertInterrupts(event.irq);
        }
    }

    @Test
    void shouldSendToAnUpperAddress() {
        vtd.set(PECTL + 12, 1);
        Event.PAGE_REQUEST.raise(script);
        assertInterrupts(VtdClient.PRQ_IRQ);
        assertEquals(0, script.client.readl(Event.PAGE_REQUEST.message), "it went elsewhere");
    }

    /** They share FECTL: an error of the queue is not told while a record is there. */
    @Test
    void shouldTellOfFaultsAndOfErrorsOfTheQueueByOneEvent() {
        Event.FAULT.raise(script);
        assertInterrupts(VtdClient.FAULT_IRQ);
        vtd.issue(0xb);
        assertInterrupts();
        assertEquals(IQE, vtd.get(FSTS) & IQE);
        // With the record gone the error is still there: neither is told anew.
        while (vtd.fault() != null) {
            assertEquals(IQE, vtd.get(FSTS) & IQE);
        }
        Event.FAULT.raise(script);
        assertInterrupts();
        while (vtd.fault() != null) {
            assertEquals(IQE, vtd.get(FSTS) & IQE);
        }
        vtd.store(VtdClient.QUEUE, 5, 0, 0, 0);
        vtd.set(FSTS, IQE);
        vtd.assertRegister(0, FSTS);
        Event.FAULT.raise(script);
        assertInterrupts(VtdClient.FAULT_IRQ);
    }

    @Test
    void shouldKeepAFaultPendingWhileAnyOfItsCausesIsLeft() {
        vtd.set(FECTL, IM);
        Event.FAULT.raise(script);
        vtd.issue(0xb);
        while (vtd.fault() != null) {
            vtd.assertRegister(IM | IP, FECTL);
        }
        vtd.assertRegister(IM | IP, FECTL);
        vtd.store(VtdClient.QUEUE, 5, 0, 0, 0);
        vtd.set(FSTS, IQE);
        vtd.assertRegister(IM, FECTL);
    }

    @Test
    void shouldShowNothingThatWasNotAskedFor() {
        script.vtd.submit(VtdWords.waitFor(1, 0), VtdClient.STATUS);
        assertInterrupts();
    }
}
