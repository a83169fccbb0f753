// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * A Unix domain socket that serves one machine to one client. The file is there from {@link
 * #listen} until {@link #close}, or until the process is told to end.
 */
public final class QtestSocket implements Closeable {
    private static final int TYPE_MASK = 0170000;
    private static final int TYPE_SOCKET = 0140000;

    private final Path path;
    private final ServerSocketChannel listener;
    private final Object fileKey;
    private final Thread removal;

    private QtestSocket(final Path path, final ServerSocketChannel listener) throws IOException {
        this.path = path;
        this.listener = listener;
        this.fileKey = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
        this.removal = new Thread(this::removeFile, "qtest-socket-removal");
    }

    /**
     * Creates the socket and listens. A socket that nobody listens on any more is replaced.
     *
     * @param path its file
     * @return the socket
     * @throws IOException if there is something else at the path, somebody listens there, its
     *     folder is missing, or the system refuses; the file's name is in the exception
     */
    public static QtestSocket listen(final Path path) throws IOException {
        final Path folder = path.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new FileSystemException(path.toString(), null, "no such folder");
        }
        final UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
        removeStale(path, address);
        final ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            // One is served; a second must not wait as if it would be.
            listener.bind(address, 1);
            final QtestSocket socket = new QtestSocket(path, listener);
            Runtime.getRuntime().addShutdownHook(socket.removal);
            return socket;
        } catch (final IOException e) {
            listener.close();
            throw new FileSystemException(path.toString(), null, e.getMessage());
        }
    }

    /**
     * Waits for the client and serves it until it leaves. Whoever comes after the first is refused.
     *
     * @param machine what it programs
     * @throws IOException if no client can be accepted
     */
    public void serve(final Machine machine) throws IOException {
        try (SocketChannel client = listener.accept()) {
            listener.close();
            new QtestSession(
                            machine,
                            Channels.newInputStream(client),
                            Channels.newOutputStream(client))
                    .run();
        }
    }

    /** Stops listening and removes the file, unless it is somebody else's by now. */
    @Override
    public void close() throws IOException {
        listener.close();
        removeFile();
        try {
            Runtime.getRuntime().removeShutdownHook(removal);
        } catch (final IllegalStateException e) {
            // The process is ending already.
        }
    }

    private void removeFile() {
        try {
            final Object now = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
            if (Objects.equals(fileKey, now)) {
                Files.deleteIfExists(path);
            }
        } catch (final IOException e) {
            // Somebody else has removed it.
        }
    }

    private static void removeStale(final Path path, final UnixDomainSocketAddress address)
            throws IOException {
        final int mode;
        try {
            mode = (int) Files.getAttribute(path, "unix:mode");
        } catch (final NoSuchFileException e) {
            return;
        }
        if ((mode & TYPE_MASK) != TYPE_SOCKET) {
            throw new FileSystemException(path.toString(), null, "exists and is no socket");
        }
        try {
            SocketChannel.open(address).close();
        } catch (final ConnectException e) {
            Files.deleteIfExists(path);
            return;
        } catch (final IOException e) {
            throw new FileSystemException(path.toString(), null, e.getMessage());
        }
        throw new FileSystemException(path.toString(), null, "somebody listens there already");
    }
}
