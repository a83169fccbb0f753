// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import io.iopf4j.api.PageResponseType;
import io.iopf4j.replay.yaml.YamlException;
import io.iopf4j.replay.yaml.YamlMap;
import io.iopf4j.replay.yaml.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Reads what the devices of a machine do. */
final class WorkloadReader {
    private static final List<String> KEYS =
            List.of(
                    "rate",
                    "burst",
                    "arrivals",
                    "start",
                    "stop",
                    "count",
                    "addresses",
                    "pasids",
                    "access",
                    "groupSize",
                    "responseType",
                    "inFlight");
    private static final int MOST_AT_ONCE = 1_000_000;
    private static final long MOST_ACCESSES = 1_000_000_000_000L;
    private static final int MOST_PASIDS = 256;
    static final int MOST_GROUP = 512;
    static final int PASID_END = 1 << 20;
    static final long ADDRESS_END = 1L << 48;
    private static final Workload.Addresses ANYWHERE =
            new Workload.Addresses(0x10_0000, 4096, false);

    private final long durationNs;
    private final Hardware hardware;

    WorkloadReader(final long durationNs, final Hardware hardware) {
        this.durationNs = durationNs;
        this.hardware = hardware;
    }

    Workload read(final YamlNode node) throws YamlException {
        final YamlMap map = node.map("a mapping such as {rate: 1000/s}", KEYS);
        final Values.Rate rate = Values.rate(map.require("rate", "rate: 1000/s"));
        final long startNs =
                map.get("start") == null ? 0 : Values.timeBefore(map.get("start"), durationNs);
        final YamlNode count = map.get("count");
        final Workload.Addresses addresses = addresses(map.get("addresses"));
        final int groupSize = Values.number(map, "groupSize", 1, MOST_GROUP, 1);
        if (groupSize > addresses.pages()) {
            throw map.get("groupSize")
                    .wrong("a group of more pages than the " + addresses.pages() + " there are");
        }
        final boolean isStream =
                "stream".equals(Values.word(map, "responseType", List.of("group", "stream")));
        final Workload workload =
                new Workload(
                        rate.count(),
                        rate.perNs(),
                        Values.number(map, "burst", 1, MOST_AT_ONCE, 1),
                        "random".equals(Values.word(map, "arrivals", List.of("regular", "random"))),
                        startNs,
                        stop(map.get("stop"), startNs),
                        count == null ? Long.MAX_VALUE : Values.number(count, 1, MOST_ACCESSES),
                        addresses,
                        pasids(map.get("pasids")),
                        access(map),
                        groupSize,
                        isStream ? PageResponseType.STREAM : PageResponseType.GROUP,
                        Values.number(map, "inFlight", 1, MOST_AT_ONCE, Workload.UNLIMITED));
        if (hardware.iommu() != Hardware.Iommu.VTD) {
            refuseVtdOnly(map, workload);
        }
        return workload;
    }

    private static void refuseVtdOnly(final YamlMap map, final Workload workload)
            throws YamlException {
        if (workload.groupSize() > 1) {
            throw map.get("groupSize")
                    .wrong(
                            "needs 'iommu: vtd': SMMUv3 stalls one access at a time and has no"
                                    + " groups of several requests");
        }
        if (workload.needsVtd()) {
            throw map.get("responseType")
                    .wrong("needs 'iommu: vtd': SMMUv3 has no stream responses");
        }
    }

    private long stop(final YamlNode node, final long startNs) throws YamlException {
        if (node == null) {
            return durationNs;
        }
        final long stopNs = Values.time(node);
        if (stopNs <= startNs) {
            throw node.expected("a time after the start");
        }
        if (stopNs > durationNs) {
            throw node.expected("a time not beyond the duration");
        }
        return stopNs;
    }

    private static Workload.Addresses addresses(final YamlNode node) throws YamlException {
        if (node == null) {
            return ANYWHERE;
        }
        final YamlMap map =
                node.map(
                        "a mapping such as {from: 0x100000, pages: 256}",
                        List.of("from", "pages", "order"));
        final YamlNode fromNode = map.get("from");
        final long from =
                fromNode == null ? ANYWHERE.from() : Values.number(fromNode, 0, ADDRESS_END - 1);
        if (from % Workload.Addresses.PAGE_BYTES != 0) {
            throw fromNode.expected("a multiple of the page size, 0x1000");
        }
        final int pages = Values.number(map, "pages", 1, 1 << 30, ANYWHERE.pages());
        if (from + (long) pages * Workload.Addresses.PAGE_BYTES > ADDRESS_END) {
            throw node.wrong("ends beyond the 48 bits of an address");
        }
        final String order = Values.word(map, "order", List.of("sequential", "random"));
        return new Workload.Addresses(from, pages, "random".equals(order));
    }

    private static List<Integer> pasids(final YamlNode node) throws YamlException {
        if (node == null) {
            return List.of();
        }
        final Set<Integer> pasids = new LinkedHashSet<>();
        for (final YamlNode item : node.list("a list of PASIDs such as [1, 2]", MOST_PASIDS)) {
            if (!pasids.add((int) Values.number(item, 1, PASID_END - 1))) {
                throw item.wrong("is there twice");
            }
        }
        return new ArrayList<>(pasids);
    }

    private static Workload.Access access(final YamlMap map) throws YamlException {
        final String word = Values.word(map, "access", List.of("read", "write", "mixed"));
        return Workload.Access.valueOf(word.toUpperCase(Locale.ROOT));
    }
}
