// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.explore;

import io.iopf4j.replay.scenario.Scenario;

/**
 * A scenario that fails.
 *
 * @param seed what it was drawn from
 * @param failure how the shrunk one fails
 * @param drawn as it was found
 * @param shrunk the same with as little in it as it takes to fail
 */
public record Finding(long seed, Failure failure, Scenario drawn, Scenario shrunk) {
    /**
     * How much it takes.
     *
     * @return events of the shrunk scenario
     */
    public int steps() {
        return shrunk.events().size();
    }
}
