// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

/**
 * How often something goes wrong, of the times that it could.
 *
 * @param how what the number means
 * @param number a count from 1; of {@link How#CHANCE} millionths, in [1, 1000000]
 */
public record Odds(How how, int number) {
    /** A certainty, in millionths. */
    public static final int CERTAIN = 1_000_000;

    /** A percentage has so many digits behind the point: a millionth is its last. */
    static final int PERCENT_DIGITS = 4;

    /** Each time. */
    public static final Odds ALWAYS = new Odds(How.EVERY, 1);

    /** What its number means. */
    public enum How {
        /** Each so manieth time. */
        EVERY("every"),
        /** That time only. */
        NTH("nth"),
        /** With that probability. */
        CHANCE("chance");

        private final String key;

        How(final String key) {
            this.key = key;
        }

        /**
         * Its word in a scenario file.
         *
         * @return the key
         */
        public String key() {
            return key;
        }
    }
}
