// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import io.iopf4j.emulation.Scheduler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * One client's session: commands in, answers out, one line each, until the client leaves. A command
 * takes effect when its line has ended, and all that follows from it has happened before its
 * answer. A command that is answered with FAIL has changed nothing. Whatever a client sends, the
 * session goes on; it keeps no line and no answer.
 *
 * <p>Not thread-safe: a session has its machine to itself.
 */
public final class QtestSession {
    /** Bytes of a block that are answered at a time: whole words, and whole groups of base 64. */
    private static final int PIECE_BYTES = 48 << 10;

    private final Machine machine;
    private final AddressMap map;
    private final LineReader line;
    private final Answers answers;

    /**
     * A session that has not begun.
     *
     * @param machine what the client programs, out of reset
     * @param in commands, ASCII
     * @param out answers, ASCII
     */
    public QtestSession(final Machine machine, final InputStream in, final OutputStream out) {
        this.machine = machine;
        this.map = new AddressMap(machine);
        this.answers = new Answers(out);
        this.line = new LineReader(in, answers);
    }

    /**
     * Serves until the client leaves, however it leaves: at the end of its commands, in the middle
     * of one, or with its end of the line cut. What it did not end with a line feed has no effect.
     */
    public void run() {
        try {
            while (true) {
                try {
                    execute();
                } catch (final BadCommandException e) {
                    line.skipRest();
                    answers.fail(e.getMessage());
                }
            }
        } catch (final IOException e) {
            // The client has gone, with or without a farewell. What it sent before is answered.
            flush();
        }
    }

    private void flush() {
        try {
            answers.flush();
        } catch (final IOException e) {
            // Gone as well.
        }
    }

    private void execute() throws IOException, BadCommandException {
        final String command = line.word();
        if (command == null) {
            throw new BadCommandException("empty line");
        }
        switch (command) {
            case "writeb" -> store(1);
            case "writew" -> store(2);
            case "writel" -> store(4);
            case "writeq" -> store(8);
            case "readb" -> load(1);
            case "readw" -> load(2);
            case "readl" -> load(4);
            case "readq" -> load(8);
            case "read" -> read(false);
            case "write" -> write(false);
            case "b64read" -> read(true);
            case "b64write" -> write(true);
            case "memset" -> memset();
            case "endianness" -> endianness();
            case "clock_step" -> clockStep();
            case "clock_set" -> clockSet();
            case "irq_intercept_in", "irq_intercept_out" -> interceptInterrupts();
            default ->
                    throw new BadCommandException(
                            "unknown command '" + Numbers.printable(command) + "'");
        }
    }

    // ---- Words and blocks -----------------------------------------------------------------------

    private void store(final int width) throws IOException, BadCommandException {
        final long address = number();
        final long value = number();
        line.end();
        map.store(address, width, value);
        answers.ok();
    }

    private void load(final int width) throws IOException, BadCommandException {
        final long address = number();
        line.end();
        answers.ok(map.load(address, width));
    }

    private void read(final boolean isBase64) throws IOException, BadCommandException {
        final long address = number();
        final long size = blockSize(address);
        line.end();
        answers.text(isBase64 ? "OK " : "OK 0x");
        final byte[] piece = new byte[(int) Math.min(PIECE_BYTES, size)];
        int length;
        for (long done = 0; done < size; done += length) {
            length = (int) Math.min(piece.length, size - done);
            map.load(address + done, piece, length);
            if (isBase64) {
                answers.base64(piece, length);
            } else {
                answers.hex(piece, length);
            }
        }
        answers.text("\n");
    }

    private void write(final boolean isBase64) throws IOException, BadCommandException {
        final long address = number();
        final long size = blockSize(address);
        final Block block = new Block(size);
        if (isBase64) {
            BlockReader.base64(line, block);
        } else {
            BlockReader.hex(line, block);
        }
        line.end();
        block.storeTo(map, address);
        answers.ok();
    }

    private long blockSize(final long address) throws IOException, BadCommandException {
        final long size = number();
        if (size == 0) {
            throw new BadCommandException("a block of no bytes");
        }
        map.check(address, size);
        return size;
    }

    private void memset() throws IOException, BadCommandException {
        final long address = number();
        final long size = number();
        final long value = number();
        line.end();
        map.check(address, size);
        map.fill(address, size, (byte) value);
        answers.ok();
    }

    // ---- The rest -------------------------------------------------------------------------------

    private void endianness() throws IOException, BadCommandException {
        line.end();
        answers.ok("little");
    }

    /** Without a number: to what waits next, or nowhere. */
    private void clockStep() throws IOException, BadCommandException {
        final Scheduler clock = machine.clock();
        final String step = line.word();
        line.end();
        if (step != null) {
            final long ns = Numbers.parse(step);
            runUntil(ns < 0 ? ns : clock.nowNs() + ns);
        } else {
            final long next = clock.nextTimerNs();
            runUntil(next == Long.MAX_VALUE ? clock.nowNs() : next);
        }
    }

    private void clockSet() throws IOException, BadCommandException {
        final long to = number();
        line.end();
        runUntil(to);
    }

    /** Time never runs back: the answer says where it stands. */
    private void runUntil(final long time) throws BadCommandException {
        if (time < 0) {
            throw new BadCommandException("the clock has 63 bits");
        }
        machine.clock().runUntil(time);
        answers.ok(Long.toString(machine.clock().nowNs()));
    }

    private void interceptInterrupts() throws IOException, BadCommandException {
        operand();
        line.end();
        for (int i = 0; i < machine.interrupts().size(); i++) {
            final int number = i;
            machine.interrupts().get(i).connect(() -> answers.pulse(number));
        }
        answers.ok();
    }

    private String operand() throws IOException, BadCommandException {
        final String word = line.word();
        if (word == null) {
            throw new BadCommandException("missing operand");
        }
        return word;
    }

    private long number() throws IOException, BadCommandException {
        return Numbers.parse(operand());
    }
}
