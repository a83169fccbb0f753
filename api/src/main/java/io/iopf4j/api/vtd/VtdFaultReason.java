// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.vtd;

/** Fault reasons of a remapping unit. Intel VT-d specification, 7.1.3 and appendix A. */
public final class VtdFaultReason {
    /** Legacy: the root entry is not present. */
    public static final int ROOT_NOT_PRESENT = 0x01;

    /** Legacy: the context entry is not present. */
    public static final int CONTEXT_NOT_PRESENT = 0x02;

    /**
     * Legacy: the context entry has values that are not valid, or its root table cannot be read.
     */
    public static final int CONTEXT_INVALID = 0x03;

    /** Legacy: the address has too many bits. */
    public static final int ADDRESS_BEYOND = 0x04;

    /** Legacy: the second stage refuses the write. */
    public static final int WRITE = 0x05;

    /** Legacy: the second stage refuses the read. */
    public static final int READ = 0x06;

    /** Legacy: a second-stage table below the first cannot be read. */
    public static final int TABLE_ACCESS = 0x07;

    /** Legacy: the root table cannot be read. */
    public static final int ROOT_ACCESS = 0x08;

    /** Legacy: the context table cannot be read. */
    public static final int CONTEXT_ACCESS = 0x09;

    /** Legacy: reserved bits of the root entry are set. */
    public static final int ROOT_RESERVED = 0x0a;

    /** Legacy: reserved bits of the context entry are set. */
    public static final int CONTEXT_RESERVED = 0x0b;

    /** Legacy: reserved bits of a second-stage entry are set. */
    public static final int TABLE_RESERVED = 0x0c;

    /** Legacy: the translation type refuses translation requests and translated requests. */
    public static final int TT_BLOCKS = 0x0d;

    /** Legacy: the output is in the range of interrupts. */
    public static final int INTERRUPT_RANGE = 0x0e;

    /** The root table address register is not valid. */
    public static final int RTADDR_INVALID = 0x30;

    /** A request with PASID in legacy mode. */
    public static final int LEGACY_PASID = 0x31;

    /** A page request in legacy mode. */
    public static final int LEGACY_PAGE_REQUEST = 0x32;

    /** Abort-DMA mode. */
    public static final int ABORT_DMA = 0x33;

    /** The root entry cannot be read. */
    public static final int SM_ROOT_ACCESS = 0x38;

    /** This half of the root entry is not present. */
    public static final int SM_ROOT_NOT_PRESENT = 0x39;

    /** Reserved bits of the root entry are set. */
    public static final int SM_ROOT_RESERVED = 0x3a;

    /** The context entry cannot be read. */
    public static final int SM_CONTEXT_ACCESS = 0x40;

    /** The context entry is not present. */
    public static final int SM_CONTEXT_NOT_PRESENT = 0x41;

    /** Reserved bits of the context entry are set. */
    public static final int SM_CONTEXT_RESERVED = 0x42;

    /** The context entry has values that are not valid. */
    public static final int SM_CONTEXT_INVALID = 0x43;

    /** DTE refuses translation requests and translated requests. */
    public static final int DTE = 0x44;

    /** PASIDE refuses requests with PASID. */
    public static final int PASIDE = 0x45;

    /** The PASID is beyond the directory. */
    public static final int PASID_BEYOND = 0x46;

    /** PRE refuses page requests. */
    public static final int PRE = 0x47;

    /** RID_PASID or RID_PRIV is not valid. */
    public static final int RID_PASID = 0x48;

    /** The PASID directory entry cannot be read. */
    public static final int DIRECTORY_ACCESS = 0x50;

    /** The PASID directory entry is not present. */
    public static final int DIRECTORY_NOT_PRESENT = 0x51;

    /** Reserved bits of the PASID directory entry are set. */
    public static final int DIRECTORY_RESERVED = 0x52;

    /** The PASID entry cannot be read. */
    public static final int PASID_ACCESS = 0x58;

    /** The PASID entry is not present. */
    public static final int PASID_NOT_PRESENT = 0x59;

    /** Reserved bits of the PASID entry are set. */
    public static final int PASID_RESERVED = 0x5a;

    /** The PASID entry has values that are not valid. */
    public static final int PASID_INVALID = 0x5b;

    /** ERE refuses execution. */
    public static final int ERE = 0x5c;

    /** SRE refuses privileged requests. */
    public static final int SRE = 0x5d;

    /** A first-stage entry cannot be read. */
    public static final int FS_ACCESS = 0x70;

    /** A first-stage entry is not present. */
    public static final int FS_NOT_PRESENT = 0x71;

    /** Reserved bits of a first-stage entry are set. */
    public static final int FS_RESERVED = 0x72;

    /** The first-stage root table cannot be read. */
    public static final int FS_ROOT_ACCESS = 0x73;

    /** Nested: a first-stage table's address has too many bits for the second stage. */
    public static final int FS_TABLE_BEYOND = 0x74;

    /** Nested: the second stage does not let the first-stage root table be read. */
    public static final int FS_ROOT_READ = 0x75;

    /** Nested: the second stage does not let a first-stage table be read. */
    public static final int FS_TABLE_READ = 0x76;

    /** Nested: the second stage does not let a first-stage table be written. */
    public static final int FS_TABLE_WRITE = 0x77;

    /** A second-stage entry cannot be read. */
    public static final int SS_ACCESS = 0x78;

    /** A second-stage entry allows nothing. */
    public static final int SS_NOT_PRESENT = 0x79;

    /** Reserved bits of a second-stage entry are set. */
    public static final int SS_RESERVED = 0x7a;

    /** The second-stage root table cannot be read. */
    public static final int SS_ROOT = 0x7b;

    /** Accessed or dirty cannot be set in a second-stage entry. */
    public static final int SS_ACCESSED_DIRTY = 0x7c;

    /** A first-stage address is not canonical. */
    public static final int NOT_CANONICAL = 0x80;

    /** A user request to a supervisor's page. */
    public static final int USER = 0x81;

    /** Execution is not allowed. */
    public static final int EXECUTE = 0x82;

    /** The first stage's output has too many bits. */
    public static final int FS_OUTPUT_BEYOND = 0x83;

    /** The second stage's input has too many bits. */
    public static final int SS_INPUT_BEYOND = 0x84;

    /** Writing is not allowed. */
    public static final int NO_WRITE = 0x85;

    /** Reading is not allowed. */
    public static final int NO_READ = 0x86;

    /** The output is in the range of interrupts. */
    public static final int SM_INTERRUPT_RANGE = 0x87;

    /** Accessed or dirty must be set in a first stage that is not snooped. */
    public static final int FS_NO_SNOOP = 0x90;

    /** Accessed or dirty could not be set in a first-stage entry. */
    public static final int FS_ACCESSED_DIRTY = 0x91;

    private VtdFaultReason() {}
}
