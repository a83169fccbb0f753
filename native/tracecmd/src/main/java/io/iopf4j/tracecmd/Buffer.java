// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.tracecmd;

import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;

/** A ring buffer's records in the order of time, of which the first is looked at beforehand. */
final class Buffer implements AutoCloseable {
    private final LibTraceCmd library;
    private final String name;
    private final Pointer input;
    private final Pointer tep;
    private final IntByReference cpu = new IntByReference();
    private NativeRecord next;

    Buffer(final LibTraceCmd library, final String name, final Pointer input) {
        this.library = library;
        this.name = name;
        this.input = input;
        tep = library.tracecmd_get_tep(input);
        read();
    }

    private void read() {
        final Pointer found = library.tracecmd_read_next_data(input, cpu);
        next = found == null ? null : new NativeRecord(found);
    }

    String name() {
        return name;
    }

    /** The {@code struct tep_handle}. */
    Pointer tep() {
        return tep;
    }

    /** The next record, null at the end. */
    NativeRecord peek() {
        return next;
    }

    /** Takes the next record, which is the caller's to free. */
    NativeRecord take() {
        final NativeRecord taken = next;
        read();
        return taken;
    }

    @Override
    public void close() {
        if (next != null) {
            library.tracecmd_free_record(next.pointer());
            next = null;
        }
        library.tracecmd_close(input);
    }
}
