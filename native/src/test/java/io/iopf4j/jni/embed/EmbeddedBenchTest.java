// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni.embed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.api.uapi.HwptPgfault;
import io.iopf4j.replay.ledger.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What C drives, driven from here: it needs no C compiler. */
class EmbeddedBenchTest {
    private static final long IOVA = 0x1234_5000L;
    private static final int NO_PASID = -1;
    private static final long MS = 1_000_000;

    private final ByteBuffer records = ByteBuffer.allocate(4 * HwptPgfault.BYTES);

    private static byte[] utf8(final String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static EmbeddedBench bench(
            final String iommu, final String semantics, final String policy) {
        return EmbeddedBench.create(utf8(iommu), utf8(semantics), utf8(policy), 1, 0, 0);
    }

    /** With a machine, index 0, and its device, index 0, which uses PASID 5. */
    private static EmbeddedBench ready(final String iommu, final String semantics) {
        final EmbeddedBench bench = bench(iommu, semantics, "none");
        assertEquals(0, bench.addVm(utf8("vm")));
        assertEquals(0, bench.addDevice(0, utf8("dev"), new int[] {5}));
        bench.attach(0);
        return bench;
    }

    private static Outcome outcome(final EmbeddedBench bench, final long fault) {
        return EmbeddedBench.OUTCOMES.get(bench.outcome(fault));
    }

    private static void assertRefused(final int errno, final String words, final Executable call) {
        final EmbeddingException e = assertThrows(EmbeddingException.class, call);
        assertTrue(Embedding.isRefusal(e));
        assertEquals(errno, Embedding.errno(e));
        final String line = new String(Embedding.line(e), StandardCharsets.UTF_8);
        assertTrue(line.contains(words), line);
        assertEquals(1, line.lines().count());
    }

    @ParameterizedTest
    @CsvSource({
        "smmuv3, mainline-6.12",
        "vtd, mainline-6.12",
        "smmuv3, mainline-5.x",
        "vtd, mainline-5.x",
        "smmuv3, v5-2018",
        "smmuv3, v3-2017",
        "vtd, v3-2017"
    })
    void shouldTakeAFaultDownAndUp(final String iommu, final String semantics) {
        final EmbeddedBench bench = ready(iommu, semantics);
        final int fault = bench.raise(0, 5, IOVA, IommuFault.PERM_WRITE);
        bench.run(MS);
        assertEquals(Outcome.OUTSTANDING, outcome(bench, fault));
        assertEquals(1, bench.read(0, records));
        assertEquals(0, HwptPgfault.devId(records, 0));
        assertEquals(5, HwptPgfault.pasid(records, 0));
        assertEquals(IOVA, HwptPgfault.addr(records, 0));
        assertEquals(IommuFault.PERM_WRITE, HwptPgfault.perm(records, 0) & IommuFault.PERM_WRITE);
        bench.map(0, 5, IOVA);
        bench.answer(0, HwptPgfault.cookie(records, 0), PageResponseCode.SUCCESS);
        bench.run(MS);
        assertEquals(Outcome.ANSWERED, outcome(bench, fault));
        assertArrayEquals(new long[] {1, 1, 0, 0, 0, 0, 0}, bench.fates(0));
        bench.check();
        bench.unmap(0, 5, IOVA);
        bench.raise(0, 5, IOVA, IommuFault.PERM_READ);
        bench.run(MS);
        assertArrayEquals(new long[] {2, 1, 0, 0, 0, 0, 1}, bench.fates(-1));
        assertEquals(2 * MS + MS, bench.state()[0]);
        assertEquals(1, bench.state()[1]);
    }

    @Test
    void shouldFaultAgainIfNothingWasMapped() {
        final EmbeddedBench bench = ready("smmuv3", "mainline-6.12");
        bench.raise(0, NO_PASID, IOVA, IommuFault.PERM_READ);
        for (int i = 0; i < 3; i++) {
            bench.run(0);
            assertEquals(1, bench.read(0, records));
            bench.answer(0, HwptPgfault.cookie(records, 0), PageResponseCode.SUCCESS);
        }
        bench.check();
    }

    @Test
    void shouldAskForAGroup() {
        final EmbeddedBench bench = ready("vtd", "mainline-6.12");
        bench.raiseGroup(0, 5, new long[] {IOVA, IOVA + 4096}, new int[] {1, 2});
        bench.run(MS);
        final ByteBuffer small = ByteBuffer.allocate(HwptPgfault.BYTES);
        assertRefused(
                Errno.EINVAL,
                "vm: the next group has more records than the 1",
                () -> bench.read(0, small));
        assertEquals(2, bench.read(0, records));
        assertEquals(1, HwptPgfault.flags(records, 0) & 3);
        assertEquals(3, HwptPgfault.flags(records, HwptPgfault.BYTES) & 3);
        assertEquals(0, bench.read(0, records));
    }

    @Test
    void shouldChangeDomainsAndOwners() {
        final EmbeddedBench bench = ready("smmuv3", "mainline-6.12");
        assertEquals(1, bench.addVm(utf8("next")));
        int fault = bench.raise(0, 5, IOVA, IommuFault.PERM_READ);
        bench.run(0);
        bench.replace(0);
        bench.run(0);
        assertEquals(Outcome.DRAINED, outcome(bench, fault));
        bench.move(0, 1);
        fault = bench.raise(0, 5, IOVA, IommuFault.PERM_READ);
        bench.run(0);
        assertEquals(0, bench.read(0, records));
        assertEquals(1, bench.read(1, records));
        bench.remove(0);
        bench.attach(0);
        bench.detach(0);
        assertEquals(Outcome.DRAINED, outcome(bench, fault));
        assertRefused(Errno.EINVAL, "dev: no domain is attached", () -> bench.replace(0));
        bench.closeQueue(1);
        assertRefused(Errno.EBADF, "next: read: refused", () -> bench.read(1, records));
        bench.check();
    }

    /** 5.x keeps a handler whose faults are pending: the next owner cannot have one. */
    @Test
    void shouldSayThatAFormerOwnerIsInTheWay() {
        final EmbeddedBench bench = ready("smmuv3", "mainline-5.x");
        bench.addVm(utf8("next"));
        bench.raise(0, 5, IOVA, IommuFault.PERM_READ);
        bench.run(0);
        bench.move(0, 1);
        assertRefused(Errno.EBUSY, "dev: a former owner's handler", () -> bench.attach(0));
    }

    @Test
    void shouldWriteTheLedger() throws IOException {
        final EmbeddedBench bench = ready("smmuv3", "mainline-6.12");
        bench.raise(0, 5, IOVA, IommuFault.PERM_READ);
        bench.run(0);
        final String lines = new String(bench.output(0), StandardCharsets.UTF_8);
        assertTrue(lines.startsWith("{\"fault\":0,\"vm\":\"vm\",\"device\":\"dev\",\"pasid\":5,"));
        final String csv = new String(bench.output(1), StandardCharsets.UTF_8);
        assertEquals(2, csv.lines().count());
        assertRefused(Errno.EINVAL, "no form of output: 4294967295", () -> bench.output(-1));
        // The command line has the reports; they are tested there.
        assertRefused(Errno.ENOSYS, "no report on this class path", () -> bench.output(2));
        assertRefused(Errno.ENOSYS, "no report on this class path", () -> bench.output(3));
    }

    @Test
    void shouldRefuseWordsThatAreNone() {
        assertRefused(Errno.EINVAL, "unknown iommu 'x'", () -> bench("x", "x", "x"));
        assertRefused(Errno.EINVAL, "mainline-6.12", () -> bench("vtd", "x", "none"));
        assertRefused(Errno.EINVAL, "vm-quota", () -> bench("vtd", "mainline-6.12", "x"));
    }

    @ParameterizedTest
    @ValueSource(ints = {3, -1, 1 << 18})
    void shouldRefuseAQueueThatCannotBe(final int entries) {
        assertRefused(
                Errno.EINVAL,
                "queue entries must be a power of two in [1, 131072], not " + entries,
                () ->
                        EmbeddedBench.create(
                                utf8("smmuv3"),
                                utf8("mainline-6.12"),
                                utf8("none"),
                                1,
                                entries,
                                0));
    }

    @Test
    void shouldRefuseAStallBufferThatCannotBe() {
        assertRefused(
                Errno.EINVAL,
                "stall entries must be in [1, 65535], not 65536",
                () ->
                        EmbeddedBench.create(
                                utf8("smmuv3"), utf8("mainline-6.12"), utf8("none"), 1, 16, 65536));
    }

    @Test
    void shouldRefuseNamesThatAreTaken() {
        final EmbeddedBench bench = ready("smmuv3", "mainline-6.12");
        assertRefused(Errno.EEXIST, "'vm' already", () -> bench.addVm(utf8("vm")));
        assertRefused(
                Errno.EEXIST, "'dev' already", () -> bench.addDevice(0, utf8("dev"), new int[0]));
        assertRefused(Errno.EINVAL, "1 to 64", () -> bench.addVm(utf8("a\tb")));
        assertRefused(Errno.EINVAL, "not UTF-8", () -> bench.addVm(new byte[] {(byte) 0xff}));
        assertRefused(Errno.EINVAL, "not 0", () -> bench.addDevice(0, utf8("dev1"), new int[] {0}));
    }

    @Test
    void shouldRefuseFaultsThatCannotBe() {
        final EmbeddedBench smmu = ready("smmuv3", "mainline-6.12");
        final EmbeddedBench vtd = ready("vtd", "mainline-6.12");
        assertRefused(Errno.EINVAL, "PASID 6 is none", () -> smmu.raise(0, 6, IOVA, 1));
        assertRefused(Errno.EINVAL, "no PASID: 4294967294", () -> smmu.raise(0, -2, IOVA, 1));
        assertRefused(Errno.EINVAL, "not 0x8", () -> smmu.raise(0, 5, IOVA, 8));
        assertRefused(Errno.EINVAL, "or both, not 0x4", () -> vtd.raise(0, 5, IOVA, 4));
        assertRefused(
                Errno.EOPNOTSUPP,
                "need VT-d",
                () -> smmu.raiseGroup(0, 5, new long[2], new int[] {1, 1}));
        assertRefused(Errno.ERANGE, "more bits", () -> smmu.map(0, 5, 1L << 48));
        assertRefused(Errno.ENOENT, "no fault 0: 0 were raised", () -> smmu.outcome(0));
        assertRefused(Errno.EINVAL, "virtual time", () -> smmu.run(-1));
        assertRefused(Errno.EINVAL, "refused, -EINVAL", () -> smmu.answer(0, 1, 0));
    }

    @Test
    void shouldTellRefusalsFromFailures() {
        assertEquals(1, Embedding.begin());
        final IllegalStateException failure = new IllegalStateException("two\nlines");
        assertFalse(Embedding.isRefusal(failure));
        assertEquals(Errno.EIO, Embedding.errno(failure));
        assertEquals(
                "java.lang.IllegalStateException: two lines",
                new String(Embedding.line(failure), StandardCharsets.UTF_8));
        assertEquals(Errno.ENOMEM, Embedding.errno(new OutOfMemoryError("heap")));
        assertTrue(
                new String(Embedding.line(new OutOfMemoryError("heap")), StandardCharsets.UTF_8)
                        .contains("-Xmx"));
    }
}
