// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.dat;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.iopf4j.trace.DatBytes;
import io.iopf4j.trace.DatVersion7;
import io.iopf4j.trace.TraceReader;
import io.iopf4j.trace.jsonl.JsonlWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files of guests and hosts. Times expected of {@link #times} are those that {@code trace-cmd
 * report -t} of trace-cmd 3.1.6 printed for the same bytes.
 */
class GuestTimesTest {
    private static final int TRACEID = 11;
    private static final int TIME_SHIFT = 12;
    private static final int GUEST = 13;
    private static final int TSC2NSEC = 14;
    private static final int INTERPOLATE = 1;

    private static final long TIME = 1_000_000_000_000L;
    private static final long HOST_ID = 0x1122_3344_5566_7788L;
    private static final long GUEST_ID = 0x77;

    private static final long[] AT_0 = {0, 5000, 1, 0};
    private static final long[] AT_1000 = {1000, 7000, 1, 0};
    private static final long[] AT_2000 = {2000, 7500, 1, 0};

    @TempDir Path directory;

    /** A clock's samples, each of time after {@link #TIME}, offset, scaling and fraction bits. */
    private static DatBytes shift(
            final boolean big, final boolean fractions, final int flags, final long[]... samples) {
        final DatBytes option = new DatBytes(big).u64(HOST_ID).u32(flags).u32(1);
        option.u32(samples.length);
        for (int column = 0; column < (fractions ? 4 : 3); column++) {
            for (final long[] sample : samples) {
                option.u64(column == 0 ? TIME + sample[0] : sample[column]);
            }
        }
        return option;
    }

    /** What is read of events at these times after {@link #TIME}, as times after it. */
    private List<Long> times(final DatBytes options, final long... stamps) throws IOException {
        final DatBytes events = new DatBytes(false);
        long last = stamps[0];
        for (final long stamp : stamps) {
            events.map((int) (stamp - last), 1);
            last = stamp;
        }
        final byte[] page = DatBytes.page(false, 8, TIME + stamps[0], events);
        return read(DatBytes.version6(false, 8, 8, options.toBytes(), page));
    }

    private List<Long> read(final byte[] file) throws IOException {
        try (TraceReader reader = DatBytes.open(directory, file)) {
            final List<Long> times = new ArrayList<>();
            while (reader.next()) {
                times.add(reader.event().timestamp() - TIME);
            }
            assertEquals(List.of(), reader.warnings());
            return times;
        }
    }

    private static DatBytes guest(final int flags, final long[]... samples) {
        return new DatBytes(false).option(TIME_SHIFT, shift(false, true, flags, samples));
    }

    @Test
    void shouldAddTheOffsetOfTheOnlySample() throws IOException {
        assertEquals(List.of(5000L, 6000L), times(guest(0, AT_0), 0, 1000));
        assertEquals(List.of(5000L, 6000L), times(guest(0, new long[] {0, 5000, 3, 1}), 0, 1000));
    }

    @Test
    void shouldTakeTheSampleBeforeAnEvent() throws IOException {
        assertEquals(
                List.of(4900L, 5000L, 5500L, 6000L, 7000L),
                times(guest(0, AT_0, AT_1000), -100, 0, 500, 1000, 2000));
        assertEquals(
                List.of(4900L, 5000L, 5500L, 8000L, 8500L, 9000L, 10_000L),
                times(guest(0, AT_0, AT_1000, AT_2000), -100, 0, 500, 1000, 1500, 2000, 3000));
    }

    @Test
    void shouldSortSamplesAndLeaveTheSecondOfOneTime() throws IOException {
        final long[] again = {0, 9000, 1, 0};
        assertEquals(
                List.of(4900L, 5000L, 5500L, 8000L, 8500L, 9000L, 10_000L),
                times(
                        guest(0, AT_2000, AT_1000, AT_0, again),
                        -100,
                        0,
                        500,
                        1000,
                        1500,
                        2000,
                        3000));
    }

    @Test
    void shouldInterpolateIfTheFileSaysSo() throws IOException {
        assertEquals(
                List.of(4701L, 5000L, 6500L, 8000L, 8750L, 9500L, 11_000L),
                times(
                        guest(INTERPOLATE, AT_0, AT_1000, AT_2000),
                        -100,
                        0,
                        500,
                        1000,
                        1500,
                        2000,
                        3000));
        final long[] from = {0, -5000, 1, 0};
        final long[] to = {1000, -7333, 1, 0};
        assertEquals(
                List.of(-4867L, -5000L, -5443L, -5667L, -6331L),
                times(guest(INTERPOLATE, from, to), -100, 0, 333, 501, 999));
    }

    @Test
    void shouldScaleByTheSampleBeforeAnEvent() throws IOException {
        final long half = TIME / 2;
        final long[] from = {0, -5000, 3, 1};
        final long[] to = {1000, -7333, 5, 2};
        assertEquals(
                List.of(half - 5150, half - 5000, half - 4501, half - 1999),
                times(guest(0, from, to), -100, 0, 333, 2001));
    }

    /** Here trace-cmd's product of 64 bits overflows: the ratio is KVM's, of 48 fraction bits. */
    @Test
    void shouldScaleWithoutOverflow() throws IOException {
        final long[] from = {0, 7, 3L << 47, 48};
        final long[] to = {1000, 7, 3L << 47, 48};
        assertEquals(List.of(TIME / 2 + 7), times(guest(0, from, to), 0));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldKnowEachVirtualCpuByItselfInBothByteOrders(final boolean big) throws IOException {
        final DatVersion7 file = new DatVersion7(big, 8, 4096, "zlib");
        final DatBytes option = file.bytes().u64(HOST_ID).u32(0).u32(2);
        option.u32(1).u64(TIME).u64(100).u64(1).u32(1).u64(TIME).u64(-200).u64(1);
        file.option(TIME_SHIFT, option.u64(0).u64(0));
        final byte[][] pages = {file.page(4096, TIME, 1)};
        file.buffer("", "tsc", 4096, new int[] {0, 1, 2}, pages, pages, pages);
        assertEquals(List.of(-200L, 0L, 100L), read(file.toBytes()));
    }

    /** Here trace-cmd 3.1.6 leaves instances by the guest's clock, and so out of order. */
    @Test
    void shouldShiftTheTimesOfInstancesAsWell() throws IOException {
        final DatVersion7 file = new DatVersion7(false, 8, 4096, "none");
        file.option(TIME_SHIFT, shift(false, true, 0, AT_0));
        final byte[][] top = {file.page(4096, TIME + 1, 1)};
        final byte[][] instance = {file.page(4096, TIME, 1)};
        file.buffer("", "tsc", 4096, new int[] {0}, new byte[][][] {top});
        file.buffer("inst", "tsc", 4096, new int[] {0}, new byte[][][] {instance});
        assertEquals(List.of(5000L, 5001L), read(file.toBytes()));
    }

    @Test
    void shouldDoWithoutFractionsOfOldRecorders() throws IOException {
        final DatBytes option = shift(false, false, 0, AT_0, AT_1000);
        assertEquals(List.of(5000L), times(new DatBytes(false).option(TIME_SHIFT, option), 0));
    }

    @Test
    void shouldConvertCyclesOfTheHost() throws IOException {
        final DatBytes options = guest(0, AT_0);
        options.option(TSC2NSEC, new DatBytes(false).u32(3 << 20).u32(20).u64(77));
        options.option(7, new DatBytes(false).text("16\0"));
        assertEquals(List.of(2 * TIME + 15_016), times(options, 0));
    }

    @Test
    void shouldAddAllShiftsOfTime() throws IOException {
        final DatBytes options = new DatBytes(false);
        for (final String date : List.of("0x10\0", "0x10\0")) {
            options.option(1, new DatBytes(false).text(date));
        }
        for (final String offset : List.of("16\0", "-6\0")) {
            options.option(7, new DatBytes(false).text(offset));
        }
        assertEquals(List.of(32_010L), times(options, 0));
    }

    /** The offset of TSC2NSEC is not taken off, as trace-cmd does not. */
    @ParameterizedTest
    @CsvSource({
        "1000000000000, 715827883, 31", "18446744073709551615, 4294967295, 32",
        "9223372036854775808, 1, 0", "18446744073709551615, 4294967295, 64",
        "18446744073709551615, 4294967295, 90", "18446744073709551615, 4294967295, 96",
        "18446744073709551615, 4294967295, 4294967295"
    })
    void shouldConvertCyclesWithoutOverflow(
            final BigInteger cycles, final long mult, final long shift) throws IOException {
        final DatBytes option = new DatBytes(false).u32(mult).u32(shift).u64(77);
        final byte[] options = new DatBytes(false).option(TSC2NSEC, option).toBytes();
        final byte[] page =
                DatBytes.page(false, 8, cycles.longValue(), new DatBytes(false).map(0, 1));
        final long expected =
                cycles.multiply(BigInteger.valueOf(mult))
                        .shiftRight((int) Math.min(shift, 200))
                        .longValue();
        assertEquals(List.of(expected - TIME), read(DatBytes.version6(false, 8, 8, options, page)));
    }

    @Test
    void shouldMultiplyAnyNumbers() {
        final SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 10_000; i++) {
            final long a = random.nextLong() >>> random.nextInt(64);
            final long b = random.nextLong() >>> random.nextInt(64);
            final int shift = random.nextInt(130);
            final BigInteger product =
                    new BigInteger(Long.toUnsignedString(a))
                            .multiply(new BigInteger(Long.toUnsignedString(b)));
            assertEquals(product.shiftRight(shift).longValue(), WideProduct.shifted(a, b, shift));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldTellHostAndGuestApart(final boolean big) throws IOException {
        final DatVersion7 host = new DatVersion7(big, 8, 4096, "none");
        host.option(TRACEID, host.bytes().u64(HOST_ID));
        for (final String name : List.of("vm1", "vm two")) {
            final DatBytes guest = host.bytes().text(name + "\0").u64(GUEST_ID).u32(2);
            host.option(GUEST, guest.u32(0).u32(4711).u32(1).u32(4712));
        }
        final DatVersion7 guest = new DatVersion7(big, 8, 4096, "none");
        guest.option(TRACEID, guest.bytes().u64(GUEST_ID));
        guest.option(TIME_SHIFT, shift(big, true, 0, AT_0));
        assertEquals(
                List.of(
                        "trace 0x1122334455667788",
                        "host of vm1, 2 CPUs, trace 0x77",
                        "host of vm two, 2 CPUs, trace 0x77"),
                machines(host));
        assertEquals(List.of("trace 0x77", "guest of trace 0x1122334455667788"), machines(guest));
    }

    /** What the file itself and what the same as JSON Lines say, which must be one. */
    private List<String> machines(final DatVersion7 file) throws IOException {
        file.buffer("", "mono", 4096, new int[] {0}, new byte[][] {file.page(4096, TIME, 1)});
        final StringWriter lines = new StringWriter();
        final List<String> machines;
        try (TraceReader reader = DatBytes.open(directory, file.toBytes())) {
            machines = reader.info().machines();
            JsonlWriter.write(reader, lines, position -> {});
            assertEquals(List.of(), reader.warnings());
        }
        final byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
        try (TraceReader reader = DatBytes.open(directory, bytes)) {
            assertEquals(machines, reader.info().machines());
        }
        return machines;
    }
}
