// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import static io.iopf4j.drivers.armsmmuv3.RandomWorld.require;

import io.iopf4j.api.DevFeature;
import io.iopf4j.api.IommuAttachHandle;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IopfGroup;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.sva.IommuSva;
import io.iopf4j.core.sva.SvaBond;
import io.iopf4j.emulation.IommuModel;
import io.iopf4j.emulation.smmuv3.SmmuFeature;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The operations of a random run that say where a device's accesses go. */
final class RandomAttachments {
    private static final int LEAF_LOG2 = 8;
    private static final int MOST_BONDS = 12;

    /** A bond, and the group that its device was in: another one once it has come back. */
    private record Bond(SvaBond bond, ShadowDevice device, IommuGroup group, ShadowProcess with) {}

    private final RandomWorld world;
    private final RandomMappings mappings;
    private final IommuSva sva = new IommuSva();
    private final List<Bond> bonds = new ArrayList<>();
    private final Set<Integer> leaves = new HashSet<>();

    RandomAttachments(final RandomWorld world, final RandomMappings mappings) {
        this.world = world;
        this.mappings = mappings;
    }

    // ---- Devices --------------------------------------------------------------------------------

    void addOrRelease(final ShadowDevice device) {
        if (device.isThere()) {
            release(device);
        } else {
            add(device);
        }
    }

    void add(final ShadowDevice device) {
        world.log.add("add device", device.index);
        device.device =
                new IommuDevice("dev" + device.index, world.bench.smmu.ops(), device.fwspec);
        device.group = new IommuGroup(device.index);
        if (device.fwspec.ids().size() == 1) {
            world.maybeStarve();
        }
        final int ret = device.group.addDevice(device.device);
        final boolean hasStarved = world.bench.endStarving();
        require((ret == 0) == !hasStarved, "add device: " + ret);
        if (hasStarved) {
            device.device = null;
            device.group = null;
            return;
        }
        for (final int sid : device.fwspec.ids()) {
            leaves.add(sid >>> LEAF_LOG2);
        }
        if (!world.oneIn(6)) {
            toggleFaults(device);
        }
    }

    /** Pieces of the stream table that stay until the SMMU goes. */
    int leaves() {
        return world.bench.smmu.features().twoLevelStreams() ? leaves.size() : 0;
    }

    void toggleFaults(final ShadowDevice device) {
        world.log.add("toggle faults", device.index, device.hasFaults ? 1 : 0);
        if (device.hasFaults) {
            world.forgetKept(device);
            final int ret = device.device.ops().devDisableFeature(device.device, DevFeature.IOPF);
            require(ret == 0, "disable faults: " + ret);
            device.hasFaults = false;
            return;
        }
        world.maybeStarve();
        final int ret = device.device.ops().devEnableFeature(device.device, DevFeature.IOPF);
        final boolean hasStarved = world.bench.endStarving();
        final boolean can = !hasStarved && device.mayStall && device.fwspec.ids().size() == 1;
        require((ret == 0) == can, "enable faults: " + ret);
        device.hasFaults = can;
    }

    void release(final ShadowDevice device) {
        world.log.add("release device", device.index);
        world.forgetKept(device);
        world.ledger.beginChange(device, RandomLedger.ALL, null);
        device.group.removeDevice(device.device);
        setRid(device, null, false);
        for (final ShadowDomain domain : device.pasids.values()) {
            domain.uses--;
        }
        device.pasids.clear();
        device.device = null;
        device.group = null;
        device.hasFaults = false;
        world.ledger.endChange();
        world.bench.deliverErrors();
        require(
                world.ledger.recordedOf(device) == 0,
                "a device is released, and stalls of it are left");
    }

    // ---- At the RID -----------------------------------------------------------------------------

    void attach(final ShadowDevice device) {
        final boolean isAttached = device.group.attachHandle(IommuGroup.NO_PASID) != null;
        final int choice = world.random.nextInt(8);
        if (choice == 0 && isAttached) {
            detach(device);
            return;
        }
        ShadowDomain target = null;
        IommuDomain domain = device.device.ops().blockedDomain();
        final boolean isIdentity = choice == 1 || choice == 2;
        if (isIdentity) {
            domain = device.device.ops().identityDomain();
        } else if (choice == 3 && !mappings.guests.isEmpty()) {
            final ShadowGuest guest = world.any(mappings.guests);
            if (guest.stalls != device.mayStall) {
                return;
            }
            target = guest;
            domain = guest.domain;
        } else if (choice > 2 && !mappings.domains.isEmpty()) {
            final ShadowDomain.Paging paging = world.any(mappings.domains);
            target = paging;
            domain = paging.domain;
        }
        world.log.add(
                isAttached ? "replace" : "attach",
                device.index,
                target == null ? -1 : mappings.domains.indexOf(target),
                isIdentity ? 1 : 0);
        world.ledger.beginChange(device, IommuModel.NO_SUBSTREAM, null);
        final IommuAttachHandle handle = new IommuAttachHandle();
        world.maybeStarve();
        final int ret =
                isAttached
                        ? device.group.replace(domain, handle)
                        : device.group.attach(domain, handle);
        final boolean hasStarved = world.bench.endStarving();
        final boolean can =
                !hasStarved && (target == null || target.takesPasids() || device.pasids.isEmpty());
        if (ret == 0) {
            setRid(device, target, isIdentity);
        }
        world.ledger.endChange();
        require((ret == 0) == can, "attach: " + ret);
    }

    private void detach(final ShadowDevice device) {
        world.log.add("detach", device.index);
        world.ledger.beginChange(device, IommuModel.NO_SUBSTREAM, null);
        device.group.detach();
        setRid(device, null, false);
        world.ledger.endChange();
    }

    private static void setRid(
            final ShadowDevice device, final ShadowDomain domain, final boolean isIdentity) {
        if (device.rid != null) {
            device.rid.uses--;
        }
        device.rid = domain;
        device.isIdentity = isIdentity;
        if (domain != null) {
            domain.uses++;
        }
    }

    // ---- At PASIDs ------------------------------------------------------------------------------

    /** Only while nothing is behind a table of contexts does the stream's entry have to change. */
    private static int concerned(final ShadowDevice device, final int pasid) {
        final int left = device.pasids.size() - (device.pasids.containsKey(pasid) ? 1 : 0);
        return device.rid == null && left == 0 ? RandomLedger.ALL : pasid;
    }

    void changePasid(final ShadowDevice device) {
        if (!device.pasids.isEmpty() && world.oneIn(2)) {
            detachPasid(device);
        } else if (!mappings.domains.isEmpty()) {
            attachPasid(device);
        }
    }

    private void attachPasid(final ShadowDevice device) {
        final int pasid = world.random.nextInt((1 << device.ssidBits) + 2);
        final ShadowDomain.Paging domain = world.any(mappings.domains);
        final boolean may =
                pasid > 0
                        && domain.takesPasids()
                        && device.takesPasids()
                        && pasid < 1 << device.ssidBits
                        && device.group.attachHandle(pasid) == null;
        world.ledger.beginChange(device, concerned(device, pasid), null);
        world.maybeStarve();
        final int ret = device.group.attachPasid(domain.domain, pasid, new IommuAttachHandle());
        final boolean can = !world.bench.endStarving() && may;
        world.log.add("attach pasid", device.index, pasid, mappings.domains.indexOf(domain), ret);
        if (ret == 0) {
            device.pasids.put(pasid, domain);
            domain.uses++;
        }
        world.ledger.endChange();
        require((ret == 0) == can, "attach at PASID " + pasid + ": " + ret);
    }

    private void detachPasid(final ShadowDevice device) {
        final int pasid = world.any(List.copyOf(device.pasids.keySet()));
        if (device.pasids.get(pasid) instanceof ShadowProcess) {
            return;
        }
        world.log.add("detach pasid", device.index, pasid);
        world.ledger.beginChange(device, concerned(device, pasid), null);
        device.group.detachPasid(pasid);
        device.pasids.remove(pasid).uses--;
        world.ledger.endChange();
    }

    // ---- Shared address spaces ------------------------------------------------------------------

    void changeBond(final ShadowDevice device) {
        if (bonds.size() == MOST_BONDS || (!bonds.isEmpty() && world.oneIn(2))) {
            unbind(world.random.nextInt(bonds.size()));
        } else if (device != null) {
            bind(device);
        }
    }

    private void bind(final ShadowDevice device) {
        final ShadowProcess process = mappings.anyProcess();
        if (process.isReleased) {
            return;
        }
        world.ledger.beginChange(device, RandomLedger.ALL, null);
        final SvaBond bond = sva.bindDevice(device.device, process.mm);
        world.log.add("bind", device.index, bond.error(), bond.pasid());
        if (bond.error() == 0) {
            final ShadowDomain before = device.pasids.put(bond.pasid(), process);
            require(before == null || before == process, "bound at a PASID that is in use");
            if (before == null) {
                process.uses++;
            }
            process.bonds++;
            bonds.add(new Bond(bond, device, device.group, process));
        }
        world.ledger.endChange();
        require(
                bond.error() == 0
                        || !device.takesPasids()
                        || !device.pasids.isEmpty()
                        || !world.has(SmmuFeature.STAGE_1),
                "bind: " + bond.error());
    }

    private void unbind(final int index) {
        final Bond gone = bonds.remove(index);
        final ShadowDevice device = gone.device();
        final int pasid = gone.bond().pasid();
        final boolean isLast =
                device.group == gone.group()
                        && bonds.stream().noneMatch(other -> other.bond() == gone.bond());
        world.log.add("unbind", device.index, pasid, isLast ? 1 : 0);
        if (isLast) {
            world.ledger.beginChange(device, concerned(device, pasid), null);
        }
        sva.unbindDevice(gone.bond());
        gone.with().bonds--;
        if (isLast) {
            device.pasids.remove(pasid).uses--;
            world.ledger.endChange();
        }
    }

    void unbindAll() {
        while (!bonds.isEmpty()) {
            unbind(bonds.size() - 1);
        }
    }

    // ---- Draining -------------------------------------------------------------------------------

    /** Answers what is out, and has the rest ended by the hardware. */
    void drain(final ShadowDevice device) {
        if (!device.mayStall) {
            return;
        }
        world.log.add("drain", device.index);
        for (final IopfGroup group : List.copyOf(world.kept)) {
            if (group.device() == device.device) {
                group.respond(PageResponseCode.INVALID);
                group.free();
            }
        }
        world.forgetKept(device);
        if (device.hasFaults) {
            world.bench.smmu.iopfQueue().flushDev(device.device);
        }
        world.bench.deliverErrors();
        world.ledger.beginChange(device, RandomLedger.ALL, null);
        world.ledger.expectTermination();
        final int ret = device.device.ops().drainFaults(device.device);
        world.bench.core.forget(device.device);
        world.ledger.endChange();
        require(ret == 0, "drain: " + ret);
        require(world.ledger.stalledOf(device) == 0, "a device is drained, and stalls are left");
    }
}
