// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

/** An expectation and a field's value. */
record ExpectedField(Expected rest, String field, Object value) implements Expected {
    @Override
    public String entryName() {
        return rest.entryName();
    }

    @Override
    public boolean matches(final Entry entry) {
        return rest.matches(entry) && entry.text(field).equals(Entry.shown(value));
    }

    @Override
    public String toString() {
        return rest + " " + field + "=" + Entry.shown(value);
    }
}
