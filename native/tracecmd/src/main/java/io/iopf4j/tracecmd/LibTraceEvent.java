// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.tracecmd;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;

/** What is used of libtraceevent 1.7 and later: {@code event-parse.h}. */
interface LibTraceEvent extends Library {
    Pointer tep_find_event_by_record(Pointer tep, Pointer rec);

    /** Any event, null if there is none. */
    Pointer tep_get_first_event(Pointer tep);

    int tep_data_type(Pointer tep, Pointer rec);

    /** Stays the handle's. */
    String tep_data_comm_from_pid(Pointer tep, int pid);

    /** The value without its sign. */
    int tep_read_number_field(Pointer field, Pointer data, LongByReference value);

    /** Where a field lies in a record, its locator followed; null if that is outside. */
    Pointer tep_get_field_raw(
            Pointer seq,
            Pointer event,
            String name,
            Pointer rec,
            IntByReference length,
            int complain);
}
