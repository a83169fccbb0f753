// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.yaml;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** A value in a YAML file, which knows where it stands. */
public final class YamlNode {
    private static final Set<Tag> PLAIN =
            Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.ENV_TAG, Tag.MERGE);

    private final String file;
    private final String key;
    private final Node node;

    /**
     * A value.
     *
     * @param file what messages call the file
     * @param key the key that it belongs to, or null
     * @param node the value
     */
    YamlNode(final String file, final String key, final Node node) {
        this.file = file;
        this.key = key;
        this.node = node;
    }

    static YamlNode empty(final String file) {
        return new YamlNode(file, null, new ScalarNode(Tag.NULL, "", ScalarStyle.PLAIN));
    }

    // ---- What it is -----------------------------------------------------------------------------

    /**
     * Whether it is one piece of text or one number.
     *
     * @return it is neither a list nor a mapping nor missing
     */
    public boolean isText() {
        return node instanceof ScalarNode && PLAIN.contains(node.getTag());
    }

    /**
     * Whether it is a list.
     *
     * @return it is one
     */
    public boolean isList() {
        return node instanceof SequenceNode && node.getTag().equals(Tag.SEQ);
    }

    /**
     * One piece of text, as it stands in the file.
     *
     * @param expected what it must be
     * @return the text
     * @throws YamlException if it is something else
     */
    public String text(final String expected) throws YamlException {
        if (!isText()) {
            throw expected(expected);
        }
        return ((ScalarNode) node).getValue();
    }

    /**
     * One of some words.
     *
     * @param words all that it may be
     * @return the word
     * @throws YamlException if it is something else
     */
    public String word(final Collection<String> words) throws YamlException {
        final String expected = "one of " + String.join(", ", words);
        final String text = text(expected);
        if (!words.contains(text)) {
            throw expected(expected);
        }
        return text;
    }

    /**
     * A list.
     *
     * @param expected what it must be
     * @param most how many items it may have
     * @return the items
     * @throws YamlException if it is something else, or longer
     */
    public List<YamlNode> list(final String expected, final int most) throws YamlException {
        if (!isList()) {
            throw expected(expected);
        }
        final List<Node> items = ((SequenceNode) node).getValue();
        if (items.size() > most) {
            throw wrong(items.size() + " items, expected at most " + most);
        }
        final List<YamlNode> list = new ArrayList<>(items.size());
        for (final Node item : items) {
            list.add(new YamlNode(file, key, item));
        }
        return list;
    }

    /**
     * A mapping with any keys.
     *
     * @param expected what it must be
     * @return the mapping
     * @throws YamlException if it is something else, or has a key twice
     */
    public YamlMap map(final String expected) throws YamlException {
        if (!(node instanceof MappingNode mapping) || !node.getTag().equals(Tag.MAP)) {
            throw expected(expected);
        }
        return new YamlMap(this, mapping);
    }

    /**
     * A mapping with known keys.
     *
     * @param expected what it must be
     * @param keys all keys that it may have
     * @return the mapping
     * @throws YamlException if it is something else, or has another key, or a key twice
     */
    public YamlMap map(final String expected, final List<String> keys) throws YamlException {
        final YamlMap map = map(expected);
        map.allow(keys);
        return map;
    }

    // ---- What is wrong with it ------------------------------------------------------------------

    /**
     * A complaint about this value.
     *
     * @param expected what it should have been
     * @return one line, to be thrown
     */
    public YamlException expected(final String expected) {
        return wrong("expected " + expected);
    }

    /**
     * A complaint about this value.
     *
     * @param what what is wrong with it
     * @return one line that names the file, the line and the value, to be thrown
     */
    public YamlException wrong(final String what) {
        final String shown = shown();
        return complaint(shown.isEmpty() ? what : "'" + shown + "': " + what);
    }

    /** A complaint that says itself what it is about. */
    YamlException complaint(final String what) {
        return new YamlException(place(), what);
    }

    /**
     * Where it stands.
     *
     * @return file and line
     */
    public String place() {
        return node.getStartMark().map(mark -> YamlFile.at(file, mark)).orElse(file);
    }

    YamlNode of(final String itsKey, final Node value) {
        return new YamlNode(file, itsKey, value);
    }

    private String shown() {
        final String value = value();
        if (key == null) {
            return value;
        }
        return Quoted.text(key) + (value.isEmpty() ? ":" : ": " + value);
    }

    private String value() {
        final String tag = PLAIN.contains(node.getTag()) ? "" : node.getTag().getValue() + " ";
        if (node instanceof SequenceNode) {
            return node.getTag().equals(Tag.SEQ) ? "[...]" : Quoted.text(tag) + "[...]";
        }
        if (node instanceof MappingNode) {
            return node.getTag().equals(Tag.MAP) ? "{...}" : Quoted.text(tag) + "{...}";
        }
        final String text = ((ScalarNode) node).getValue();
        return node.getTag().equals(Tag.NULL) ? Quoted.text(text) : Quoted.text(tag + text);
    }
}
