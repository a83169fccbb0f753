// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.iopf4j.emulation.vtd.VtdConfig;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What a stranger's script would do: roots, contexts, PASIDs and tables are stored as they are, and
 * no invalidation is sent but where a test sends it.
 */
final class VtdScript implements AutoCloseable {
    static final int DONE = 1;
    static final int ABORTED = 2;

    /** Bus 3, device 2, function 0. */
    static final int RID = 0x0310;

    static final int PASID = 0x42;

    /** Bits of a scalable-mode context entry. */
    static final long FPD = 1 << 1;

    static final long DTE = 1 << 2;
    static final long PASIDE = 1 << 3;
    static final long PRE = 1 << 4;

    /** A first-stage leaf: present, writable, user, accessed, dirty. */
    static final long LEAF = 0x67;

    /** A first-stage table: present, writable, user, accessed. */
    static final long TABLE = 0x27;

    /** A second-stage leaf or table: read and write. */
    static final long LEAF_2 = 3;

    /** Beyond memory, within the address size. */
    static final long OUTSIDE = 0x6000_0000L;

    final VtdClient vtd;
    final QtestClient client;
    final EndpointClient endpoint;

    /** In scalable mode, with all on. */
    VtdScript() {
        this(VtdConfig.scalable(), VtdClient.SCALABLE);
    }

    VtdScript(final VtdConfig config, final long tableMode) {
        vtd = new VtdClient(config).up(tableMode);
        client = vtd.client;
        endpoint = vtd.endpoint;
    }

    @Override
    public void close() {
        vtd.close();
    }

    // ---- Roots, contexts, PASIDs ----------------------------------------------------------------

    static long rootAt(final int rid) {
        return VtdClient.ROOT + 16L * (rid >>> 8);
    }

    /** Where a scalable or extended context entry is; the tables above it are made. */
    long contextAt(final int rid) {
        final long root = rootAt(rid) + ((rid & 0x80) == 0 ? 0 : 8);
        return tableAt(root, 1) + 32L * (rid & 0x7f);
    }

    /** Where a legacy context entry is. */
    long legacyContextAt(final int rid) {
        return tableAt(rootAt(rid), 1) + 16L * (rid & 0xff);
    }

    private long tableAt(final long entry, final long bits) {
        long found = client.readq(entry);
        if ((found & 1) == 0) {
            found = vtd.page() | bits;
            client.writeq(entry, found);
        }
        return found & 0x000f_ffff_ffff_f000L;
    }

    /** A device with all that its context can allow, and an empty directory of 128 entries. */
    long device(final int rid) {
        return device(rid, DTE | PASIDE | PRE);
    }

    long device(final int rid, final long bits) {
        final long directory = vtd.page();
        vtd.store(contextAt(rid), 1 | bits | directory, 0, 0, 0);
        return directory;
    }

    /** Where a PASID's entry is; the table is made. */
    long pasidAt(final long directory, final int pasid) {
        return tableAt(directory + 8L * (pasid >>> 6), 1) + 64L * (pasid & 0x3f);
    }

    long pasidAt(final int rid, final int pasid) {
        final long context = client.readq(contextAt(rid));
        return pasidAt(context & -0x1000L, pasid);
    }

    /** Word 0 of a PASID entry: present, 48 bits of second stage. */
    static long pasid0(final int pgtt, final long secondStage) {
        return 1 | 2 << 2 | (long) pgtt << 6 | secondStage;
    }

    /** A PASID with the first stage alone, four levels; gives the root of its tables. */
    long firstStage(final int rid, final int pasid, final int did) {
        final long root = vtd.page();
        vtd.store(pasidAt(rid, pasid), pasid0(1, 0), did, root);
        return root;
    }

    /** A PASID with the second stage alone, four levels; gives the root of its tables. */
    long secondStage(final int rid, final int pasid, final int did) {
        final long root = vtd.page();
        vtd.store(pasidAt(rid, pasid), pasid0(2, root), did, 0);
        return root;
    }

    /**
     * A PASID with both stages; at the second one memory's first 1 GiB is where it is. Gives the
     * roots of the first and of the second.
     */
    long[] nested(final int rid, final int pasid, final int did) {
        final long first = vtd.page();
        final long second = vtd.page();
        put(second, 4, 2, 0, 1 << 7 | LEAF_2, LEAF_2);
        vtd.store(pasidAt(rid, pasid), pasid0(3, second), did, first);
        return new long[] {first, second};
    }

    /** Puts an entry into the last level of a first stage of four levels. */
    void map(final long root, final long iova, final long leaf) {
        put(root, 4, 0, iova, leaf, TABLE);
    }

    /** Puts an entry into the last level of a second stage of four levels. */
    void map2(final long root, final long iova, final long leaf) {
        put(root, 4, 0, iova, leaf, LEAF_2);
    }

    /** Puts an entry into a level of tables of some levels, of which 0 is the last. */
    void put(
            final long root,
            final int levels,
            final int level,
            final long iova,
            final long entry,
            final long table) {
        client.writeq(entryAt(root, levels, level, iova, table), entry);
    }

    /** Where an entry of a level is; the tables above it are made, with these bits. */
    long entryAt(
            final long root, final int levels, final int level, final long iova, final long table) {
        long at = root;
        for (int above = levels - 1; above > level; above--) {
            at = tableAt(at + 8 * (iova >>> (12 + 9 * above) & 0x1ff), table);
        }
        return at + 8 * (iova >>> (12 + 9 * level) & 0x1ff);
    }

    /** A page whose words at the page's start and at 8 are a number. */
    long pageOf(final long number) {
        final long page = vtd.page();
        vtd.store(page, number, number);
        return page;
    }

    // ---- Accesses -------------------------------------------------------------------------------

    /** Issues an access that must end at once, and so. */
    void assertEnds(
            final int how, final int rid, final int pasid, final long iova, final int access) {
        final int id = endpoint.request(rid, pasid, iova, access).go(1);
        endpoint.assertEnded(id, how);
        assertEquals(0, endpoint.outstanding());
    }

    void assertReads(final long number, final int rid, final int pasid, final long iova) {
        assertEnds(DONE, rid, pasid, iova, EndpointClient.READ);
        assertEquals(Long.toHexString(number), Long.toHexString(endpoint.data()));
    }

    void assertWrites(final long number, final int rid, final int pasid, final long iova) {
        endpoint.setData(number);
        assertEnds(DONE, rid, pasid, iova, EndpointClient.WRITE);
    }

    /** An access that is refused with a record of its own. */
    void assertFaults(
            final int reason, final int rid, final int pasid, final long iova, final int access) {
        assertEnds(ABORTED, rid, pasid, iova, access);
        assertFault(
                iova & -0x1000L, VtdWords.fault(rid, pasid, reason, VtdWords.bits(access, pasid)));
        assertNoFault();
    }

    /** An access that is refused, and nothing says why. */
    void assertFaultsSilently(final int rid, final int pasid, final long iova, final int access) {
        assertEnds(ABORTED, rid, pasid, iova, access);
        assertNoFault();
    }

    // ---- Records --------------------------------------------------------------------------------

    /** Takes the first record, which must be this one. */
    void assertFault(final long word0, final long word1) {
        assertWords(vtd.fault(), word0, word1);
    }

    void assertNoFault() {
        final long[] record = vtd.fault();
        assertNull(record, () -> hex(record));
    }

    /** Takes the oldest page request, which must be this one. */
    void assertRequest(final long... words) {
        assertWords(vtd.request(), words);
    }

    void assertNoRequest() {
        final long[] request = vtd.request();
        assertNull(request, () -> hex(request));
    }

    static void assertWords(final long[] found, final long... expected) {
        assertNotNull(found, "there is none");
        assertEquals(hex(expected), hex(found));
    }

    static String hex(final long... words) {
        return Arrays.stream(words).mapToObj(HexFormat.of()::toHexDigits).toList().toString();
    }

    // ---- Invalidations --------------------------------------------------------------------------

    /** Everything that is cached, in the order that the specification wants. */
    void forgetAll() {
        vtd.submit(VtdWords.contextCache(1, 0, 0));
        if (vtd.descriptorBytes() == 32) {
            vtd.submit(VtdWords.pasidCache(3, 0, 0));
        }
        vtd.submit(VtdWords.iotlb(1, 0));
    }
}
