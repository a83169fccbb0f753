// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.perf;

import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.dat.CommTable;
import io.iopf4j.trace.dat.RecordEvent;
import io.iopf4j.trace.dat.TracingData;

/** The cursor over samples. */
final class PerfEvent extends RecordEvent {
    private static final String UNKNOWN = "<...>";

    private final CommTable comms;
    private TracingData tracing;
    private Entry entry;
    private EventFormat format;
    private long timestamp;
    private long lostBefore;

    PerfEvent(final CommTable comms, final TracingData tracing) {
        this.comms = comms;
        this.tracing = tracing;
    }

    void describedBy(final TracingData described) {
        tracing = described;
    }

    void set(final Entry current, final long time, final long lost) {
        entry = current;
        timestamp = time;
        lostBefore = lost;
        format =
                current.attribute.format() != null
                        ? current.attribute.format()
                        : tracing.formats().get(current.shortAt(0) & 0xffff);
        setRecord(current);
    }

    @Override
    public long timestamp() {
        return timestamp;
    }

    @Override
    public int cpu() {
        return entry.cpu;
    }

    @Override
    public int pid() {
        return entry.tid >= 0 ? entry.tid : commonPid();
    }

    @Override
    public String comm() {
        final String told = comms.get(pid());
        return told.equals(UNKNOWN) ? tracing.comms().get(pid()) : told;
    }

    @Override
    public String buffer() {
        return "";
    }

    @Override
    public EventFormat format() {
        return format;
    }

    @Override
    public long lostBefore() {
        return lostBefore;
    }
}
