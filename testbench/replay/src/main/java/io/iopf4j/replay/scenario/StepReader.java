// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.scenario;

import io.iopf4j.api.PageResponseCode;
import io.iopf4j.replay.scenario.ScenarioEvent.Kind;
import io.iopf4j.replay.scenario.ScenarioEvent.Reply;
import io.iopf4j.replay.scenario.ScenarioEvent.Request;
import io.iopf4j.replay.yaml.YamlException;
import io.iopf4j.replay.yaml.YamlMap;
import io.iopf4j.replay.yaml.YamlNode;
import java.util.List;

/** Reads what an access asks for and what an answer says. */
final class StepReader {
    /** What may stand beside an access. */
    static final List<String> REQUEST = List.of("address", "pasid", "write", "pages");

    /** What may stand beside an answer. */
    static final List<String> REPLY = List.of("fault", "code");

    private final Hardware hardware;

    StepReader(final Hardware hardware) {
        this.hardware = hardware;
    }

    /** What an access asks for; null for another event. */
    Request request(final YamlMap map, final Kind kind) throws YamlException {
        if (kind != Kind.ACCESS) {
            refuse(map, REQUEST, "is for 'access' alone");
            return null;
        }
        final int pages = Values.number(map, "pages", 1, WorkloadReader.MOST_GROUP, 1);
        if (pages > 1 && hardware.iommu() != Hardware.Iommu.VTD) {
            throw map.get("pages")
                    .wrong(
                            "needs 'iommu: vtd': SMMUv3 stalls one access at a time and has no"
                                    + " groups of several requests");
        }
        return new Request(
                address(map.get("address"), pages),
                Values.number(map, "pasid", 1, WorkloadReader.PASID_END - 1, Request.NO_PASID),
                Values.yes(map, "write"),
                pages);
    }

    private static long address(final YamlNode node, final int pages) throws YamlException {
        if (node == null) {
            return Request.ADDRESS;
        }
        final long bytes = (long) pages * Workload.Addresses.PAGE_BYTES;
        final long address = Values.number(node, 0, WorkloadReader.ADDRESS_END - bytes);
        if (address % Workload.Addresses.PAGE_BYTES != 0) {
            throw node.expected("a multiple of the page size, 0x1000");
        }
        return address;
    }

    /** What an answer says; null for another event. */
    Reply reply(final YamlMap map, final Kind kind) throws YamlException {
        if (kind != Kind.ANSWER) {
            refuse(map, REPLY, "is for 'answer' alone");
            return null;
        }
        final YamlNode code = map.get("code");
        return new Reply(
                "newest".equals(Values.word(map, "fault", List.of("oldest", "newest"))),
                code == null
                        ? PageResponseCode.SUCCESS
                        : Reply.CODES.get(
                                code.word(Reply.CODES.keySet().stream().sorted().toList())));
    }

    private static void refuse(final YamlMap map, final List<String> keys, final String why)
            throws YamlException {
        for (final String key : keys) {
            if (map.get(key) != null) {
                throw map.key(key).wrong(why);
            }
        }
    }
}
