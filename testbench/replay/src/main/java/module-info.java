// SPDX-License-Identifier: Apache-2.0
/** From a dump to a report: what was recorded, the bench that runs it again, and the ledger. */
module io.iopf4j.replay {
    requires transitive io.iopf4j.core;
    requires transitive io.iopf4j.drivers.armsmmuv3;
    requires transitive io.iopf4j.drivers.intel;
    requires transitive io.iopf4j.emulation;
    requires transitive io.iopf4j.trace;
    requires org.snakeyaml.engine;

    exports io.iopf4j.replay;
    exports io.iopf4j.replay.bench;
    exports io.iopf4j.replay.dump;
    exports io.iopf4j.replay.invariants;
    exports io.iopf4j.replay.ledger;
    exports io.iopf4j.replay.explore;
    exports io.iopf4j.replay.scenario;
    exports io.iopf4j.replay.sweep;
    exports io.iopf4j.replay.whatif;

    uses io.iopf4j.drivers.armsmmuv3.DriverLoader;
}
