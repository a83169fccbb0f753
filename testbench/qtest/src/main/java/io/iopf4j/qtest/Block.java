// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a block as they arrive, kept until all are there and good: a block that turns out
 * bad has changed nothing. Pieces of zeros are kept as no bytes.
 */
final class Block {
    private static final int PIECE_BYTES = 1 << 16;

    private final long size;
    private final List<byte[]> pieces = new ArrayList<>();
    private byte[] piece;
    private int inPiece;
    private boolean isZero = true;
    private long received;

    Block(final long size) {
        this.size = size;
    }

    void add(final int value) throws BadCommandException {
        if (received == size) {
            throw new BadCommandException("more data than " + size + " bytes");
        }
        if (piece == null) {
            piece = new byte[(int) Math.min(PIECE_BYTES, size)];
        }
        piece[inPiece++] = (byte) value;
        isZero &= (byte) value == 0;
        received++;
        if (inPiece == PIECE_BYTES) {
            endPiece();
        }
    }

    private void endPiece() {
        pieces.add(isZero ? null : piece);
        piece = isZero ? piece : null;
        isZero = true;
        inPiece = 0;
    }

    void checkWhole() throws BadCommandException {
        if (received != size) {
            throw new BadCommandException("less data than " + size + " bytes: " + received);
        }
    }

    /** Stores them, and lets go of each piece as it is stored. */
    void storeTo(final AddressMap map, final long address) throws BadCommandException {
        if (inPiece > 0) {
            endPiece();
        }
        piece = null;
        for (int i = 0; i < pieces.size(); i++) {
            final long done = (long) i * PIECE_BYTES;
            final int length = (int) Math.min(PIECE_BYTES, size - done);
            final byte[] bytes = pieces.set(i, null);
            if (bytes == null) {
                map.fill(address + done, length, (byte) 0);
            } else {
                map.store(address + done, bytes, length);
            }
        }
    }
}
