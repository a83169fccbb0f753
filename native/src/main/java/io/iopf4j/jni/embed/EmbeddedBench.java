// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni.embed;

import io.iopf4j.api.Errno;
import io.iopf4j.api.FaultGeneration;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.uapi.HwptPgfault;
import io.iopf4j.replay.BenchWords;
import io.iopf4j.replay.RunResult;
import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.bench.BenchSettings;
import io.iopf4j.replay.bench.GuestDevice;
import io.iopf4j.replay.bench.GuestVm;
import io.iopf4j.replay.bench.Hardware;
import io.iopf4j.replay.invariants.Invariant;
import io.iopf4j.replay.ledger.Ledger;
import io.iopf4j.replay.ledger.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A bench that C drives. Machines and devices are known by their indexes, which C got from here and
 * keeps behind its handles: they are not looked at again. Strings are UTF-8. A refused call throws,
 * see {@link Embedding#errno}, and changes nothing. One thread.
 */
public final class EmbeddedBench {
    private static final int MOST_PASID = (1 << 20) - 1;
    private static final int ALL_MACHINES = -1;

    /** {@code enum iopf4j_outcome}, in its order. */
    static final List<Outcome> OUTCOMES =
            List.of(
                    Outcome.ANSWERED,
                    Outcome.TERMINATED,
                    Outcome.TIMED_OUT,
                    Outcome.DRAINED,
                    Outcome.UNREPORTED,
                    Outcome.OUTSTANDING);

    /** C's word for a protocol that was broken; the kernel's fault code has no use for it. */
    private static final int EPROTO = 71;

    private final Bench bench;
    private final List<FaultRecords> queues = new ArrayList<>();
    private final List<Set<Integer>> pasids = new ArrayList<>();
    private final Set<String> vmNames = new HashSet<>();
    private final Set<String> deviceNames = new HashSet<>();

    private EmbeddedBench(final Bench bench) {
        this.bench = bench;
    }

    /**
     * Builds hardware and loads the driver.
     *
     * @param iommu {@code smmuv3} or {@code vtd}
     * @param semantics a profile's name
     * @param policy policies joined by commas, or {@code none}
     * @param seed the simulation's seed
     * @param queueEntries size of the queue of faults, 0 for the driver's choice
     * @param stallEntries size of the stall buffer, 0 for the driver's choice
     * @return the bench, without machines
     */
    public static EmbeddedBench create(
            final byte[] iommu,
            final byte[] semantics,
            final byte[] policy,
            final long seed,
            final int queueEntries,
            final int stallEntries) {
        final BenchSettings settings;
        try {
            settings =
                    BenchWords.settings(
                            Words.text("iommu", iommu),
                            Words.text("semantics", semantics),
                            Words.text("policy", policy),
                            entries(queueEntries),
                            entries(stallEntries),
                            seed);
        } catch (final IllegalArgumentException | IOException e) {
            throw refusal(Errno.EINVAL, e.getMessage());
        }
        return new EmbeddedBench(Bench.recorded(settings));
    }

    private static OptionalInt entries(final int entries) {
        return entries == 0 ? OptionalInt.empty() : OptionalInt.of(entries);
    }

    private static EmbeddingException refusal(final int errno, final String line) {
        return new EmbeddingException(errno, line);
    }

    // ---- Machines and devices -------------------------------------------------------------------

    /**
     * Adds a virtual machine.
     *
     * @param utf8 its name, of no other machine
     * @return its index
     */
    public int addVm(final byte[] utf8) {
        final String name = Words.name("name of a VM", utf8);
        if (!vmNames.add(name)) {
            throw refusal(Errno.EEXIST, "there is a VM '" + name + "' already");
        }
        final GuestVm vm = bench.addVm(name);
        queues.add(new FaultRecords(vm, bench.core().generation() == FaultGeneration.LINUX_6_12));
        return vm.index();
    }

    /**
     * Adds a device to a machine, probed and not attached.
     *
     * @param vm the machine's index
     * @param utf8 its name, of no other device
     * @param uses the PASIDs that it uses, each in [1, 2^20)
     * @return its index
     */
    public int addDevice(final int vm, final byte[] utf8, final int[] uses) {
        final String name = Words.name("name of a device", utf8);
        final Set<Integer> its = new LinkedHashSet<>();
        for (final int pasid : uses) {
            if (pasid < 1 || pasid > MOST_PASID) {
                throw refusal(
                        Errno.EINVAL,
                        name
                                + ": a PASID must be in [1, "
                                + MOST_PASID
                                + "], not "
                                + Integer.toUnsignedString(pasid));
            }
            its.add(pasid);
        }
        if (bench.devices().size() >= bench.hardware().deviceLimit()) {
            throw refusal(
                    Errno.ENOSPC,
                    "more than the " + bench.hardware().deviceLimit() + " devices that can be");
        }
        if (!deviceNames.add(name)) {
            throw refusal(Errno.EEXIST, "there is a device '" + name + "' already");
        }
        pasids.add(its);
        return bench.addDevice(name, bench.vms().get(vm), its).endpoint().index();
    }

    private GuestDevice device(final int index) {
        return bench.devices().get(index);
    }

    /**
     * Attaches a nested domain that takes faults, if none is attached; a device that was removed
     * comes back.
     *
     * @param device its index
     */
    public void attach(final int device) {
        device(device).attach();
        if (!device(device).isAttached()) {
            throw refusal(Errno.EBUSY, device(device) + ": a former owner's handler is in the way");
        }
    }

    /**
     * Attaches another domain in place of the one that is attached.
     *
     * @param device its index
     */
    public void replace(final int device) {
        if (!device(device).isAttached()) {
            throw refusal(Errno.EINVAL, device(device) + ": no domain is attached");
        }
        device(device).replace();
    }

    /**
     * Detaches what is attached.
     *
     * @param device its index
     */
    public void detach(final int device) {
        device(device).detach();
    }

    /**
     * Takes a device away from its machine.
     *
     * @param device its index
     */
    public void remove(final int device) {
        device(device).remove();
    }

    /**
     * Gives a device to another machine, attached there if it was here.
     *
     * @param device its index
     * @param vm the machine's index
     */
    public void move(final int device, final int vm) {
        device(device).moveTo(bench.vms().get(vm));
    }

    // ---- Faults ---------------------------------------------------------------------------------

    /**
     * Issues an access to one page.
     *
     * @param device its index
     * @param pasid PASID, negative for none
     * @param iova where, in bytes
     * @param perm {@code IommuFault.PERM_} bits
     * @return the fault's row in the ledger
     */
    public int raise(final int device, final int pasid, final long iova, final int perm) {
        checkPasid(device, pasid);
        checkPerm(device, perm);
        return device(device).issue(pasid, iova, perm);
    }

    /**
     * Issues an access to several pages, which are asked for in one group.
     *
     * @param device its index
     * @param pasid PASID, negative for none
     * @param iovas where, in bytes
     * @param perms for each what it asks for, {@code IommuFault.PERM_} bits
     * @return the fault's row in the ledger
     */
    public int raiseGroup(
            final int device, final int pasid, final long[] iovas, final int[] perms) {
        checkPasid(device, pasid);
        for (final int perm : perms) {
            checkPerm(device, perm);
        }
        if (iovas.length > 1 && !hasGroups()) {
            throw refusal(
                    Errno.EOPNOTSUPP,
                    device(device) + ": a stall is of one access; groups of several need VT-d");
        }
        return device(device).issue(pasid, iovas, perms, iovas.length);
    }

    private boolean hasGroups() {
        return bench.settings().hardware().hasGroupsOfSeveral();
    }

    private void checkPasid(final int device, final int pasid) {
        if (pasid >= 0 && !pasids.get(device).contains(pasid)) {
            throw refusal(
                    Errno.EINVAL,
                    device(device) + ": PASID " + pasid + " is none of those it was added with");
        }
        if (pasid < -1) {
            throw refusal(
                    Errno.EINVAL,
                    device(device) + ": no PASID: " + Integer.toUnsignedString(pasid));
        }
    }

    private void checkPerm(final int device, final int perm) {
        final int data = IommuFault.PERM_READ | IommuFault.PERM_WRITE;
        final int known = hasGroups() ? data : data | IommuFault.PERM_EXEC | IommuFault.PERM_PRIV;
        if ((perm & ~known) != 0 || (perm & ~IommuFault.PERM_PRIV) == 0) {
            throw refusal(
                    Errno.EINVAL,
                    device(device)
                            + ": an access asks for READ, WRITE"
                            + (hasGroups() ? " or both, not 0x" : ", EXEC, perhaps PRIV, not 0x")
                            + Integer.toHexString(perm));
        }
    }

    /**
     * Maps a page in the guest's tables.
     *
     * @param device its index
     * @param pasid PASID, negative for none
     * @param iova any address in the page
     */
    public void map(final int device, final int pasid, final long iova) {
        checkPasid(device, pasid);
        if (!device(device).map(pasid, device(device).endpoint().address(iova))) {
            throw refusal(
                    Errno.ERANGE,
                    device(device)
                            + ": 0x"
                            + Long.toHexString(iova)
                            + " has more bits than the guest's tables");
        }
    }

    /**
     * Takes a page out of the guest's tables and makes the hardware forget it.
     *
     * @param device its index
     * @param pasid PASID, negative for none
     * @param iova any address in the page
     */
    public void unmap(final int device, final int pasid, final long iova) {
        checkPasid(device, pasid);
        device(device).unmap(pasid, device(device).endpoint().address(iova));
    }

    /** Gives back what policies and a fault core hold, such as libraries. */
    public void close() {
        bench.close();
    }

    /**
     * Lets virtual time pass, and all that is ready run.
     *
     * @param ns nanoseconds; 0 lets only what is ready now run
     */
    public void run(final long ns) {
        final long end = bench.scheduler().nowNs() + ns;
        if (ns < 0 || end < 0) {
            throw refusal(Errno.EINVAL, "virtual time ends after 2^63 ns");
        }
        while (bench.scheduler().nextTimerNs() <= end) {
            bench.scheduler().runUntil(bench.scheduler().nextTimerNs());
            bench.settle(null);
        }
        bench.scheduler().runUntil(end);
        bench.settle(null);
    }

    /**
     * Reads what waits in a machine's fault queue: whole groups, in order of arrival.
     *
     * @param vm the machine's index
     * @param records takes them, at its start, 40 bytes each
     * @return how many there were
     */
    public int read(final int vm, final ByteBuffer records) {
        final int ret = queues.get(vm).read(records);
        if (ret == -Errno.EINVAL) {
            throw refusal(
                    Errno.EINVAL,
                    bench.vms().get(vm).name()
                            + ": the next group has more records than the "
                            + records.capacity() / HwptPgfault.BYTES
                            + " that there is room for");
        }
        return checked(vm, "read", ret);
    }

    /**
     * Answers a group.
     *
     * @param vm the machine's index
     * @param cookie that of its records
     * @param code a {@code PageResponseCode}, or any other to be refused
     */
    public void answer(final int vm, final int cookie, final int code) {
        checked(
                vm,
                "answer "
                        + Integer.toUnsignedString(code)
                        + " to cookie "
                        + Integer.toUnsignedString(cookie),
                queues.get(vm).answer(cookie, code));
    }

    private int checked(final int vm, final String what, final int ret) {
        if (ret < 0) {
            throw refusal(
                    -ret,
                    bench.vms().get(vm).name() + ": " + what + ": refused, " + Errno.nameOf(ret));
        }
        return ret;
    }

    /**
     * Closes a machine's fault queue.
     *
     * @param vm the machine's index
     */
    public void closeQueue(final int vm) {
        bench.vms().get(vm).closeFaultQueue();
    }

    // ---- What has become of them ----------------------------------------------------------------

    /**
     * What has become of a fault.
     *
     * @param fault its row
     * @return an {@code enum iopf4j_outcome}
     */
    public int outcome(final long fault) {
        if (fault < 0 || fault >= bench.ledger().size()) {
            throw refusal(
                    Errno.ENOENT,
                    "no fault "
                            + Long.toUnsignedString(fault)
                            + ": "
                            + bench.ledger().size()
                            + " were raised");
        }
        return OUTCOMES.indexOf(bench.ledger().outcome((int) fault));
    }

    /**
     * Counts faults by what has become of them.
     *
     * @param vm a machine's index, or -1 for all
     * @return all, then a count for each {@code enum iopf4j_outcome} in its order
     */
    public long[] fates(final int vm) {
        final Ledger ledger = bench.ledger();
        final long[] counts = new long[1 + OUTCOMES.size()];
        for (int row = 0; row < ledger.size(); row++) {
            if (vm == ALL_MACHINES || ledger.vm(row) == vm) {
                counts[0]++;
                counts[1 + OUTCOMES.indexOf(ledger.outcome(row))]++;
            }
        }
        return counts;
    }

    /**
     * Time and hardware.
     *
     * @return virtual nanoseconds, faults recorded and unanswered, accesses that wait for room,
     *     most stalls, most queued records, queue overflows, command errors
     */
    public long[] state() {
        final Hardware hardware = bench.hardware();
        return new long[] {
            bench.scheduler().nowNs(),
            hardware.openFaults(),
            hardware.waiting(),
            hardware.stallHighWater(),
            hardware.queueHighWater(),
            hardware.queueOverflows(),
            hardware.commandErrors(),
        };
    }

    /** Checks all invariants; the first that was ever broken is what is refused. */
    public void check() {
        bench.settle(null);
        bench.checkAllBooks();
        for (final Invariant invariant : bench.invariants().all()) {
            if (!invariant.holds()) {
                throw refusal(
                        EPROTO, "invariant " + invariant.name() + " broken: " + invariant.breach());
            }
        }
    }

    /**
     * Writes the ledger or a report.
     *
     * @param form an {@code enum iopf4j_form}
     * @return UTF-8
     * @throws IOException never: it is written to memory
     */
    public byte[] output(final int form) throws IOException {
        return OutputForm.of(form).write(RunResult.of(bench));
    }
}
