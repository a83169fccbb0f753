// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The socket's life, and clients that leave or come at a bad time. */
class SocketTest {
    @TempDir private Path folder;

    private static SmmuV3Machine machine() {
        return new SmmuV3Machine(SmmuV3Config.roomy());
    }

    // ---- Clients --------------------------------------------------------------------------------

    @Test
    void shouldEndWithAClientThatSaysNothing() {
        QtestClient.of(machine()).close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "w",
                "writel",
                "writel 0x40000000 1",
                "write 0x40000000 4 0x0102",
                "write 0x40000000 4 0x01020304",
                "b64write 0x40000000 4 AQ",
                "frobnicate "
            })
    void shouldNotDoWhatALineWithoutItsEndSays(final String line) {
        final SmmuV3Machine machine = machine();
        final QtestClient client = QtestClient.of(machine);
        client.send("writel 0x40000010 5\n" + line);
        assertEquals("OK", client.answer());
        client.close();
        assertEquals(0, machine.memory().readInt(SmmuV3Machine.MEMORY_BASE));
        assertEquals(5, machine.memory().readInt(SmmuV3Machine.MEMORY_BASE + 0x10));
    }

    @Test
    void shouldEndWithAClientThatNeverReads() {
        final QtestClient client = QtestClient.of(machine());
        client.send("read 0x40000000 0x8000000\n");
        client.close();
    }

    @Test
    void shouldServeOneClientAlone() throws IOException {
        final QtestClient first = QtestClient.of(machine());
        assertEquals("OK little", first.command("endianness"));
        final UnixDomainSocketAddress address = UnixDomainSocketAddress.of(first.path());
        assertThrows(ConnectException.class, () -> SocketChannel.open(address).close());
        assertEquals("OK little", first.command("endianness"));
        first.close();
    }

    @Test
    void shouldGiveEveryClientAMachineOutOfReset() {
        try (QtestClient first = QtestClient.of(machine())) {
            first.writeq(SmmuClient.MEMORY, 1);
        }
        try (QtestClient second = QtestClient.of(machine())) {
            assertEquals(0, second.readq(SmmuClient.MEMORY));
        }
    }

    // ---- Paths ----------------------------------------------------------------------------------

    @Test
    void shouldReplaceASocketThatNobodyListensOn() throws IOException {
        final Path path = Files.createTempDirectory("qtest").resolve("s");
        try (ServerSocketChannel old = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            old.bind(UnixDomainSocketAddress.of(path));
        }
        assertTrue(Files.exists(path));
        QtestSocket.listen(path).close();
        assertFalse(Files.exists(path));
        Files.delete(path.getParent());
    }

    @Test
    void shouldNotTakeASocketFromWhoListens() throws IOException {
        final Path path = Files.createTempDirectory("qtest").resolve("s");
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(path));
            assertRefused(path, "listens");
            assertTrue(Files.exists(path));
        }
        Files.delete(path);
        Files.delete(path.getParent());
    }

    @Test
    void shouldNotTouchAFileThatIsNoSocket() throws IOException {
        final Path file = Files.writeString(folder.resolve("report"), "mine");
        assertRefused(file, "no socket");
        assertEquals("mine", Files.readString(file));
        assertRefused(folder, "no socket");
    }

    @Test
    void shouldNameAFolderThatIsMissing() {
        assertRefused(folder.resolve("absent").resolve("s"), "no such folder");
    }

    @Test
    void shouldRefuseAPathThatIsTooLong() {
        assertRefused(folder.resolve("s".repeat(200)), "long");
    }

    @Test
    void shouldLeaveASocketThatIsSomebodyElsesByNow() throws IOException {
        final Path path = Files.createTempDirectory("qtest").resolve("s");
        final QtestSocket first = QtestSocket.listen(path);
        Files.delete(path);
        final QtestSocket second = QtestSocket.listen(path);
        first.close();
        assertTrue(Files.exists(path));
        second.close();
        assertFalse(Files.exists(path));
        Files.delete(path.getParent());
    }

    private static void assertRefused(final Path path, final String why) {
        final IOException e = assertThrows(IOException.class, () -> QtestSocket.listen(path));
        assertTrue(e.getMessage().contains(path.toString()), e.getMessage());
        assertTrue(e.getMessage().contains(why), e.getMessage());
    }

    // ---- Streams --------------------------------------------------------------------------------

    @Test
    void shouldServeStreams() {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        new QtestSession(machine(), in("endianness\r\nclock_step 5\n\nreadl 0x40000000"), out)
                .run();
        assertEquals("OK little\nOK 5\nFAIL empty line\n", out.toString(StandardCharsets.US_ASCII));
    }

    @Test
    void shouldEndWhenAnswersCannotBeWritten() {
        final OutputStream broken =
                new OutputStream() {
                    @Override
                    public void write(final int b) throws IOException {
                        throw new IOException("gone");
                    }
                };
        final SmmuV3Machine machine = machine();
        new QtestSession(machine, in("read 0x40000000 100000\nwritel 0x40000000 1\n"), broken)
                .run();
        assertEquals(1, machine.memory().readInt(SmmuV3Machine.MEMORY_BASE));
    }

    @Test
    void shouldSayAfterwardsWhatTheModelDoesNotDo() {
        final SmmuV3Machine machine = machine();
        assertEquals(0, machine.remarks().size());
        new QtestSession(machine, in("readl 0x09058000\n"), OutputStream.nullOutputStream()).run();
        assertEquals(1, machine.remarks().size());
        assertTrue(
                machine.remarks().get(0).matches("not modelled: SECURE_REGISTERS used 1 time: .+"),
                machine.remarks().toString());
    }

    private static ByteArrayInputStream in(final String lines) {
        return new ByteArrayInputStream(lines.getBytes(StandardCharsets.US_ASCII));
    }
}
