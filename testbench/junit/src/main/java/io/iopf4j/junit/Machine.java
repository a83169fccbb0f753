// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import io.iopf4j.replay.bench.Seams;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a test, or the tests of a class, run on. Closed when the store is. */
abstract class Machine implements AutoCloseable {
    private final Recorder recorder = new Recorder();
    private final Configuration configuration;
    private final List<Seams> between;
    private final List<Object> drivers = new ArrayList<>();

    /**
     * A machine that is to be built.
     *
     * @param configuration how
     * @param between what stands between its parts, the last nearest to the driver
     */
    Machine(final Configuration configuration, final List<Seams> between) {
        this.configuration = configuration;
        this.between = List.copyOf(between);
    }

    /** All that stands between the parts: the recorder, then what the test puts there. */
    Seams seams() {
        Seams all = recorder;
        for (final Seams one : between) {
            all = all.then(one);
        }
        return all;
    }

    Recorder recorder() {
        return recorder;
    }

    Configuration configuration() {
        return configuration;
    }

    long seed() {
        return configuration.seed();
    }

    /** The hardware without a driver that it is; refused where there is one. */
    abstract BareMachine bare();

    /** What of it has a type, or null if it has nothing of the kind. */
    abstract Object part(Class<?> type);

    /** Everything has run: records what is new. */
    void look() {
        recorder.watch().look();
    }

    /** A driver that was bound, or what stands between, of exactly that class; or null. */
    Object made(final Class<?> type) {
        return Stream.concat(drivers.stream(), between.stream())
                .filter(its -> its.getClass() == type)
                .findFirst()
                .orElse(null);
    }

    void add(final Object driver) {
        drivers.add(driver);
    }

    /** What does not hold, one line each. */
    List<String> complaints() {
        look();
        final List<String> lines = new ArrayList<>(recorder.errors().complaints());
        lines.addAll(brokenInvariants());
        return lines;
    }

    abstract List<String> brokenInvariants();

    /** What this machine has to say for itself beyond registers and queues. */
    abstract List<String> story();

    /** Closes what was bound, the last first; all of it, also if some of it fails. */
    @Override
    public void close() {
        RuntimeException failure = null;
        for (int i = drivers.size() - 1; i >= 0; i--) {
            try {
                if (drivers.get(i) instanceof AutoCloseable closeable) {
                    closeable.close();
                }
            } catch (final Exception e) {
                failure =
                        new IllegalStateException(
                                drivers.get(i).getClass().getSimpleName() + " cannot be closed", e);
            }
        }
        drivers.clear();
        if (failure != null) {
            throw failure;
        }
    }
}
