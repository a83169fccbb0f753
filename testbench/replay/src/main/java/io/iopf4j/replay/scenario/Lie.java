// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import io.iopf4j.api.FaultGeneration;

/**
 * What is false in a guest's answer. The rest of the answer is right, and it is not put right
 * afterwards.
 */
public enum Lie {
    /** The response code is a number that no generation has. */
    WRONG_CODE("wrong-code"),
    /** The cookie is one that was never given: iommufd alone has cookies. */
    WRONG_COOKIE("wrong-cookie"),
    /** The answer is right, and given a second time. */
    TWICE("twice"),
    /** A stream response to a group request, or the other way round: 2017 alone has types. */
    WRONG_TYPE("wrong-type"),
    /** The PASID is another: iommufd's answers have none. */
    WRONG_PASID("wrong-pasid"),
    /** The group index is another: iommufd's answers have none. */
    WRONG_GROUP("wrong-group");

    /** The response code of {@link #WRONG_CODE}: fits the 4 bits of 2017, means nothing there. */
    public static final int UNKNOWN_CODE = 7;

    private final String text;

    Lie(final String text) {
        this.text = text;
    }

    /**
     * Whether an answer has a field for it; a guest that cannot tell its lie answers rightly.
     *
     * @param generation whose answers
     * @return it can be told
     */
    public boolean canBeTold(final FaultGeneration generation) {
        return switch (this) {
            case WRONG_CODE, TWICE -> true;
            case WRONG_COOKIE -> generation == FaultGeneration.LINUX_6_12;
            case WRONG_TYPE -> generation == FaultGeneration.SERIES_2017;
            case WRONG_PASID, WRONG_GROUP -> generation != FaultGeneration.LINUX_6_12;
        };
    }

    /** The lie's word in a scenario file. */
    @Override
    public String toString() {
        return text;
    }
}
