// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written, against what the format's own library writes. */
final class ProtoWriterTest {
    private final ProtoWriter proto = new ProtoWriter();

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 127, 128, 16_383, 16_384, Long.MAX_VALUE, -1})
    void shouldWriteNumbers(final long value) throws IOException {
        proto.varint(87, value);
        proto.fixed64(47, value);
        assertWritten(
                UnknownFieldSet.newBuilder()
                        .mergeField(87, UnknownFieldSet.Field.newBuilder().addVarint(value).build())
                        .mergeField(
                                47, UnknownFieldSet.Field.newBuilder().addFixed64(value).build())
                        .build());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, 127, 128, 16_379, 16_384, 3_000_000})
    void shouldWriteMessagesOfAnyLength(final int length) throws IOException {
        final String text = "x".repeat(length);
        proto.begin(1);
        proto.begin(2);
        proto.string(3, text);
        proto.end();
        proto.varint(4, 5);
        proto.end();
        final UnknownFieldSet inner = message(3, ByteString.copyFromUtf8(text));
        assertWritten(
                message(
                        1,
                        message(2, inner.toByteString()).toBuilder()
                                .mergeField(
                                        4, UnknownFieldSet.Field.newBuilder().addVarint(5).build())
                                .build()
                                .toByteString()));
    }

    @Test
    void shouldNestDeeply() throws IOException {
        ByteString expected = ByteString.EMPTY;
        for (int i = 0; i < 100; i++) {
            proto.begin(1);
        }
        for (int i = 0; i < 100; i++) {
            proto.end();
            expected = message(1, expected).toByteString();
        }
        assertEquals(expected, ByteString.copyFrom(written()));
    }

    @Test
    void shouldWriteAQuestionMarkForWhatIsNoText() throws IOException {
        proto.string(1, "a\ud800b");
        assertWritten(message(1, ByteString.copyFromUtf8("a?b")));
    }

    private void assertWritten(final UnknownFieldSet expected) throws IOException {
        final byte[] written = written();
        assertEquals(expected, UnknownFieldSet.parseFrom(written));
        assertEquals(expected.getSerializedSize(), written.length);
        assertArrayEquals(new byte[0], written());
    }

    private byte[] written() throws IOException {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        proto.flush(out);
        return out.toByteArray();
    }

    private static UnknownFieldSet message(final int field, final ByteString content) {
        return UnknownFieldSet.newBuilder()
                .mergeField(
                        field,
                        UnknownFieldSet.Field.newBuilder().addLengthDelimited(content).build())
                .build();
    }
}
