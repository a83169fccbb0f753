// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.bench;

import io.iopf4j.api.Errno;
import io.iopf4j.api.IommuDevice;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.policy.Account;
import io.iopf4j.emulation.AccessResult;
import io.iopf4j.replay.ledger.Ledger;

/**
 * A device that is assigned to a virtual machine, seen from both sides: the host's attachment of
 * it, and the tables that the guest's own IOMMU driver keeps for it in guest memory. Pages come and
 * go: the guest maps one when it answers a fault with success and takes it back afterwards, so that
 * a recorded fault at the same address faults again.
 */
public final class GuestDevice {
    private static final int NOTHING_PREPARED = Integer.MIN_VALUE;

    private final Bench bench;
    private final GuestEndpoint endpoint;
    private final long page;
    private final long[] iova = new long[1];
    private final int[] perm = new int[1];
    private final OpenGroups openGroups = new OpenGroups();
    private GuestVm vm;
    private GuestTables tables;
    private int mapped;
    private boolean isBound;
    private boolean isAttached;
    private Account account;
    private int virtualStreamId;

    /** The last for which the tables are known to be there. */
    private int preparedSsid = NOTHING_PREPARED;

    /**
     * A device of nobody.
     *
     * @param bench where it is
     * @param endpoint what issues its accesses
     * @param page the page of guest memory that all its accesses go to
     */
    GuestDevice(final Bench bench, final GuestEndpoint endpoint, final long page) {
        this.bench = bench;
        this.endpoint = endpoint;
        this.page = page;
    }

    // ---- The host's side ------------------------------------------------------------------------

    /** Gives it to a machine, whose guest has tables of its own for it. */
    void giveTo(final GuestVm owner) {
        vm = owner;
        virtualStreamId = owner.nextVirtualStreamId();
        tables = bench.hardware().tables(this);
        preparedSsid = NOTHING_PREPARED;
        bench.assigned(this);
        owner.add(this);
        bind();
    }

    private void bind() {
        if (IommuGroup.of(device()) == null) {
            check("probe", new IommuGroup(endpoint.index()).addDevice(device()));
        }
        vm.monitor().bind(this);
        isBound = true;
    }

    /** Attaches a nested domain that takes faults, if none is attached. */
    public void attach() {
        if (!isAttached) {
            if (!isBound) {
                bind();
            }
            final int ret = tables.attach();
            if (ret == -Errno.EBUSY) {
                // A former owner's handler is still registered: kernels before 6.12 cannot give a
                // device away while faults of it are pending.
                bench.log().warn(endpoint.name(), "a former owner's handler is in the way");
                return;
            }
            isAttached = isDone("attach", ret);
        }
    }

    /** Attaches another nested domain in place of the one that is attached. */
    public void replace() {
        if (!isAttached) {
            return;
        }
        if (bench.drainsOnDomainChange()) {
            // Old and new must not be in force at once while the hardware still stalls for the old.
            detach();
            attach();
            return;
        }
        bench.domainChanges(this);
        if (isDone("replace", tables.replace())) {
            bench.domainChanged(this);
        }
    }

    /** Detaches what is attached; whether outstanding faults end is the kernel's affair. */
    public void detach() {
        if (!isAttached) {
            return;
        }
        bench.domainChanges(this);
        final int ret = tables.detach();
        if (ret == -Errno.EBUSY) {
            bench.log().warn(endpoint.name(), "handler stays: faults are pending");
        } else {
            check("detach", ret);
        }
        isAttached = false;
        bench.domainChanged(this);
    }

    /** Takes the device away from the machine. */
    public void remove() {
        if (!isBound) {
            return;
        }
        unbind();
        bench.remove(this);
    }

    /**
     * Moves it to another machine, attached there if it was here.
     *
     * @param owner the next owner
     */
    public void moveTo(final GuestVm owner) {
        final boolean wasAttached = isAttached();
        if (isBound) {
            unbind();
        }
        vm.remove(this);
        giveTo(owner);
        if (wasAttached) {
            attach();
        }
    }

    private void unbind() {
        detach();
        vm.monitor().unbind(this);
        isBound = false;
    }

    /**
     * Whether something is done. The host may have no memory for it, or hardware that does not do
     * what it is told: that is logged, and goes on.
     */
    boolean isDone(final String what, final int ret) {
        if (ret == -Errno.ENOMEM || ret == -Errno.ETIMEDOUT) {
            bench.log().warn(endpoint.name(), what + " fails: " + Errno.nameOf(ret));
            return false;
        }
        check(what, ret);
        return true;
    }

    void check(final String what, final int ret) {
        if (ret != 0) {
            throw new IllegalStateException(
                    endpoint.name() + ": " + what + " fails: " + Errno.nameOf(ret));
        }
    }

    // ---- The guest's side -----------------------------------------------------------------------

    /**
     * Issues an access to one page.
     *
     * @param ssid PASID, or negative for none
     * @param address in bytes
     * @param access what it asks for, {@code IommuFault.PERM_} bits
     * @return its row in the ledger, or {@link Ledger#NONE} without one
     */
    public int issue(final int ssid, final long address, final int access) {
        iova[0] = address;
        perm[0] = access;
        return issue(ssid, iova, perm, 1);
    }

    /**
     * Issues an access to some pages. If the device is attached, the guest has made tables for it.
     *
     * @param ssid PASID, or negative for none
     * @param iovas addresses in bytes
     * @param perms for each what it asks for, {@code IommuFault.PERM_} bits
     * @param count how many of both, at least 1
     * @return its row in the ledger, or {@link Ledger#NONE} without one
     */
    public int issue(final int ssid, final long[] iovas, final int[] perms, final int count) {
        if (isAttached && ssid != preparedSsid) {
            prepare(ssid);
        }
        final int row =
                bench.ledger() == null
                        ? Ledger.NONE
                        : bench.ledger()
                                .raise(
                                        endpoint.index(),
                                        endpoint.nextId(),
                                        ssid,
                                        iovas[count - 1],
                                        count);
        final boolean isAnythingMapped = mapped != 0;
        endpoint.access(ssid, iovas, perms, count);
        if (row != Ledger.NONE && !isAnythingMapped) {
            bench.invariants()
                    .nothingUnmappedIsReached()
                    .issued(row, bench.ledger().result(row) == AccessResult.DONE);
        }
        return row;
    }

    /**
     * Makes sure that the guest has tables for accesses of a PASID, with nothing mapped.
     *
     * @param ssid PASID, or negative for accesses without
     */
    public void prepare(final int ssid) {
        tables.prepare(endpoint.pasid(ssid));
        preparedSsid = ssid;
    }

    /**
     * Whether an access can be issued without the guest's doing anything first.
     *
     * @param ssid PASID, or negative for accesses without
     * @return it is not attached, or the guest has tables for it
     */
    public boolean isPrepared(final int ssid) {
        return !isAttached || tables.isPrepared(endpoint.pasid(ssid));
    }

    /**
     * Maps a page for an access that is to be retried.
     *
     * @param ssid PASID, or negative for accesses without
     * @param address the faulting address
     * @return false if the address has more bits than the tables
     */
    public boolean map(final int ssid, final long address) {
        mapped++;
        return tables.map(endpoint.pasid(ssid), address);
    }

    /**
     * Takes a page back and makes the hardware forget it.
     *
     * @param ssid PASID, or negative for accesses without
     * @param address the address that was mapped
     */
    public void unmap(final int ssid, final long address) {
        tables.unmap(endpoint.pasid(ssid), address);
        mapped--;
    }

    /** The guest has read a record: with its last one it knows a group's pages. */
    void seen(final GuestRecord record) {
        if (record.isOwedAnswer()) {
            openGroups.complete(record);
        } else {
            openGroups.add(record.grpid(), record.iova());
        }
    }

    // ---- For whoever looks on -------------------------------------------------------------------

    /**
     * What issues its accesses.
     *
     * @return the endpoint
     */
    public GuestEndpoint endpoint() {
        return endpoint;
    }

    /**
     * Whose it is.
     *
     * @return the virtual machine
     */
    public GuestVm vm() {
        return vm;
    }

    /**
     * How its guest calls it.
     *
     * @return the guest's StreamID, each machine's own numbering
     */
    int virtualStreamId() {
        return virtualStreamId;
    }

    /** The page of guest memory that its accesses go to. */
    long page() {
        return page;
    }

    /** What policies keep of it; null without policies. */
    void setAccount(final Account itsAccount) {
        account = itsAccount;
    }

    /**
     * The most that a policy lets it have outstanding.
     *
     * @return faults, or 0 if no policy limits it
     */
    public long quota() {
        return account == null ? 0 : account.quota();
    }

    /**
     * Whether its machine has it.
     *
     * @return after it was given or attached, before it is removed
     */
    public boolean isBound() {
        return isBound;
    }

    /**
     * Whether a domain that takes faults is attached.
     *
     * @return after attach, before detach
     */
    public boolean isAttached() {
        return isAttached;
    }

    /**
     * Faults that the core keeps for it.
     *
     * @return a count, negative if this kernel keeps none
     */
    public int corePending() {
        return bench.core().pending(device());
    }

    /** Requests that the core keeps for it until the last one of their group comes. */
    int partials() {
        return bench.core().partials(device());
    }

    /**
     * The host's view of it.
     *
     * @return the device
     */
    public IommuDevice device() {
        return endpoint.device();
    }

    @Override
    public String toString() {
        return endpoint.name();
    }
}
