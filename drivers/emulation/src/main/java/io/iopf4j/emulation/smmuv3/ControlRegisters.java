// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

import io.iopf4j.api.smmuv3.SmmuRegisters;

/**
 * CR0 to CR2, GBPA and the stream table's registers: which bits exist, and what may be stored when.
 * An update has taken effect when the store returns, so that CR0ACK always equals CR0 and a guard
 * needs to look at one of them. IHI 0070, 6.3.9 to 6.3.15, 6.3.24 and 6.3.25.
 */
final class ControlRegisters {
    private static final int CR1_TABLE_BITS = 0xfc0;
    private static final int CR1_QUEUE_BITS = 0x3f;
    private static final int GBPA_TYPE_BITS = 0x3f1f;
    private static final int GBPA_PERMISSION_BITS = 0xf_0000;
    private static final int STRTAB_BASE_CFG_LEVEL_BITS = 0x3_07c0;
    private static final int ANY_QUEUE =
            SmmuRegisters.CR0_CMDQEN | SmmuRegisters.CR0_EVENTQEN | SmmuRegisters.CR0_PRIQEN;
    private static final long STRTAB_BASE_BITS =
            SmmuRegisters.BASE_ALLOCATE | SmmuRegisters.STRTAB_BASE_ADDR_MASK;

    private final Translator translator;
    private final int cr0Bits;
    private final int cr2Bits;
    private final int gbpaBits;
    private final int strtabBaseCfgBits;
    private int cr0;
    private int cr1;
    private int cr2;
    private int gbpa;
    private long strtabBase;
    private int strtabBaseCfg;

    ControlRegisters(final SmmuV3Config config, final Translator translator) {
        this.translator = translator;
        cr0Bits =
                SmmuRegisters.CR0_SMMUEN
                        | SmmuRegisters.CR0_EVENTQEN
                        | SmmuRegisters.CR0_CMDQEN
                        | (config.has(SmmuFeature.PRI) ? SmmuRegisters.CR0_PRIQEN : 0)
                        | (config.has(SmmuFeature.ATS) ? SmmuRegisters.CR0_ATSCHK : 0);
        cr2Bits =
                SmmuRegisters.CR2_PTM
                        | SmmuRegisters.CR2_RECINVSID
                        | (config.has(SmmuFeature.HYP) ? SmmuRegisters.CR2_E2H : 0)
                        | (config.has(SmmuFeature.ATS_RECORDS_ERRORS)
                                ? SmmuRegisters.CR2_REC_CFG_ATS
                                : 0);
        gbpaBits =
                SmmuRegisters.GBPA_ABORT
                        | (config.has(SmmuFeature.ATTRIBUTE_TYPES_OVERRIDE) ? GBPA_TYPE_BITS : 0)
                        | (config.has(SmmuFeature.ATTRIBUTE_PERMISSIONS_OVERRIDE)
                                ? GBPA_PERMISSION_BITS
                                : 0);
        strtabBaseCfgBits =
                SmmuRegisters.STRTAB_BASE_CFG_LOG2SIZE_MASK
                        | (config.has(SmmuFeature.TWO_LEVEL_STREAM_TABLE)
                                ? STRTAB_BASE_CFG_LEVEL_BITS
                                : 0);
    }

    /** Whether any of some CR0 bits is set. */
    boolean isAnySet(final int bits) {
        return (cr0 & bits) != 0;
    }

    /** SMMUEN. */
    boolean isTranslating() {
        return isAnySet(SmmuRegisters.CR0_SMMUEN);
    }

    /** The effective PRIQEN, which SMMUEN gates. */
    boolean takesPageRequests() {
        return isTranslating() && isAnySet(SmmuRegisters.CR0_PRIQEN);
    }

    /** GBPA.ABORT, which counts while SMMUEN is 0. */
    boolean abortsWhenDisabled() {
        return (gbpa & SmmuRegisters.GBPA_ABORT) != 0;
    }

    /** CR2.REC_CFG_ATS. */
    boolean recordsAtsErrors() {
        return (cr2 & SmmuRegisters.CR2_REC_CFG_ATS) != 0;
    }

    int cr0() {
        return cr0;
    }

    int cr1() {
        return cr1;
    }

    int cr2() {
        return cr2;
    }

    int gbpa() {
        return gbpa;
    }

    long strtabBase() {
        return strtabBase;
    }

    int strtabBaseCfg() {
        return strtabBaseCfg;
    }

    /** Keeps the bits that exist. */
    void writeCr0(final int value) {
        cr0 = value & cr0Bits;
    }

    /** Table attributes are guarded by SMMUEN, queue attributes by the queues. IHI 0070, 6.3.11. */
    void writeCr1(final int value) {
        if (!isTranslating()) {
            cr1 = (cr1 & ~CR1_TABLE_BITS) | (value & CR1_TABLE_BITS);
        }
        if (!isAnySet(ANY_QUEUE)) {
            cr1 = (cr1 & ~CR1_QUEUE_BITS) | (value & CR1_QUEUE_BITS);
        }
    }

    void writeCr2(final int value) {
        if (!isTranslating()) {
            cr2 = value & cr2Bits;
            translator.setE2h((cr2 & SmmuRegisters.CR2_E2H) != 0);
            publishStreamTable();
        }
    }

    /**
     * A write without Update is ignored; with it, it has taken effect at once. IHI 0070, 6.3.14.
     */
    void writeGbpa(final int value) {
        if ((value & SmmuRegisters.GBPA_UPDATE) != 0) {
            gbpa = value & gbpaBits;
        }
    }

    void writeStrtabBase(final long value) {
        if (!isTranslating()) {
            strtabBase = value & STRTAB_BASE_BITS;
            publishStreamTable();
        }
    }

    void writeStrtabBaseCfg(final int value) {
        if (!isTranslating()) {
            strtabBaseCfg = value & strtabBaseCfgBits;
            publishStreamTable();
        }
    }

    private void publishStreamTable() {
        translator.setStreamTable(
                strtabBase, strtabBaseCfg, (cr2 & SmmuRegisters.CR2_RECINVSID) != 0);
    }
}
