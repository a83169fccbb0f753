// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.sva;

import static io.iopf4j.api.IommuFault.PERM_EXEC;
import static io.iopf4j.api.IommuFault.PERM_PRIV;
import static io.iopf4j.api.IommuFault.PERM_READ;
import static io.iopf4j.api.IommuFault.PERM_WRITE;
import static io.iopf4j.api.PageResponseCode.INVALID;
import static io.iopf4j.api.PageResponseCode.SUCCESS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuFault;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** An address space: its areas, its pages and those who follow it. */
class MmStructTest {
    private static final int READ_WRITE = PERM_READ | PERM_WRITE;
    private static final long START = 0x10000;
    private static final long END = 0x20000;

    private final List<String> steps = new ArrayList<>();
    private final PageSupply supply = new PageSupply(8, steps);
    private final MmStruct mm = new MmStruct("mm", supply);
    private final Follower follower = new Follower("a", steps);

    private void map() {
        assertEquals(0, mm.mmap(START, END, READ_WRITE));
    }

    // ---- Areas ----------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({
        "ffff, 1", // The byte before.
        "10000, 0",
        "1ffff, 0",
        "20000, 1", // The byte after.
        "ffffffffffff0000, 1",
        "0, 1"
    })
    void shouldFindAPageInsideItsAreaAlone(final String addr, final int code) {
        map();
        assertEquals(code, mm.handleMmFault(Long.parseUnsignedLong(addr, 16), PERM_READ));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 1, 0", "1, 2, 1", "1, 4, 1", "1, 3, 1", "3, 3, 0", "3, 2, 0", "5, 4, 0", "5, 6, 1",
        "2, 1, 1", "7, 7, 0", "1, 9, 0", "1, 10, 1", "0, 0, 0", "0, 1, 1", "1, 0, 0", "1, 8, 0"
    })
    void shouldAllowWhatTheAreaAllows(final int allowed, final int wanted, final int code) {
        mm.mmap(START, END, allowed);
        assertEquals(code, mm.handleMmFault(START, wanted));
    }

    @Test
    void shouldMapNothingOfAnAreaThatNobodyMayAccess() {
        mm.mmap(START, END, 0);
        assertEquals(SUCCESS, mm.handleMmFault(START, PERM_PRIV));
        assertEquals(0, mm.pageCount());
    }

    @ParameterizedTest
    @CsvSource({
        "0x10800, 0x20000, 1",
        "0x10000, 0x20001, 1",
        "0x20000, 0x10000, 1",
        "0x10000, 0x10000, 1",
        "-0x1000, 0x10000, 1",
        "0x10000, 0x1000000001000, 1",
        "0x10000, 0x20000, 8"
    })
    void shouldRefuseARangeThatIsNone(final String start, final String end, final int perm) {
        assertEquals(-Errno.EINVAL, mm.mmap(Long.decode(start), Long.decode(end), perm));
    }

    @Test
    void shouldMapUpToTheEndOfTheAddressSpace() {
        assertEquals(0, mm.mmap(MmStruct.TASK_SIZE - 0x1000, MmStruct.TASK_SIZE, PERM_EXEC));
        assertEquals(SUCCESS, mm.handleMmFault(MmStruct.TASK_SIZE - 1, PERM_EXEC));
        assertEquals(INVALID, mm.handleMmFault(MmStruct.TASK_SIZE, PERM_EXEC));
    }

    @ParameterizedTest
    @CsvSource({
        "0x10000, 0x20000",
        "0x00000, 0x11000",
        "0x1f000, 0x30000",
        "0x12000, 0x13000",
        "0x00000, 0x30000"
    })
    void shouldRefuseAnAreaInTheWayOfAnother(final String start, final String end) {
        map();
        assertEquals(-Errno.EEXIST, mm.mmap(Long.decode(start), Long.decode(end), PERM_READ));
    }

    @Test
    void shouldTakeAreasSideBySide() {
        map();
        assertEquals(0, mm.mmap(END, END + 0x1000, PERM_READ));
        assertEquals(0, mm.mmap(START - 0x1000, START, PERM_READ));
        assertEquals(INVALID, mm.handleMmFault(END, PERM_WRITE));
        assertEquals(SUCCESS, mm.handleMmFault(END - 1, PERM_WRITE));
        assertEquals(INVALID, mm.handleMmFault(START - 1, PERM_WRITE));
    }

    @Test
    void shouldCutAreasThatReachOutOfWhatIsUnmapped() {
        map();
        mm.mmap(END, END + 0x4000, READ_WRITE);
        assertEquals(0, mm.munmap(0x1c000, 0x22000));
        assertEquals(SUCCESS, mm.handleMmFault(0x1bfff, PERM_WRITE));
        assertEquals(INVALID, mm.handleMmFault(0x1c000, PERM_WRITE));
        assertEquals(INVALID, mm.handleMmFault(0x21fff, PERM_WRITE));
        assertEquals(SUCCESS, mm.handleMmFault(0x22000, PERM_WRITE));
        assertEquals(0, mm.mmap(0x1c000, 0x22000, PERM_READ), "the hole is free");
    }

    @Test
    void shouldCutAHoleIntoAnArea() {
        map();
        mm.munmap(0x12000, 0x13000);
        assertEquals(SUCCESS, mm.handleMmFault(0x11000, PERM_READ));
        assertEquals(INVALID, mm.handleMmFault(0x12000, PERM_READ));
        assertEquals(SUCCESS, mm.handleMmFault(0x13000, PERM_READ));
    }

    @Test
    void shouldLeaveNothingWhereAnEndOfAnAreaWasUnmapped() {
        map();
        mm.munmap(START, START + 0x1000);
        mm.munmap(END - 0x1000, END);
        assertEquals(0, mm.mmap(START - 0x1000, START + 0x1000, PERM_READ));
        assertEquals(0, mm.mmap(END - 0x1000, END + 0x1000, PERM_READ));
    }

    @Test
    void shouldBeCalledByItsName() {
        assertEquals("mm", mm.toString());
    }

    // ---- Pages ----------------------------------------------------------------------------------

    @Test
    void shouldTakeOnePageForAllFaultsInIt() {
        map();
        assertEquals(-1, mm.physicalAddress(START));
        mm.handleMmFault(START, PERM_READ);
        mm.handleMmFault(START + 0xfff, PERM_WRITE);
        assertEquals(1, supply.taken());
        assertEquals(PageSupply.FIRST, mm.physicalAddress(START + 0x123));
    }

    @Test
    void shouldRefuseWithoutMemoryAndGoOnWhenThereIsSome() {
        mm.mmap(START, END, PERM_READ);
        for (int i = 0; i < 8; i++) {
            assertEquals(SUCCESS, mm.handleMmFault(START + i * 0x1000L, PERM_READ));
        }
        assertEquals(INVALID, mm.handleMmFault(START + 0x8000, PERM_READ));
        mm.dontNeed(START, START + 0x1000);
        assertEquals(SUCCESS, mm.handleMmFault(START + 0x8000, PERM_READ));
    }

    @Test
    void shouldGiveEachPageAwayOnce() {
        map();
        mm.handleMmFault(START, PERM_READ);
        mm.handleMmFault(START + 0x1000, PERM_READ);
        mm.munmap(START, START + 0x1000);
        mm.munmap(START + 0x1000, START + 0x2000);
        assertEquals(2, steps.stream().filter(step -> step.startsWith("free")).distinct().count());
        assertEquals(2, steps.stream().filter(step -> step.startsWith("free")).count());
        assertEquals(0, supply.taken());
    }

    @Test
    void shouldFaultAgainAfterItsPageWasGivenAway() {
        map();
        mm.handleMmFault(START, PERM_READ);
        assertEquals(0, mm.dontNeed(START, END));
        assertEquals(0, mm.pageCount());
        assertEquals(SUCCESS, mm.handleMmFault(START, PERM_READ));
    }

    @Test
    void shouldRefuseRangesThatAreNoneEverywhere() {
        assertEquals(-Errno.EINVAL, mm.munmap(1, 2));
        assertEquals(-Errno.EINVAL, mm.dontNeed(0x2000, 0x1000));
    }

    @Test
    void shouldHandleNothingWithoutPasid() {
        map();
        final IommuFault fault = new IommuFault().pageRequest(2, 7, 0, PERM_READ, START);
        assertEquals(INVALID, mm.handlePage(fault));
        fault.pageRequest(IommuFault.FLAG_PASID_VALID, 7, 0, PERM_READ, START);
        assertEquals(SUCCESS, mm.handlePage(fault));
    }

    // ---- Followers ------------------------------------------------------------------------------

    @Test
    void shouldTellOfAPageWithWhatItsAreaAllows() {
        map();
        mm.register(follower);
        mm.handleMmFault(START + 0x1234, PERM_READ);
        assertEquals(List.of("a populated 11000 -> 80000000 perm=3"), steps);
    }

    @Test
    void shouldTellALateFollowerOfWhatIsThere() {
        map();
        mm.handleMmFault(START, PERM_READ);
        assertEquals(0, mm.register(follower));
        assertEquals(List.of("a populated 10000 -> 80000000 perm=3"), steps);
    }

    @Test
    void shouldNotAddAFollowerWithoutMemory() {
        map();
        mm.handleMmFault(START, PERM_READ);
        follower.refuseWith(-Errno.ENOMEM);
        assertEquals(-Errno.ENOMEM, mm.register(follower));
        steps.clear();
        mm.release();
        assertEquals(List.of("free 80000000"), steps);
    }

    @Test
    void shouldTellAgainOfAPageThatAFollowerMissed() {
        map();
        mm.register(follower);
        mm.register(new Follower("b", steps));
        follower.refuseWith(-Errno.ENOMEM);
        assertEquals(INVALID, mm.handleMmFault(START, PERM_READ));
        assertEquals(2, steps.size(), "the other one has it");
        follower.refuseWith(0);
        assertEquals(SUCCESS, mm.handleMmFault(START, PERM_READ));
        assertEquals(1, supply.taken());
    }

    @Test
    void shouldMakeDevicesForgetAPageBeforeItIsGivenAway() {
        map();
        mm.register(follower);
        mm.handleMmFault(START, PERM_READ);
        mm.handleMmFault(START + 0x2000, PERM_READ);
        steps.clear();
        mm.munmap(START, START + 0x2000);
        assertEquals(
                List.of("a cleared 10000", "a invalidate 10000-12000", "free 80000000"), steps);
    }

    @Test
    void shouldInvalidateNothingWhereNoPageWas() {
        map();
        mm.register(follower);
        mm.munmap(START, END);
        assertEquals(List.of(), steps);
    }

    @Test
    void shouldNotCallWhoFollowsNoMore() {
        map();
        mm.register(follower);
        mm.unregister(follower);
        mm.handleMmFault(START, PERM_READ);
        mm.release();
        assertEquals(List.of("free 80000000"), steps);
    }

    // ---- The end --------------------------------------------------------------------------------

    @Test
    void shouldLetFollowersGoBeforeThePages() {
        map();
        mm.register(follower);
        mm.handleMmFault(START, PERM_READ);
        steps.clear();
        mm.release();
        assertEquals(List.of("a released", "free 80000000"), steps);
        assertEquals(0, supply.taken());
    }

    @Test
    void shouldKnowNothingOnceItIsGone() {
        map();
        mm.release();
        mm.release();
        assertEquals(INVALID, mm.handleMmFault(START, PERM_READ));
        assertEquals(-Errno.EINVAL, mm.mmap(START, END, PERM_READ));
        assertEquals(-Errno.EINVAL, mm.register(follower));
        assertEquals(0, supply.taken());
    }
}
