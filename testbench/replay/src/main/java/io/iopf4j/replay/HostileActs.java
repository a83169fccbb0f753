// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.core.vfio.VfioRegion;
import io.iopf4j.replay.bench.Bench;
import io.iopf4j.replay.bench.GuestDoor;
import io.iopf4j.replay.bench.GuestEndpoint;
import io.iopf4j.replay.bench.GuestRecord;
import io.iopf4j.replay.bench.GuestVm;
import io.iopf4j.replay.ledger.Ledger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * What a hostile guest does beside answering: one act at a time, drawn from a seed. All of it goes
 * through the bytes that a monitor and its host's kernel share, and none of it is an answer that
 * the guest means. The same seed and records give the same acts.
 */
final class HostileActs {
    private static final int REMEMBERED = 16;
    private static final int MOST_BYTES = 256;
    private static final int GUESSES = 64;
    private static final int KNOWN_CODES = 16;
    private static final int NEAR = 8;

    /** All acts but one are drawn so much more often: a wrong code may be a device's last. */
    private static final int OFTEN = 8;

    private static final int ACTS = 8 * OFTEN + 1;

    private final Bench bench;
    private final GuestVm vm;
    private final SplittableRandom random;
    private final List<GuestRecord> answered = new ArrayList<>();
    private final List<GuestDoor> doors = new ArrayList<>();
    private final GuestRecord said = new GuestRecord();
    private final Map<GuestDoor, Integer> turned = new LinkedHashMap<>();
    private final ByteBuffer index =
            ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    private final byte[] noise = new byte[MOST_BYTES];
    private int answers;

    HostileActs(final Bench bench, final GuestVm vm, final SplittableRandom random) {
        this.bench = bench;
        this.vm = vm;
        this.random = random;
    }

    /**
     * The open fault that a record is of.
     *
     * @param record what the guest read
     * @param ledger knows what is open
     * @return its row, or {@link Ledger#NONE} if the record is an old one
     */
    static int faultOf(final GuestRecord record, final Ledger ledger) {
        final GuestEndpoint endpoint = record.device().endpoint();
        final int row = ledger.rowOfGroup(endpoint.index(), record.grpid());
        final boolean isSame =
                row != Ledger.NONE
                        && ledger.endpoint(row) == endpoint.index()
                        && ledger.cookie(row) == record.cookie()
                        && endpoint.pasid(ledger.substream(row)) == record.ssid()
                        && endpoint.address(ledger.iova(row)) == record.iova();
        return isSame ? row : Ledger.NONE;
    }

    /** The guest has answered a record rightly: it can be answered once more. */
    void remember(final GuestRecord record) {
        final GuestRecord copy =
                answered.size() < REMEMBERED
                        ? new GuestRecord()
                        : answered.remove(answers % REMEMBERED);
        answered.add(copy.copyFrom(record));
        answers++;
    }

    /**
     * Does one.
     *
     * @param record what the guest is about to answer, or has answered
     * @param waiting what else it will answer
     */
    void act(final GuestRecord record, final List<GuestRecord> waiting) {
        learnDoors();
        if (doors.isEmpty()) {
            // Its devices went before it did anything.
            return;
        }
        turnBack();
        switch (random.nextInt(ACTS) / OFTEN) {
            case 0 -> noiseAsAnswers();
            case 1 -> vm.respond(any(answered, record), PageResponseCode.SUCCESS);
            case 2 -> vm.respond(any(waiting, record), PageResponseCode.SUCCESS);
            case 3 -> vm.respond(guess(record), random.nextInt(2));
            case 4 -> door().write(noise(random.nextInt(MOST_BYTES)), anyOffset());
            case 5 -> door().read(ByteBuffer.allocate(random.nextInt(MOST_BYTES)), anyOffset());
            case 6 -> writeIndex();
            case 7 -> mutateShared();
            default -> vm.respond(record, anyCode());
        }
        bench.scheduler().runReady();
    }

    /** Doors stay known when their devices have gone. */
    private void learnDoors() {
        for (final GuestDoor door : vm.doors()) {
            if (!doors.contains(door) && doors.size() < REMEMBERED) {
                doors.add(door);
            }
        }
    }

    private GuestDoor door() {
        return doors.get(random.nextInt(doors.size()));
    }

    private GuestRecord any(final List<GuestRecord> records, final GuestRecord otherwise) {
        return records.isEmpty() ? otherwise : records.get(random.nextInt(records.size()));
    }

    /** Ids that are small are others' as likely as its own. */
    private GuestRecord guess(final GuestRecord record) {
        said.set(
                        record.device(),
                        random.nextBoolean() ? record.ssid() : random.nextInt(-1, GUESSES),
                        record.iova(),
                        random.nextBoolean() ? random.nextInt(GUESSES) : random.nextInt(),
                        random.nextBoolean() ? random.nextInt(GUESSES) : random.nextInt())
                .shape(random.nextInt(), random.nextBoolean());
        return said;
    }

    private int anyCode() {
        return random.nextBoolean() ? random.nextInt(KNOWN_CODES) : random.nextInt();
    }

    private long anyOffset() {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(MOST_BYTES);
            case 1 -> random.nextLong();
            default -> 0;
        };
    }

    private ByteBuffer noise(final int length) {
        random.nextBytes(noise);
        return ByteBuffer.wrap(noise, 0, length).slice();
    }

    /** Up to some records of noise, cut short now and then. */
    private void noiseAsAnswers() {
        final GuestDoor door = door();
        final ByteBuffer shared = door.shared();
        final int most = MOST_BYTES / door.recordBytes();
        final int length =
                random.nextInt(most + 1) * door.recordBytes()
                        + (random.nextBoolean() ? random.nextInt(door.recordBytes()) : 0);
        final ByteBuffer bytes = noise(Math.min(length, MOST_BYTES));
        if (shared.capacity() == 0) {
            door.write(bytes, 0);
        } else {
            shared.position(
                    door.recordBytes()
                            * random.nextInt(
                                    (shared.capacity() - bytes.remaining()) / door.recordBytes()));
            shared.put(bytes);
            writeIndex(door);
        }
    }

    private void writeIndex() {
        writeIndex(door());
    }

    /** A ring's index: within it, around it, or out of it. */
    private void writeIndex(final GuestDoor door) {
        if (door.read(index.clear(), 0) != Integer.BYTES) {
            return;
        }
        turned.putIfAbsent(door, index.getInt(0));
        writeIndex(
                door,
                switch (random.nextInt(8)) {
                    case 0 -> random.nextInt();
                    case 1 -> index.getInt(0) - 1;
                    case 2 -> random.nextInt(VfioRegion.ENTRIES);
                    default -> index.getInt(0) + random.nextInt(-NEAR, NEAR + 1);
                });
    }

    private void writeIndex(final GuestDoor door, final int value) {
        door.write(index.clear().putInt(0, value), 0);
    }

    /** Else it would hear of nothing any more: a ring that is full signals nothing. */
    private void turnBack() {
        turned.forEach(this::writeIndex);
        turned.clear();
        vm.poll();
    }

    /** Changes some bytes of what lies in a ring, and offers it once more. */
    private void mutateShared() {
        final GuestDoor door = door();
        final ByteBuffer shared = door.shared();
        if (shared.capacity() == 0) {
            noiseAsAnswers();
            return;
        }
        for (int i = random.nextInt(4); i >= 0; i--) {
            shared.put(random.nextInt(shared.capacity()), (byte) random.nextInt());
        }
        writeIndex(door);
    }
}
