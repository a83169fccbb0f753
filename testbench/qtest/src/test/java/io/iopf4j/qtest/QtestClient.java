// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * A client on the other end of a socket, and the server in a thread of its own: what a harness in
 * another language would see. One command, one answer; interrupts are kept aside.
 */
final class QtestClient implements AutoCloseable {
    private static final long LONGEST_MS = 60_000;

    private final Path folder;
    private final Path path;
    private final Thread server;
    private final SocketChannel channel;
    private final BufferedReader answers;
    private final List<String> interrupts = new ArrayList<>();
    private Throwable serverFailure;

    private QtestClient(final Machine machine) throws IOException {
        // Short, whatever the build's own folder is called: a socket's path has 108 bytes at most.
        folder = Files.createTempDirectory("qtest");
        path = folder.resolve("s");
        final QtestSocket socket = QtestSocket.listen(path);
        server = new Thread(() -> serve(socket, machine), "qtest-server");
        server.setDaemon(true);
        server.start();
        channel = SocketChannel.open(UnixDomainSocketAddress.of(path));
        answers =
                new BufferedReader(
                        new InputStreamReader(
                                Channels.newInputStream(channel), StandardCharsets.US_ASCII));
    }

    /** Starts a server of a machine, and connects to it. */
    static QtestClient of(final Machine machine) {
        try {
            return new QtestClient(machine);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void serve(final QtestSocket socket, final Machine machine) {
        try (socket) {
            socket.serve(machine);
        } catch (final Throwable e) {
            serverFailure = e;
        }
    }

    /** The socket's file. */
    Path path() {
        return path;
    }

    // ---- Protocol -------------------------------------------------------------------------------

    /** Sends a line, and gives the answer to it. */
    String command(final String line) {
        send(line + "\n");
        return answer();
    }

    /** Sends text as it is, and waits for nothing. */
    void send(final String text) {
        try {
            final ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next answer; interrupts before it are kept for {@link #interrupts}. Null at the end. */
    String answer() {
        try {
            String line = answers.readLine();
            while (line != null && line.startsWith("IRQ ")) {
                interrupts.add(line);
                line = answers.readLine();
            }
            return line;
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A command that must be answered with OK alone. */
    void ok(final String line) {
        assertEquals("OK", command(line), line);
    }

    /** A command that must be answered with a value. */
    long value(final String line) {
        final String answer = command(line);
        assertTrue(answer.matches("OK 0x[0-9a-f]{16}"), line + ": " + answer);
        return Long.parseUnsignedLong(answer.substring(5), 16);
    }

    /** A command that must be refused, in a line that says why. */
    void refused(final String line) {
        final String answer = command(line);
        assertTrue(answer.matches("FAIL [ -~]+"), line + ": " + answer);
    }

    /** Numbers of the interrupts since the last call, in order; raise and lower must pair up. */
    List<Integer> interrupts() {
        final List<Integer> numbers = new ArrayList<>();
        assertEquals(0, interrupts.size() % 2, interrupts.toString());
        for (int i = 0; i < interrupts.size(); i += 2) {
            final int number = Integer.parseInt(interrupts.get(i).substring("IRQ raise ".length()));
            assertEquals("IRQ raise " + number, interrupts.get(i));
            assertEquals("IRQ lower " + number, interrupts.get(i + 1));
            numbers.add(number);
        }
        interrupts.clear();
        return numbers;
    }

    /** From now on interrupts are shown. */
    void intercept() {
        ok("irq_intercept_in gic");
    }

    // ---- Words and blocks -----------------------------------------------------------------------

    void writel(final long address, final int value) {
        ok("writel 0x%x 0x%x".formatted(address, value));
    }

    void writeq(final long address, final long value) {
        ok("writeq 0x%x 0x%x".formatted(address, value));
    }

    int readl(final long address) {
        return (int) value("readl 0x%x".formatted(address));
    }

    long readq(final long address) {
        return value("readq 0x%x".formatted(address));
    }

    void writeBytes(final long address, final byte[] bytes) {
        ok("write 0x%x %d 0x%s".formatted(address, bytes.length, HexFormat.of().formatHex(bytes)));
    }

    byte[] readBytes(final long address, final int size) {
        final String answer = command("read 0x%x %d".formatted(address, size));
        assertTrue(answer.startsWith("OK 0x"), answer);
        return HexFormat.of().parseHex(answer.substring(5));
    }

    // ---- The end --------------------------------------------------------------------------------

    /** Leaves. */
    void hangUp() {
        try {
            channel.close();
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Leaves, and sees that the server ends of itself and takes its socket with it. */
    @Override
    public void close() {
        hangUp();
        try {
            server.join(LONGEST_MS);
            assertFalse(server.isAlive(), "the server goes on without its client");
            assertEquals(null, serverFailure);
            assertFalse(Files.exists(path), "the socket is still there");
            Files.delete(folder);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        } catch (final InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
