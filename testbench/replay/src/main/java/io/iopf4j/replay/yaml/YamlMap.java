// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.yaml;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/** A mapping in a YAML file; its keys are text and each is there once. */
public final class YamlMap {
    private final YamlNode owner;
    private final Map<String, YamlNode> keys = new LinkedHashMap<>();
    private final Map<String, YamlNode> values = new LinkedHashMap<>();

    YamlMap(final YamlNode owner, final MappingNode mapping) throws YamlException {
        this.owner = owner;
        for (final NodeTuple tuple : mapping.getValue()) {
            final YamlNode keyNode = owner.of(null, tuple.getKeyNode());
            if (!(tuple.getKeyNode() instanceof ScalarNode scalar)) {
                throw keyNode.expected("a key that is text");
            }
            final String key = scalar.getValue();
            if (keys.put(key, keyNode) != null) {
                throw keyNode.wrong("is there twice");
            }
            values.put(key, owner.of(key, tuple.getValueNode()));
        }
    }

    /**
     * Refuses other keys than these.
     *
     * @param allowed all that it may have
     * @throws YamlException if it has another
     */
    public void allow(final List<String> allowed) throws YamlException {
        for (final Map.Entry<String, YamlNode> key : keys.entrySet()) {
            if (!allowed.contains(key.getKey())) {
                throw key.getValue()
                        .wrong("unknown key, expected one of " + String.join(", ", allowed));
            }
        }
    }

    /**
     * A value that may be missing.
     *
     * @param key its key
     * @return the value, or null
     */
    public YamlNode get(final String key) {
        return values.get(key);
    }

    /**
     * A value that must be there.
     *
     * @param key its key
     * @param example what it may look like, as {@code name: vm-a}
     * @return the value
     * @throws YamlException if it is missing
     */
    public YamlNode require(final String key, final String example) throws YamlException {
        final YamlNode value = values.get(key);
        if (value == null) {
            throw owner.complaint("'" + key + ":' is missing, expected such as '" + example + "'");
        }
        return value;
    }

    /**
     * The key itself, to complain about.
     *
     * @param key a key that is there
     * @return the key as a value of its own
     */
    public YamlNode key(final String key) {
        return keys.get(key);
    }

    /**
     * All of it.
     *
     * @return in the order of the file, not to be changed
     */
    public Map<String, YamlNode> entries() {
        return Collections.unmodifiableMap(values);
    }
}
