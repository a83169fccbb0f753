// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import io.iopf4j.trace.EventFormat;

/** The cursor over the records of a trace.dat: looks at the page of the current stream. */
final class DatEvent extends RecordEvent {
    private final CommTable comms;
    private CpuStream stream;

    DatEvent(final CommTable comms) {
        this.comms = comms;
    }

    void set(final CpuStream current) {
        stream = current;
        setRecord(current);
    }

    @Override
    public long timestamp() {
        return stream.timestamp;
    }

    @Override
    public int cpu() {
        return stream.cpu;
    }

    @Override
    public int pid() {
        return commonPid();
    }

    @Override
    public String comm() {
        return comms.get(pid());
    }

    @Override
    public String buffer() {
        return stream.buffer;
    }

    @Override
    public EventFormat format() {
        return stream.format;
    }

    @Override
    public long lostBefore() {
        return stream.lost;
    }
}
