// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

/** Where assertions on what the testbench gives begin. */
public final class IommuAssertions {
    private IommuAssertions() {}

    /**
     * On what was recorded.
     *
     * @param recorded such as {@code smmu.commands()}
     * @return says what is in it
     */
    public static RecordedAssert assertThat(final Recorded recorded) {
        return new RecordedAssert(recorded);
    }

    /**
     * On an access.
     *
     * @param access what a device was told to issue
     * @return says how it ended
     */
    public static DmaAccessAssert assertThat(final DmaAccess access) {
        return new DmaAccessAssert(access);
    }
}
