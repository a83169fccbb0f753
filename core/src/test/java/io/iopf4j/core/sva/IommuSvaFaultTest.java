// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.sva;

import static io.iopf4j.api.PageResponseCode.FAILURE;
import static io.iopf4j.api.PageResponseCode.INVALID;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static io.iopf4j.core.sva.SvaBench.END;
import static io.iopf4j.core.sva.SvaBench.READ;
import static io.iopf4j.core.sva.SvaBench.START;
import static io.iopf4j.core.sva.SvaBench.WRITE;
import static io.iopf4j.core.sva.SvaBench.last;
import static io.iopf4j.core.sva.SvaBench.partial;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.IopfHandler;
import io.iopf4j.core.testing.Answer;
import io.iopf4j.core.testing.CoreBench;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Page requests of devices that share an address space, from the report to the answer. */
class IommuSvaFaultTest {
    private final SvaBench bench = new SvaBench();
    private final IommuDevice dev = bench.device("dev", 5);
    private final MmStruct mm = bench.mm("mm");
    private SvaBond bond;

    @BeforeEach
    void bind() {
        bench.bind(dev, bench.mm("takes the first PASID"));
        bond = bench.bind(dev, mm);
        bench.steps.clear();
    }

    private void fault(final int perm, final long addr) {
        assertEquals(0, bench.report(dev, last(bond.pasid(), 3, perm, addr)));
        bench.runWork();
    }

    @Test
    void shouldBringAPageInAndAnswerFromTheWorkQueue() {
        assertEquals(0, bench.report(dev, last(bond.pasid(), 3, READ, START + 0x1234)));
        assertEquals(List.of(), bench.core.answers, "the interrupt's thread does not handle pages");
        bench.runWork();
        assertEquals(List.of(new Answer("dev", 2, 3, SUCCESS)), bench.core.answers);
        assertEquals(List.of("dev-iommu.1 populated 11000 -> 80000000 perm=3"), bench.steps);
        assertEquals(0, CoreBench.pending(dev));
    }

    @Test
    void shouldAnswerInvalidOutsideOfAllAreas() {
        fault(READ, END);
        assertEquals(List.of(INVALID), bench.codes());
    }

    @Test
    void shouldAnswerInvalidForAnAccessThatTheAreaDoesNotAllow() {
        fault(IommuFault.PERM_EXEC, START);
        assertEquals(List.of(INVALID), bench.codes());
        assertEquals(0, mm.pageCount());
    }

    @Test
    void shouldAnswerInvalidOnceTheProcessHasEnded() {
        assertEquals(0, bench.report(dev, last(bond.pasid(), 3, READ, START)));
        mm.release();
        bench.runWork();
        assertEquals(List.of(INVALID), bench.codes());
        assertEquals(0, bench.supply.taken());
    }

    @Test
    void shouldAnswerAGroupOnceForAllItsPages() {
        bench.report(dev, partial(bond.pasid(), 3, READ, START));
        bench.report(dev, partial(bond.pasid(), 3, WRITE, START + 0x1000));
        fault(READ, START + 0x2000);
        assertEquals(List.of(SUCCESS), bench.codes());
        assertEquals(3, mm.pageCount());
    }

    @Test
    void shouldHandleNoPageAfterTheFirstThatFails() {
        bench.report(dev, partial(bond.pasid(), 3, READ, START));
        bench.report(dev, partial(bond.pasid(), 3, READ, END));
        fault(READ, START + 0x2000);
        assertEquals(List.of(INVALID), bench.codes());
        assertEquals(1, mm.pageCount());
    }

    @Test
    void shouldAnswerInvalidForAMemberOfTheGroupWithoutPasid() {
        bench.report(dev, new IommuFault().pageRequest(IommuFault.FLAG_LAST_PAGE, 0, 3, 1, START));
        assertEquals(List.of(INVALID), bench.codes(), "nothing is attached at the RID");
        bench.report(dev, partial(bond.pasid(), 4, READ, START).type(2));
        assertEquals(0, bench.report(dev, last(bond.pasid(), 4, READ, START)));
        bench.runWork();
        assertEquals(List.of(INVALID, SUCCESS), bench.codes());
    }

    @Test
    void shouldHandleEachGroupByItself() {
        for (int grpid = 0; grpid < 5; grpid++) {
            bench.report(dev, last(bond.pasid(), grpid, READ, grpid == 2 ? END : START));
        }
        bench.runWork();
        assertEquals(List.of(SUCCESS, SUCCESS, INVALID, SUCCESS, SUCCESS), bench.codes());
    }

    @Test
    void shouldHandleOneFaultAfterAnother() {
        fault(READ, START);
        fault(READ, END);
        fault(WRITE, START + 0x1000);
        assertEquals(List.of(SUCCESS, INVALID, SUCCESS), bench.codes());
    }

    @Test
    void shouldNotQueueWorkOfAGroupTwice() {
        final List<IopfGroup> seen = new ArrayList<>();
        final IopfHandler handler = bond.domain().iopfHandler();
        bond.domain()
                .setIopfHandler(
                        group -> {
                            seen.add(group);
                            return handler.handle(group);
                        });
        bench.report(dev, last(bond.pasid(), 3, READ, START));
        assertEquals(-Errno.EBUSY, handler.handle(seen.get(0)));
        bench.runWork();
        assertEquals(List.of(SUCCESS), bench.codes());
    }

    @Test
    void shouldAnswerFailureWhenItsWorkIsQueuedAlready() {
        final IopfHandler handler = bond.domain().iopfHandler();
        bond.domain()
                .setIopfHandler(
                        group -> {
                            handler.handle(group);
                            return handler.handle(group);
                        });
        assertEquals(0, bench.report(dev, last(bond.pasid(), 3, READ, START)));
        assertEquals(List.of(FAILURE), bench.codes());
        bench.runWork();
        assertEquals(List.of(FAILURE), bench.codes(), "the core has freed the group");
        assertEquals(0, CoreBench.pending(dev));
    }

    // ---- Two devices ----------------------------------------------------------------------------

    @Test
    void shouldBringAPageInForAllDevicesOfTheAddressSpace() {
        final IommuDevice other = bench.device("other", 5);
        bench.bind(other, mm);
        bench.steps.clear();
        fault(READ, START);
        assertEquals(
                List.of(
                        "dev-iommu.1 populated 10000 -> 80000000 perm=3",
                        "other-iommu.0 populated 10000 -> 80000000 perm=3"),
                bench.steps);
    }

    @Test
    void shouldAnswerEachOfTwoDevicesThatWantTheSamePage() {
        final IommuDevice other = bench.device("other", 5);
        bench.bind(other, mm);
        bench.report(dev, last(bond.pasid(), 3, READ, START));
        bench.report(other, last(bond.pasid(), 3, READ, START));
        bench.runWork();
        assertEquals(
                List.of(new Answer("dev", 2, 3, SUCCESS), new Answer("other", 2, 3, SUCCESS)),
                bench.core.answers);
        assertEquals(1, bench.supply.taken());
    }

    // ---- Unbind ---------------------------------------------------------------------------------

    @Test
    void shouldAnswerInvalidForAFaultThatComesAfterUnbind() {
        bench.sva.unbindDevice(bond);
        assertEquals(-Errno.EINVAL, bench.report(dev, last(bond.pasid(), 3, READ, START)));
        assertEquals(List.of(INVALID), bench.codes());
    }

    @Test
    void shouldStillAnswerOnceWhatIsOutstandingAtUnbind() {
        bench.report(dev, last(bond.pasid(), 3, READ, START));
        bench.report(dev, last(bond.pasid(), 4, READ, END));
        bench.sva.unbindDevice(bond);
        bench.runWork();
        assertEquals(List.of(SUCCESS, INVALID), bench.codes());
        assertEquals(List.of("free dev-iommu.1"), bench.steps, "no domain is told any more");
        assertEquals(0, CoreBench.pending(dev));
    }

    @Test
    void shouldAnswerByUnbindWhatWasFlushedBefore() {
        bench.report(dev, last(bond.pasid(), 3, READ, START));
        assertEquals(0, bench.core.queue.flushDev(dev));
        bench.sva.unbindDevice(bond);
        assertEquals(List.of(SUCCESS), bench.codes());
    }

    @Test
    void shouldNotTouchAGroupThatTheCoreHasFreedMeanwhile() {
        bench.report(dev, last(bond.pasid(), 3, READ, START));
        bench.core.queue.removeDevice(dev);
        assertEquals(List.of(INVALID), bench.codes());
        bench.runWork();
        assertEquals(List.of(INVALID), bench.codes());
        assertEquals(0, mm.pageCount());
    }

    // ---- 5.x ------------------------------------------------------------------------------------

    @Test
    void shouldHandleAPageByItsPasidAlone() {
        final int pasid = bond.pasid();
        assertEquals(SUCCESS, bench.sva.handlePage(dev, last(pasid, 3, READ, START)));
        assertEquals(1, mm.pageCount());
        assertEquals(INVALID, bench.sva.handlePage(dev, last(pasid, 3, READ, END)));
        assertEquals(INVALID, bench.sva.handlePage(dev, last(pasid, 3, 4, START)));
        assertEquals(SUCCESS, bench.sva.handlePage(dev, last(1, 3, READ, START)), "the other's");
        assertEquals(1, mm.pageCount());
    }

    @Test
    void shouldKnowNoAddressSpaceOfAForeignPasid() {
        for (final int pasid :
                new int[] {0, bond.pasid() + 1, 3, -1, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
            assertEquals(INVALID, bench.sva.handlePage(dev, last(pasid, 3, READ, START)));
        }
        assertEquals(
                INVALID,
                bench.sva.handlePage(dev, new IommuFault().pageRequest(2, 2, 3, READ, START)));
    }

    @Test
    void shouldKnowNoAddressSpaceOfAProcessThatHasEnded() {
        mm.release();
        assertEquals(INVALID, bench.sva.handlePage(dev, last(bond.pasid(), 3, READ, START)));
    }
}
