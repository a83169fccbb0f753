// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;

/** Members that several pages' data have. */
final class PageParts {
    private PageParts() {}

    /** Names and texts, as the pages' scripts show facts. */
    static void facts(
            final JsonGenerator json,
            final String name,
            final List<Map.Entry<String, String>> facts) {
        json.writeName(name);
        json.writeStartArray();
        for (final Map.Entry<String, String> fact : facts) {
            json.writeStartArray();
            json.writeString(fact.getKey());
            json.writeString(fact.getValue());
            json.writeEndArray();
        }
        json.writeEndArray();
    }

    /** A list of texts. */
    static void strings(final JsonGenerator json, final String name, final List<String> values) {
        json.writeName(name);
        json.writeStartArray();
        values.forEach(json::writeString);
        json.writeEndArray();
    }
}
