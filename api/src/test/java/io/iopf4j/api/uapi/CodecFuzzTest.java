// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.api.uapi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuPageResponse;
import io.iopf4j.api.PageResponseType;
import io.iopf4j.api.PasidTableConfig;
import io.iopf4j.api.TlbInvalidateInfo;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Whatever a stranger writes is refused or read, and what was written is read again. */
class CodecFuzzTest {
    private static final int ROUNDS = 20_000;
    private static final int ROOM = 100;

    private final Random random = new Random(0x5eed);
    private final ByteBuffer buffer = ByteBuffer.allocate(ROOM);
    private final ByteBuffer kernel = ByteBuffer.allocate(HwptAlloc.BYTES);
    private final IommuFault fault = new IommuFault();
    private final IommuPageResponse msg = new IommuPageResponse();
    private final TlbInvalidateInfo info = new TlbInvalidateInfo();
    private final PasidTableConfig config = new PasidTableConfig();

    private interface Decoder {
        int decode(ByteBuffer from, int at);
    }

    private List<Decoder> decoders() {
        return List.of(
                (from, at) -> IommuFault5x.decode(from, at, fault),
                (from, at) -> IommuPageResponse5x.decode(from, at, msg),
                (from, at) -> FaultEvent2017.decode(from, at, fault),
                (from, at) -> FaultEvent2018.decode(from, at, fault),
                (from, at) -> PageResponseMsg2017.decode(from, at, msg),
                (from, at) -> PageResponseMsg2018.decode(from, at, msg),
                (from, at) -> PageResponseMsg2019.decode(from, at, msg),
                (from, at) -> HwptPgfault.decode(from, at, fault),
                (from, at) -> FaultAlloc.decode(from, at, kernel),
                (from, at) -> HwptAlloc.decode(from, at, kernel),
                (from, at) -> PasidTableConfig2017.decode(from, at, config),
                (from, at) -> TlbInvalidateInfo2017.decode(from, at, info),
                (from, at) -> TlbInvalidateInfo2018.decode(from, at, info));
    }

    @Test
    void shouldNeverThrowForRandomBytes() {
        for (int round = 0; round < ROUNDS; round++) {
            final boolean isSparse = random.nextBoolean();
            for (int at = 0; at < ROOM; at++) {
                final boolean isZero = isSparse && random.nextInt(8) != 0;
                buffer.put(at, isZero ? 0 : (byte) random.nextInt());
            }
            buffer.limit(random.nextInt(ROOM + 1));
            final int at = random.nextInt(-4, ROOM + 4);
            for (final Decoder decoder : decoders()) {
                final int ret = decoder.decode(buffer, at);
                assertTrue(ret <= 0 && ret > -200, "errno " + ret);
            }
            buffer.clear();
        }
    }

    @Test
    void shouldNotThrowForOffsetsAtTheEndsOfTheirRange() {
        for (final int at : new int[] {Integer.MIN_VALUE, -1, Integer.MAX_VALUE}) {
            for (final Decoder decoder : decoders()) {
                assertEquals(-14, decoder.decode(buffer, at));
            }
        }
    }

    @Test
    void shouldReadAgainWhatWasWrittenOf5x() {
        for (int round = 0; round < ROUNDS; round++) {
            final IommuFault written = random5x();
            final int at = random.nextInt(ROOM - IommuFault5x.BYTES);
            IommuFault5x.encode(buffer, at, written);
            assertEquals(0, IommuFault5x.decode(buffer, at, fault));
            Memory.assertSame(written, fault);
            final IommuPageResponse answer = randomAnswer(random.nextInt()).stream(2, 0);
            IommuPageResponse5x.encode(buffer, at, answer);
            assertEquals(0, IommuPageResponse5x.decode(buffer, at, msg));
            Memory.assertSame(answer, msg);
        }
    }

    @Test
    void shouldReadAgainWhatWasWrittenOfTheSeries() {
        for (int round = 0; round < ROUNDS; round++) {
            final int at = random.nextInt(ROOM - FaultEvent2018.BYTES);
            final IommuFault written = randomOfSeries();
            FaultEvent2017.encode(buffer, at, written);
            FaultEvent2017.decode(buffer, at, fault);
            Memory.assertSame(written, fault);
            FaultEvent2018.encode(buffer, at, written, random.nextLong());
            FaultEvent2018.decode(buffer, at, fault);
            Memory.assertSame(written, fault);

            final IommuPageResponse answer = randomAnswer(random.nextInt(16));
            answer.stream(PageResponseType.GROUP, random.nextLong())
                    .privateData(Integer.toUnsignedLong(random.nextInt()));
            PageResponseMsg2017.encode(buffer, at, answer);
            PageResponseMsg2017.decode(buffer, at, msg);
            Memory.assertSame(answer, msg);
            answer.privateData(random.nextLong());
            PageResponseMsg2018.encode(buffer, at, answer);
            PageResponseMsg2018.decode(buffer, at, msg);
            Memory.assertSame(answer, msg);
            PageResponseMsg2019.encode(buffer, at, answer);
            PageResponseMsg2019.decode(buffer, at, msg);
            Memory.assertSame(answer, msg);
        }
    }

    @Test
    void shouldReadAgainWhatWasWrittenOf612() {
        final int known =
                IommuFault.FLAG_PASID_VALID
                        | IommuFault.FLAG_LAST_PAGE
                        | IommuFault.FLAG_NEEDS_PASID;
        for (int round = 0; round < ROUNDS; round++) {
            final int at = random.nextInt(ROOM - HwptPgfault.BYTES);
            final IommuFault written = randomRequest(known, random.nextInt());
            HwptPgfault.encode(buffer, at, written, random.nextInt(), random.nextInt());
            HwptPgfault.decode(buffer, at, fault);
            Memory.assertSame(written, fault);
        }
    }

    @Test
    void shouldReadAgainWhatWasWrittenOfAGuestsTables() {
        for (int round = 0; round < ROUNDS; round++) {
            final int at = random.nextInt(ROOM - TlbInvalidateInfo2018.BYTES);
            final PasidTableConfig table =
                    new PasidTableConfig()
                            .set(
                                    random.nextInt(),
                                    random.nextInt(),
                                    random.nextLong(),
                                    random.nextInt(256));
            PasidTableConfig2017.encode(buffer, at, table);
            PasidTableConfig2017.decode(buffer, at, config);
            assertEquals(table.toString(), config.toString());
            final TlbInvalidateInfo written =
                    new TlbInvalidateInfo()
                            .set(
                                    random.nextInt(),
                                    random.nextInt(),
                                    random.nextInt(),
                                    random.nextInt())
                            .pages(random.nextLong(), random.nextInt(256), 0);
            TlbInvalidateInfo2017.encode(buffer, at, written);
            TlbInvalidateInfo2017.decode(buffer, at, info);
            assertEquals(written.toString(), info.toString());
            written.pages(random.nextLong(), random.nextInt(256), random.nextLong());
            TlbInvalidateInfo2018.encode(buffer, at, written);
            TlbInvalidateInfo2018.decode(buffer, at, info);
            assertEquals(written.toString(), info.toString());
        }
    }

    private IommuFault random5x() {
        if (random.nextBoolean()) {
            return randomRequest(0xf, random.nextInt())
                    .privateData(random.nextLong(), random.nextLong());
        }
        return new IommuFault()
                .unrecoverable(
                        random.nextInt(),
                        random.nextInt(8),
                        random.nextInt(),
                        random.nextInt(16),
                        random.nextLong(),
                        random.nextLong());
    }

    /** A fault that has nothing that the series lack. */
    private IommuFault randomOfSeries() {
        final IommuFault written =
                random.nextBoolean()
                        ? randomRequest(3, random.nextInt(512))
                        : new IommuFault()
                                .unrecoverable(
                                        random.nextInt(),
                                        IommuFault.UNRECOV_ADDR_VALID | random.nextInt(2),
                                        random.nextInt(),
                                        random.nextInt(),
                                        random.nextLong(),
                                        0);
        return written.privateData(random.nextLong(), random.nextLong());
    }

    private IommuFault randomRequest(final int knownFlags, final int grpid) {
        return new IommuFault()
                .pageRequest(
                        random.nextInt() & knownFlags,
                        random.nextInt(),
                        grpid,
                        random.nextInt(16),
                        random.nextLong());
    }

    private IommuPageResponse randomAnswer(final int code) {
        return new IommuPageResponse()
                .set(random.nextInt(), random.nextInt(512), code)
                .flags(random.nextInt(2));
    }
}
