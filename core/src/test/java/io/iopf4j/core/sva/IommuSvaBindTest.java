// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.sva;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.core.IommuGroup;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Bonds between devices and address spaces: PASIDs, references, domains, and every errno. */
class IommuSvaBindTest {
    private final SvaBench bench = new SvaBench();
    private final IommuDevice dev = bench.device("dev", 5);
    private final MmStruct mm = bench.mm("mm");

    private int bindErrno(final IommuDevice device, final MmStruct with) {
        return bench.sva.bindDevice(device, with).error();
    }

    // ---- What goes well -------------------------------------------------------------------------

    @Test
    void shouldAttachADomainAtTheFirstPasid() {
        final SvaBond bond = bench.bind(dev, mm);
        assertEquals(1, bond.pasid());
        assertSame(dev, bond.device());
        assertSame(mm, bond.mm());
        assertSame(bond, IommuGroup.of(dev).attachHandle(1));
        assertEquals(List.of("attach dev-iommu.0 dev pasid=1"), bench.steps);
    }

    @Test
    void shouldGiveEachAddressSpaceAPasidOfItsOwn() {
        assertEquals(1, bench.bind(dev, mm).pasid());
        assertEquals(2, bench.bind(dev, bench.mm("other")).pasid());
    }

    @Test
    void shouldGiveAnAddressSpaceOnePasidOnAllDevices() {
        bench.bind(dev, bench.mm("first"));
        assertEquals(2, bench.bind(dev, mm).pasid());
        assertEquals(2, bench.bind(bench.device("other", 5), mm).pasid());
    }

    @Test
    void shouldTakeAReferenceForTheSecondBind() {
        final SvaBond bond = bench.bind(dev, mm);
        assertSame(bond, bench.bind(dev, mm));
        bench.sva.unbindDevice(bond);
        assertSame(bond, IommuGroup.of(dev).attachHandle(1), "one is left");
        bench.sva.unbindDevice(bond);
        assertNull(IommuGroup.of(dev).attachHandle(1));
    }

    @Test
    void shouldShareADomainBehindOneIommu() {
        final SvaBench.Driver driver = bench.new Driver("shared");
        final SvaBond first = bench.bind(bench.device("a", 5, driver), mm);
        final SvaBond second = bench.bind(bench.device("b", 5, driver), mm);
        assertSame(first.domain(), second.domain());
        bench.steps.clear();
        bench.sva.unbindDevice(first);
        assertEquals(List.of(), bench.steps, "the other bond keeps it");
        bench.sva.unbindDevice(second);
        assertEquals(List.of("free shared.0"), bench.steps);
    }

    @Test
    void shouldMakeADomainForEachIommu() {
        bench.bind(dev, mm);
        bench.bind(bench.device("other", 5), mm);
        assertEquals(
                List.of("attach dev-iommu.0 dev pasid=1", "attach other-iommu.0 other pasid=1"),
                bench.steps);
    }

    @Test
    void shouldKeepThePasidUntilTheProcessEnds() {
        bench.sva.unbindDevice(bench.bind(dev, mm));
        assertEquals(2, bench.bind(dev, bench.mm("other")).pasid());
        mm.release();
        assertEquals(1, bench.bind(dev, bench.mm("third")).pasid());
    }

    @Test
    void shouldKeepThePasidOfAnEndedProcessUntilTheLastBondIsGone() {
        final SvaBond bond = bench.bind(dev, mm);
        mm.release();
        assertEquals(2, bench.bind(dev, bench.mm("other")).pasid());
        bench.sva.unbindDevice(bond);
        assertEquals(1, bench.bind(dev, bench.mm("third")).pasid());
    }

    @Test
    void shouldUnbindADeviceThatHasLeftItsGroup() {
        final SvaBond bond = bench.bind(dev, mm);
        final IommuGroup group = IommuGroup.of(dev);
        group.removeDevice(dev);
        bench.sva.unbindDevice(bond);
        assertNull(group.attachHandle(1));
    }

    // ---- Errors ---------------------------------------------------------------------------------

    @Test
    void shouldRefuseADeviceInNoGroup() {
        final IommuDevice loose =
                new IommuDevice("loose", bench.core.driver, new IommuFwspec(List.of(), true, 5));
        final SvaBond failed = bench.sva.bindDevice(loose, mm);
        assertEquals(-Errno.ENODEV, failed.error());
        assertEquals(-1, failed.pasid());
    }

    @Test
    void shouldRefuseADeviceThatCannotUseThePasid() {
        final IommuDevice wide = bench.device("wide", 5);
        for (int i = 0; i < 3; i++) {
            bench.bind(wide, bench.mm("mm" + i));
        }
        assertEquals(4, bench.bind(wide, mm).pasid());
        assertEquals(-Errno.EOVERFLOW, bindErrno(bench.device("narrow", 2), mm));
        assertEquals(4, bench.bind(bench.device("enough", 3), mm).pasid());
    }

    @Test
    void shouldSayWhenNoPasidIsLeft() {
        final IommuDevice narrow = bench.device("narrow", 2);
        for (int i = 1; i <= 3; i++) {
            assertEquals(i, bench.bind(narrow, bench.mm("mm" + i)).pasid());
        }
        assertEquals(-Errno.ENOSPC, bindErrno(narrow, mm));
        assertEquals(4, bench.bind(dev, mm).pasid(), "a wider device has one");
    }

    @Test
    void shouldSayThatADeviceWithoutPasidsHasNone() {
        assertEquals(-Errno.ENOSPC, bindErrno(bench.device("none", 0), mm));
    }

    @Test
    void shouldRefuseAPasidWithAnotherAddressSpace() {
        final SvaBond foreign = new IommuSva().bindDevice(dev, bench.mm("foreign"));
        assertEquals(1, foreign.pasid());
        assertEquals(-Errno.EBUSY, bindErrno(dev, mm));
    }

    @Test
    void shouldRefuseAPasidWithAnotherKindOfDomain() {
        IommuGroup.of(dev)
                .attachPasid(
                        bench.core.domain("paging", DomainType.PAGING), 1, new IommuAttachHandle());
        assertEquals(-Errno.EBUSY, bindErrno(dev, mm));
    }

    @Test
    void shouldSayWhenThereIsNoMemory() {
        bench.isOutOfMemory = true;
        assertEquals(-Errno.ENOMEM, bindErrno(dev, mm));
        bench.isOutOfMemory = false;
        assertEquals(1, bench.bind(dev, mm).pasid());
        bench.isOutOfMemory = true;
        assertEquals(-Errno.ENOMEM, bindErrno(bench.device("other", 5), mm));
    }

    @Test
    void shouldSayWhenTheDriverMakesNoDomain() {
        final SvaBench.Driver driver = bench.new Driver("unable");
        driver.forgetSva();
        assertEquals(-Errno.ENOMEM, bindErrno(bench.device("other", 5, driver), mm));
    }

    @Test
    void shouldPassOnWhyTheDriverDoesNotAttach() {
        final SvaBench.Driver driver = bench.new Driver("unwilling");
        driver.refuseAttach(-Errno.ENXIO);
        final IommuDevice unwilling = bench.device("other", 5, driver);
        assertEquals(-Errno.ENXIO, bindErrno(unwilling, mm));
        assertEquals(List.of("free unwilling.0"), bench.steps);
        assertNull(IommuGroup.of(unwilling).attachHandle(1));
        assertEquals(1, bench.bind(dev, mm).pasid(), "the PASID stays the address space's");
    }
}
