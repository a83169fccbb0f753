// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.armsmmuv3;

import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.IommufdViommu;
import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import io.iopf4j.api.smmuv3.ContextDescriptor;
import io.iopf4j.api.smmuv3.StreamTableEntry;
import io.iopf4j.api.uapi.HwptAlloc;
import io.iopf4j.iopgtable.IoPgtable;
import java.util.List;

/** A virtual machine on a bench: all memory is its own, one to one, below a viommu. */
final class GuestMachine {
    static final int ALL = IommuFault.PERM_READ | IommuFault.PERM_WRITE | IommuFault.PERM_EXEC;

    final DriverBench bench;
    final ArmSmmuStage2Domain parent;
    final IommufdViommu viommu;

    GuestMachine(final DriverBench bench) {
        this.bench = bench;
        parent =
                (ArmSmmuStage2Domain)
                        bench.smmu.ops().domainAllocPagingFlags(null, HwptAlloc.FLAG_NEST_PARENT);
        DriverBench.expectSuccess(
                parent.map(
                        bench.memory.base(), bench.memory.base(), bench.memory.sizeBytes(), ALL));
        viommu = bench.smmu.ops().viommuAlloc(null, parent, IommuUserData.VIOMMU_ARM_SMMUV3);
    }

    /** The last command that is not a SYNC, nor one that its own message has overwritten. */
    static long[] lastCommand(final DriverBench bench) {
        final List<long[]> commands = bench.commands();
        int i = commands.size() - 1;
        while (Commands.opcode(commands.get(i)[0]) == CmdqOp.SYNC
                || Commands.opcode(commands.get(i)[0]) == 0) {
            i--;
        }
        return commands.get(i);
    }

    /** A domain of a guest's stream table entry, its faults kept; null if it is refused. */
    IommuDomain nested(final long word0, final long word1) {
        final IommuDomain domain =
                viommu.allocDomainNested(new IommuUserData(IommuUserData.ARM_SMMUV3, word0, word1));
        if (domain != null) {
            domain.setIopfHandler(bench::keepFaults);
        }
        return domain;
    }

    /** What a guest's driver keeps for a device: one context of an address space. */
    final class Space {
        final CdTable contexts = CdTable.alloc(bench.allocator, 0);
        final IoPgtable tables = IoPgtable.alloc(bench.allocator);
        final int asid;

        Space(final int asid) {
            this.asid = asid;
            context(tables.ttb());
        }

        /** Points the context to a table, wherever that is. */
        void context(final long ttb) {
            contexts.write(
                    0,
                    ContextDescriptor.word0(IoPgtable.ADDRESS_BITS, 5, asid, true),
                    ttb,
                    0xff,
                    changed -> {});
        }

        IommuDomain domain() {
            return nested(
                    StreamTableEntry.word0(StreamTableEntry.CONFIG_S1, contexts.dmaAddress(), 0),
                    0);
        }
    }
}
