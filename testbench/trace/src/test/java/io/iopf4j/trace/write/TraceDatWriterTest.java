// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.write;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.Traces;
import io.iopf4j.trace.fault.FaultEvent;
import io.iopf4j.trace.fault.FaultEvent.Kind;
import io.iopf4j.trace.fault.FaultEvents;
import io.iopf4j.trace.write.TraceDatWriter.Compression;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TraceDatWriterTest {
    private static final int FAULTS = 2000;
    private static final int DEVICES = 3;
    private static final int CPUS = 4;
    private static final long SEED = 7;

    @TempDir Path directory;

    private Path write(final String name, final Compression compression) throws IOException {
        final Path file = directory.resolve(name);
        TraceDatWriter.writeFaultCycles(file, FAULTS, DEVICES, CPUS, SEED, compression);
        return file;
    }

    @ParameterizedTest
    @EnumSource(Compression.class)
    void shouldWriteWholeFaultCycles(final Compression compression) throws IOException {
        final Map<Kind, Long> kinds = new EnumMap<>(Kind.class);
        final Map<Long, Long> addressByGroup = new HashMap<>();
        int outstandingMost = 0;
        long last = 0;
        try (TraceReader reader = Traces.open(write("a.dat", compression))) {
            final FaultEvents faults = new FaultEvents(reader);
            final FaultEvent fault = faults.event();
            while (faults.next()) {
                kinds.merge(fault.kind(), 1L, Long::sum);
                assertTrue(fault.timeNs() >= last);
                last = fault.timeNs();
                if (fault.kind() == Kind.DELIVER) {
                    assertEquals(null, addressByGroup.put(fault.group(), fault.addr()));
                    outstandingMost = Math.max(outstandingMost, addressByGroup.size());
                } else if (fault.kind() == Kind.RESPONSE) {
                    assertEquals(fault.addr(), addressByGroup.remove(fault.group()));
                }
            }
            assertEquals(List.of(), reader.warnings());
            assertEquals(List.of(), faults.warnings());
            assertEquals(10 * FAULTS + 5 * DEVICES, reader.events());
            assertEquals(CPUS, reader.info().cpus());
        }
        assertEquals(Map.of(), addressByGroup);
        assertTrue(outstandingMost >= FaultCycles.DEPTH, "at most " + outstandingMost);
        for (final Kind kind : List.of(Kind.REPORT, Kind.READ, Kind.WRITE_RETURN, Kind.FREE)) {
            assertEquals(FAULTS, kinds.get(kind), kind.name());
        }
        assertEquals(DEVICES, kinds.get(Kind.DEVICE_REMOVED));
    }

    @Test
    void shouldWriteTheSameFileForTheSameSeed() throws IOException {
        assertArrayEquals(
                Files.readAllBytes(write("a.dat", Compression.NONE)),
                Files.readAllBytes(write("b.dat", Compression.NONE)));
    }

    @Test
    void shouldRefuseANumberOfCpusThatNoMachineHas() {
        final Path file = directory.resolve("none.dat");
        assertThrows(
                IllegalArgumentException.class,
                () -> TraceDatWriter.writeFaultCycles(file, 1, 1, 0, SEED));
    }
}
