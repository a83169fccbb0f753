// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.emulation.smmuv3;

/**
 * What of SMMUv3 this model does not do, in one place, with what happens when software uses it. A
 * use is counted and reported: it is neither the guest's mistake, which the model answers as the
 * architecture says, nor a fault of the model, which is an assertion. See {@link
 * SmmuCounters#notModelled} and {@link SmmuObserver#notModelled}.
 */
public enum NotModelled {
    /** Translation tables of AArch32 (IDR0.TTF says so). */
    AARCH32_TABLES("the entry or descriptor that asks for them is ILLEGAL"),
    /** Translation tables in big-endian order (IDR0.TTENDIAN says so). */
    BIG_ENDIAN_TABLES("the entry or descriptor that asks for them is ILLEGAL"),
    /** Access flag and dirty state kept by the hardware (IDR0.HTTU is 0). */
    HARDWARE_TABLE_UPDATE("the entry or descriptor that asks for it is ILLEGAL"),
    /** Split-stage ATS (IDR0.NS1ATS is 1). */
    SPLIT_STAGE_ATS("the entry that asks for it is ILLEGAL"),
    /** Registers that translate for software: GATOS, VATOS (IDR0.ATOS and VATOS are 0). */
    ADDRESS_TRANSLATION_REGISTERS("the registers read as zero and ignore writes"),
    /**
     * S2PII, GMPAM and GBPMPAM, device permission tables, the control pages of enhanced command
     * queues. Identification registers are not among them: that they read as zero is their answer.
     */
    LATER_REGISTERS("the registers read as zero and ignore writes"),
    /** CFGI_VMS_PIDM, DPTI_ALL, DPTI_PA and the implementation defined opcodes. */
    LATER_COMMANDS("the command is in error: CERROR_ILL"),
    /** The Secure programming interface; there is no Secure state. */
    SECURE_REGISTERS("the registers read as zero and ignore writes");

    private final String effect;

    NotModelled(final String effect) {
        this.effect = effect;
    }

    /**
     * What happens when software uses it.
     *
     * @return a clause
     */
    public String effect() {
        return effect;
    }
}
