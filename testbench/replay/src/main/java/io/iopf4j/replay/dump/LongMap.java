// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.dump;

import java.util.function.BiConsumer;

/**
 * Values by a long: each event of a dump is looked up by its thread, half of them by a pointer, and
 * a map of boxed keys costs most of what such an event costs. Not thread-safe.
 *
 * @param <V> what is kept
 */
final class LongMap<V> {
    private static final int FIRST_SLOTS = 64;
    private static final long SPREAD = 0x9e37_79b9_7f4a_7c15L;

    private long[] keys = new long[FIRST_SLOTS];
    private Object[] values = new Object[FIRST_SLOTS];
    private int size;

    /** The value of a key, or null. */
    V get(final long key) {
        return valueAt(slot(key));
    }

    /** Sets the value of a key, not null; gives the former one, or null. */
    V put(final long key, final V value) {
        final int slot = slot(key);
        final V former = valueAt(slot);
        keys[slot] = key;
        values[slot] = value;
        if (former == null && ++size > keys.length / 2) {
            grow();
        }
        return former;
    }

    /** Forgets a key; gives the value that it had, or null. */
    V remove(final long key) {
        int free = slot(key);
        final V former = valueAt(free);
        if (former == null) {
            return null;
        }
        size--;
        values[free] = null;
        // Whoever was put further on because this slot was taken moves up.
        int next = after(free);
        while (values[next] != null) {
            final int home = home(keys[next]);
            final int mask = keys.length - 1;
            if (((next - home) & mask) >= ((next - free) & mask)) {
                keys[free] = keys[next];
                values[free] = values[next];
                values[next] = null;
                free = next;
            }
            next = after(next);
        }
        return former;
    }

    void forEach(final BiConsumer<Long, ? super V> action) {
        for (int slot = 0; slot < values.length; slot++) {
            if (values[slot] != null) {
                action.accept(keys[slot], valueAt(slot));
            }
        }
    }

    /** Where a key is, or would be put. */
    private int slot(final long key) {
        int slot = home(key);
        while (values[slot] != null && keys[slot] != key) {
            slot = after(slot);
        }
        return slot;
    }

    private int home(final long key) {
        return (int) ((key * SPREAD) >>> (Long.numberOfLeadingZeros(keys.length) + 1));
    }

    private int after(final int slot) {
        return (slot + 1) & (keys.length - 1);
    }

    @SuppressWarnings("unchecked") // only put() writes it
    private V valueAt(final int slot) {
        return (V) values[slot];
    }

    private void grow() {
        final long[] oldKeys = keys;
        final Object[] oldValues = values;
        keys = new long[oldKeys.length * 2];
        values = new Object[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldValues[i] != null) {
                final int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                values[slot] = oldValues[i];
            }
        }
    }
}
