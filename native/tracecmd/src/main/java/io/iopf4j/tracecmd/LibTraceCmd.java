// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.tracecmd;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;

/** What is used of libtracecmd 1.3 (trace-cmd 3.1) and later: {@code trace-cmd.h}. */
interface LibTraceCmd extends Library {
    /** {@code TRACECMD_FL_LOAD_NO_PLUGINS | TRACECMD_FL_LOAD_NO_SYSTEM_PLUGINS}. */
    int NO_PLUGINS = 3;

    /** {@code TEP_LOG_NONE}. */
    int LOG_NONE = 0;

    /** Null if it cannot be read; why goes to standard error at best. */
    Pointer tracecmd_open(String file, int flags);

    void tracecmd_close(Pointer input);

    /** Stays the input's. */
    Pointer tracecmd_get_tep(Pointer input);

    /** The next record in the order of time, null at the end; to be freed. */
    Pointer tracecmd_read_next_data(Pointer input, IntByReference cpu);

    void tracecmd_free_record(Pointer rec);

    int tracecmd_buffer_instances(Pointer input);

    String tracecmd_buffer_instance_name(Pointer input, int index);

    /** Null if there is none; to be closed. */
    Pointer tracecmd_buffer_instance_handle(Pointer input, int index);

    /** What goes to standard error from now on, of libtraceevent too. */
    void tracecmd_set_loglevel(int level);
}
