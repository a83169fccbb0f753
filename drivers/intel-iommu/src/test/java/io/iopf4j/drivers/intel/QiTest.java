// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.vtd.Invalidation;
import io.iopf4j.api.vtd.VtdRegisters;
import io.iopf4j.emulation.SimulatedKernel;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code qi_submit_sync()} over a queue whose errors are scripted. */
final class QiTest {
    private static final long BAD = 0xb;
    private static final long GOOD = 0x31;

    private FakeUnit unit = new FakeUnit(FakeUnit.SCALABLE, FaultGeneration.LINUX_6_12);
    private IntelIommu iommu;
    private Qi qi;

    @BeforeEach
    void probe() {
        begin(unit);
    }

    private void begin(final FakeUnit fresh) {
        unit = fresh;
        iommu = fresh.probe();
        qi = iommu.qi();
        fresh.accesses.clear();
        fresh.descriptors.clear();
    }

    private static long[] descriptors(final long... qw0s) {
        final long[] qws = new long[qw0s.length * Qi.QWS];
        for (int i = 0; i < qw0s.length; i++) {
            qws[i * Qi.QWS] = qw0s[i];
        }
        return qws;
    }

    private List<Long> consumed() {
        return unit.descriptors.stream().map(d -> d[0]).toList();
    }

    @Test
    void shouldEndASubmissionWithAWait() {
        assertEquals(0, qi.submitSync(descriptors(GOOD, 0x37), 2, 0));
        assertEquals(List.of(GOOD, 0x37L, 0x2_0000_0025L), consumed());
        assertEquals(1, unit.stores(VtdRegisters.IQT).size());
    }

    @Test
    void shouldAskTheWaitToDrain() {
        assertEquals(0, qi.submitSync(descriptors(GOOD), 1, Qi.DRAIN));
        assertEquals(List.of(GOOD, 0x2_0000_00a5L), consumed());
    }

    @Test
    void shouldWriteTheStatusOfItsOwnSlot() {
        qi.submitOne(GOOD, 0, 0, 0);
        qi.submitOne(GOOD, 0, 0, 0);
        assertEquals(16, unit.descriptors.get(3)[1] - unit.descriptors.get(1)[1]);
    }

    @Test
    void shouldGoRoundTheQueue() {
        for (int i = 0; i < 1000; i++) {
            assertEquals(0, qi.submitSync(descriptors(GOOD, GOOD | (long) i << 32), 2, 0));
        }
        assertEquals(3000, unit.descriptors.size());
        assertEquals(GOOD | 999L << 32, unit.descriptors.get(2998)[0]);
    }

    @Test
    void shouldTakeAsManyAsTheQueueHolds() {
        final long[] many = new long[Qi.MAX_COUNT * Qi.QWS];
        java.util.Arrays.fill(many, GOOD);
        assertEquals(0, qi.submitSync(many, Qi.MAX_COUNT, 0));
        assertEquals(0, qi.submitSync(many, Qi.MAX_COUNT, 0));
        assertEquals(2 * (Qi.MAX_COUNT + 1), unit.descriptors.size());
    }

    /** A full queue would look like an empty one. */
    @Test
    void shouldKeepOneSlotFree() {
        final int count = Qi.MAX_COUNT + 1;
        assertEquals(-Errno.ETIMEDOUT, qi.submitSync(new long[count * Qi.QWS], count, 0));
        assertEquals(List.of(), unit.stores(VtdRegisters.IQT));
    }

    @Test
    void shouldPutTheWaitInPlaceOfItsBadDescriptor() {
        assertEquals(-Errno.EINVAL, qi.submitOne(BAD, 0, 0, 0));
        assertEquals(List.of(0x2_0000_0025L, 0x2_0000_0025L), consumed());
        assertEquals(List.of("10"), unit.stores(VtdRegisters.FSTS));
        assertTrue(unit.logged("Invalidation Queue Error"));
        assertEquals(0, qi.submitOne(GOOD, 0, 0, 0));
    }

    /**
     * Upstream: the wait of a refused submission is executed twice. If the second status comes
     * after its submitter has gone, and before the slot is reclaimed, the slot never is: in the end
     * nobody finds room.
     */
    @Test
    void shouldLoseItsRoomToALateStatus() {
        unit.consumes = false;
        unit.beforeLoad.put((long) VtdRegisters.FSTS, this::refuseWhileAnotherWaits);
        assertEquals(0, qi.submitOne(GOOD, 0, 0, 0));
        int submitted = 0;
        while (submitted < 1000 && qi.submitOne(GOOD, 0, 0, 0) == 0) {
            submitted++;
        }
        assertEquals(127, submitted);
        assertTrue(unit.logged("queue full"));
    }

    private void refuseWhileAnotherWaits() {
        unit.consumes = true;
        unit.beforeStore.put((long) VtdRegisters.FSTS, () -> unit.consumes = false);
        assertEquals(-Errno.EINVAL, qi.submitOne(BAD, 0, 0, 0));
        unit.consumes = true;
        unit.writel(0, VtdRegisters.FSTS);
    }

    /** Upstream: nobody owns an error in the middle of a batch, and everybody waits for ever. */
    @Test
    void shouldNotOwnAnErrorBehindItsFirstDescriptor() {
        assertEquals(-Errno.ETIMEDOUT, qi.submitSync(descriptors(GOOD, BAD), 2, 0));
        assertEquals(List.of(), unit.stores(VtdRegisters.FSTS));
        assertEquals(-Errno.ETIMEDOUT, qi.submitOne(GOOD, 0, 0, 0));
    }

    @Test
    void shouldSubmitAgainWhatATimeOutAborted() {
        unit.timeouts = 1;
        unit.iteSid = 0x310;
        TestDevices.add(iommu, 0x310);
        assertEquals(0, qi.submitOne(Invalidation.deviceTlb(0x310, 0, 32), 0, 0, 0));
        assertEquals(2, unit.descriptors(Invalidation.DEVICE_TLB).size());
        assertEquals(1, unit.descriptors(Invalidation.WAIT).size());
        assertEquals(List.of("40"), unit.stores(VtdRegisters.FSTS));
    }

    @Test
    void shouldFindAWaitBehindAnEvenNumberOfDescriptors() {
        unit.timeouts = 1;
        TestDevices.add(iommu, 0x310);
        final long qw0 = Invalidation.deviceTlb(0x310, 0, 32);
        assertEquals(0, qi.submitSync(descriptors(qw0, qw0), 2, 0));
        assertEquals(3, unit.descriptors(Invalidation.DEVICE_TLB).size());
    }

    /** What the hardware had not fetched yet is not aborted: it does it once, when it goes on. */
    @Test
    void shouldWaitOnForWhatATimeOutDidNotReach() {
        unit.consumes = false;
        unit.beforeLoad.put(
                (long) VtdRegisters.FSTS,
                () -> {
                    unit.setFsts(VtdRegisters.FSTS_ITE);
                    unit.consumes = true;
                });
        assertEquals(0, qi.submitOne(GOOD, 0, 0, 0));
        assertEquals(List.of("40"), unit.stores(VtdRegisters.FSTS));
        assertEquals(1, unit.stores(VtdRegisters.IQT).size());
        assertEquals(List.of(GOOD, 0x2_0000_0025L), consumed());
    }

    @Test
    void shouldNotTryAgainForADeviceThatIsGone() {
        unit.timeouts = 1;
        unit.iteSid = 0x310;
        assertEquals(-Errno.ETIMEDOUT, qi.submitOne(Invalidation.deviceTlb(0x310, 0, 32), 0, 0, 0));
        assertEquals(1, unit.descriptors(Invalidation.DEVICE_TLB).size());
    }

    @Test
    void shouldTryAgainInSpiteOfThatBefore612() {
        begin(new FakeUnit(FakeUnit.SCALABLE, FaultGeneration.LINUX_5_X));
        unit.timeouts = 1;
        unit.iteSid = 0x310;
        assertEquals(0, qi.submitOne(Invalidation.deviceTlb(0x310, 0, 32), 0, 0, 0));
        assertEquals(2, unit.descriptors(Invalidation.DEVICE_TLB).size());
    }

    @Test
    void shouldGiveUpADeviceThatNeverCompletes() {
        unit.timeouts = Integer.MAX_VALUE;
        TestDevices.add(iommu, 0x310);
        assertEquals(-Errno.ETIMEDOUT, qi.submitOne(Invalidation.deviceTlb(0x310, 0, 32), 0, 0, 0));
        unit.timeouts = 0;
        assertEquals(0, qi.submitOne(GOOD, 0, 0, 0));
    }

    /** The second submits while the first waits; one device's time-out aborts both. */
    @Test
    void shouldLetBothSubmittersTryAgain() {
        TestDevices.add(iommu, 0x310);
        unit.timeouts = 1;
        unit.iteSid = 0x310;
        unit.consumes = false;
        final int[] second = {1};
        unit.beforeLoad.put(
                (long) VtdRegisters.FSTS,
                () -> {
                    unit.consumes = true;
                    second[0] = qi.submitSync(descriptors(GOOD, GOOD), 2, 0);
                });
        assertEquals(0, qi.submitOne(Invalidation.deviceTlb(0x310, 0, 32), 0, 0, 0));
        assertEquals(0, second[0]);
        assertEquals(2, unit.descriptors(Invalidation.DEVICE_TLB).size());
        assertEquals(2, unit.descriptors(Invalidation.CONTEXT_CACHE).size());
        assertEquals(List.of("100", "160", "1c0", "200"), unit.stores(VtdRegisters.IQT));
    }

    @Test
    void shouldClearAnUnexpectedCompletionAndWaitOn() {
        unit.consumes = false;
        unit.setFsts(VtdRegisters.FSTS_ICE);
        final SimulatedKernel kernel = unit.kernel;
        unit.beforeLoad.put((long) VtdRegisters.FSTS, () -> unit.consumes = true);
        assertEquals(0, qi.submitOne(GOOD, 0, 0, 0));
        assertEquals(List.of("20"), unit.stores(VtdRegisters.FSTS));
        assertTrue(kernel.nowNs() > 0);
    }

    @Test
    void shouldNotWaitForEver() {
        unit.consumes = false;
        assertEquals(-Errno.ETIMEDOUT, qi.submitOne(GOOD, 0, 0, 0));
        assertTrue(unit.logged("invalidation timed out"));
    }

    /** What was given up takes its room only until the hardware is through with it. */
    @Test
    void shouldHaveItsRoomBackOnceTheHardwareGoesOn() {
        unit.consumes = false;
        assertEquals(-Errno.ETIMEDOUT, qi.submitSync(descriptors(GOOD, GOOD), 2, 0));
        assertEquals(-Errno.ETIMEDOUT, qi.submitOne(GOOD, 0, 0, 0));
        unit.consumes = true;
        for (int i = 0; i < 1000; i++) {
            assertEquals(0, qi.submitOne(GOOD, 0, 0, 0));
        }
    }

    /** Or the hardware would find other descriptors in place of those that it has not read yet. */
    @Test
    void shouldKeepTheSlotsOfWhatItGaveUpWhileTheHardwareStands() {
        unit.consumes = false;
        final int most = (Qi.LENGTH - 1) / 2;
        for (int i = 0; i < most; i++) {
            assertEquals(-Errno.ETIMEDOUT, qi.submitOne(GOOD | (long) i << 32, 0, 0, 0));
        }
        assertEquals(-Errno.ETIMEDOUT, qi.submitOne(GOOD, 0, 0, 0));
        assertEquals(most, unit.stores(VtdRegisters.IQT).size());
        assertTrue(unit.logged("queue full"));
        unit.consumes = true;
        unit.writel(0, VtdRegisters.FSTS);
        assertEquals(2 * most, unit.descriptors.size());
        assertEquals(GOOD | (most - 1L) << 32, unit.descriptors.get(2 * most - 2)[0]);
        assertEquals(0, qi.submitOne(GOOD, 0, 0, 0));
    }

    @Test
    void shouldNotFillTheLogWhileAnErrorStays() {
        unit.consumes = false;
        unit.setFsts(VtdRegisters.FSTS_IQE);
        unit.put(VtdRegisters.IQH, 0x1000);
        qi.submitOne(GOOD, 0, 0, 0);
        assertTrue(unit.log.recent().size() < 100, () -> "" + unit.log.recent().size());
        assertFalse(unit.log.recent().isEmpty());
    }

    @Test
    void shouldSubmitABatchWhenItIsFull() {
        final QiBatch batch = new QiBatch(qi);
        for (int i = 0; i < QiBatch.CAPACITY + 1; i++) {
            batch.add(GOOD, 0);
        }
        assertEquals(QiBatch.CAPACITY + 1, unit.descriptors.size());
        assertEquals(0, batch.submit());
        assertEquals(QiBatch.CAPACITY + 3, unit.descriptors.size());
        assertEquals(0, batch.submit());
        assertEquals(QiBatch.CAPACITY + 3, unit.descriptors.size());
    }
}
