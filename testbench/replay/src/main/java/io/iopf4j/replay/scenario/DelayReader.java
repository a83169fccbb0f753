// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import io.iopf4j.replay.yaml.YamlException;
import io.iopf4j.replay.yaml.YamlMap;
import io.iopf4j.replay.yaml.YamlNode;
import java.util.List;

/** Reads a guest's delay: a time, or how it is distributed. */
final class DelayReader {
    private static final String DISTRIBUTION = "distribution";
    private static final String MEAN = "mean: 20ms";

    private DelayReader() {}

    static Delay read(final YamlMap guest, final Delay otherwise) throws YamlException {
        final YamlNode node = guest.get("delay");
        if (node == null) {
            return otherwise;
        }
        if (node.isText()) {
            return Delay.fixed(Values.time(node));
        }
        final YamlMap map = node.map("a time such as 20ms, or a distribution");
        final YamlNode distribution = map.require(DISTRIBUTION, "distribution: exponential");
        return switch (distribution.word(List.of("exponential", "uniform", "fixed"))) {
            case "exponential" -> exponential(map);
            case "uniform" -> uniform(map);
            default -> {
                map.allow(List.of(DISTRIBUTION, "mean"));
                yield Delay.fixed(Values.time(map.require("mean", MEAN)));
            }
        };
    }

    private static Delay exponential(final YamlMap map) throws YamlException {
        map.allow(List.of(DISTRIBUTION, "mean", "max"));
        final long meanNs = Values.time(map.require("mean", MEAN));
        final long maxNs = Values.time(map, "max", Values.MOST_NS);
        if (maxNs < meanNs) {
            throw map.get("max").expected("a time that is not less than the mean");
        }
        return Delay.exponential(meanNs, maxNs);
    }

    private static Delay uniform(final YamlMap map) throws YamlException {
        map.allow(List.of(DISTRIBUTION, "min", "max"));
        final long minNs = Values.time(map.require("min", "min: 5ms"));
        final long maxNs = Values.time(map.require("max", "max: 20ms"));
        if (maxNs < minNs) {
            throw map.get("max").expected("a time that is not less than min");
        }
        return Delay.uniform(minNs, maxNs);
    }
}
