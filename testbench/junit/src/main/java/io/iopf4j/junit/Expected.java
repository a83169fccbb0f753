// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

/**
 * What a test expects to find in a record. The names of registers, commands, events and faults are
 * such expectations ({@link SmmuRegister}, {@link SmmuCommand}, ...), and so is a name with some
 * fields: {@code CMD_RESUME.with("STAG", 3)}.
 */
public interface Expected {
    /**
     * The name that an entry must have.
     *
     * @return a name such as {@code CMD_RESUME}
     */
    String entryName();

    /**
     * Whether an entry is as expected.
     *
     * @param entry what was recorded
     * @return its name is right, and every field that matters has its value
     * @throws IllegalArgumentException if the entry cannot have a field that is asked for
     */
    default boolean matches(final Entry entry) {
        return entry.name().equals(entryName());
    }

    /**
     * The same, and a field with a value.
     *
     * @param field the field's name, such as {@code STAG}
     * @param value its value, zero-extended
     * @return the narrower expectation
     */
    default Expected with(final String field, final long value) {
        return new ExpectedField(this, field, value);
    }

    /**
     * The same, and a field with a text.
     *
     * @param field the field's name, such as {@code device}
     * @param value its value
     * @return the narrower expectation
     */
    default Expected with(final String field, final String value) {
        return new ExpectedField(this, field, value);
    }

    /**
     * The same, and what a register or a value was set to.
     *
     * @param value of the field {@code value}
     * @return the narrower expectation
     */
    default Expected with(final long value) {
        return with("value", value);
    }
}
