// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

/** How a guest deals with its page faults. */
public sealed interface Guest {
    /** What a guest takes for an answer unless its file says otherwise: 50 us. */
    Delay PROMPT_DELAY = Delay.fixed(50_000);

    /** What a slow guest takes unless its file says otherwise: 20 ms, exponentially. */
    Delay SLOW_DELAY = Delay.exponential(20_000_000, Values.MOST_NS);

    /**
     * Whether it will answer all that it has read, once nothing goes wrong any more.
     *
     * @return false for who is dead by then, or does not remember
     */
    default boolean isHeardOnceCalm() {
        return true;
    }

    /**
     * The same, with another time for each answer.
     *
     * @param delay from the record's arrival to its answer
     * @return the guest; itself if it never answers, or only when it is told to
     */
    default Guest withDelay(final Delay delay) {
        return this;
    }

    /**
     * Answers each fault rightly, soon.
     *
     * @param delay from the record's arrival to its answer
     */
    record Prompt(Delay delay) implements Guest {
        @Override
        public Guest withDelay(final Delay other) {
            return new Prompt(other);
        }
    }

    /**
     * Answers each fault rightly, when it gets round to it.
     *
     * @param delay from the record's arrival to its answer
     */
    record Slow(Delay delay) implements Guest {
        @Override
        public Guest withDelay(final Delay other) {
            return new Slow(other);
        }
    }

    /** Never answers. */
    record Silent() implements Guest {}

    /** Answers when an event says so, and not else. */
    record Manual() implements Guest {}

    /**
     * Answers rightly until it dies.
     *
     * @param delay from the record's arrival to its answer
     * @param atNs when it dies
     * @param isSilently whether nobody notices; else the scenario has an event that kills its
     *     machine at the same time
     */
    record Dying(Delay delay, long atNs, boolean isSilently) implements Guest {
        @Override
        public Guest withDelay(final Delay other) {
            return new Dying(other, atNs, isSilently);
        }

        @Override
        public boolean isHeardOnceCalm() {
            return false;
        }
    }

    /**
     * Answers, and lies now and then.
     *
     * @param delay from the record's arrival to its answer
     * @param lie what it lies about
     * @param every it lies in each so manieth answer, at least 1
     */
    record Lying(Delay delay, Lie lie, int every) implements Guest {
        @Override
        public Guest withDelay(final Delay other) {
            return new Lying(other, lie, every);
        }
    }

    /**
     * Answers rightly, and attacks its host beside.
     *
     * @param delay from the record's arrival to its answer
     * @param every it does a hostile act with each so manieth answer, at least 1
     */
    record Hostile(Delay delay, int every) implements Guest {
        @Override
        public Guest withDelay(final Delay other) {
            return new Hostile(other, every);
        }

        @Override
        public boolean isHeardOnceCalm() {
            return false;
        }
    }
}
