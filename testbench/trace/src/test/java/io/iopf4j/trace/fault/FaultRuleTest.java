// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.trace.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.trace.EventFormat;
import io.iopf4j.trace.fault.FaultEvent.Kind;
import io.iopf4j.trace.input.ValueEvent;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultRuleTest {
    private final FaultRule prq =
            FaultRule.of(
                    "intel_iommu:prq_report",
                    Kind.REQUEST,
                    "device=dev",
                    "rid=dw0[31:16]",
                    "pasid=dw0[51:32]",
                    "flags=dw0[8]|dw1[2]<<1",
                    "perm=dw1[1:0]|0x8",
                    "addr=dw1[63:12]<<12");
    private final EventFormat format =
            ValueEvent.format("intel_iommu", "prq_report", "dw0", "dw1", "dev");
    private final ValueEvent event = new ValueEvent();
    private final FaultEvent fault = new FaultEvent();

    private FaultBinding bound(final FaultRule... rules) throws IOException {
        return new FaultBinding(format, FaultMap.builtIn().with(List.of(rules)));
    }

    @Test
    void shouldTakeBitsOfFields() throws IOException {
        event.begin(format, 7).put(0, 0x5_6a08_0101L).put(1, 0xffff_7f00_0000_1007L).put(2, "dsa0");
        assertEquals(null, bound(prq).fill(event, fault));
        assertEquals(Kind.REQUEST, fault.kind());
        assertEquals("dsa0", fault.device());
        assertEquals(0x6a08, fault.rid());
        assertEquals(5, fault.pasid());
        assertEquals(3, fault.flags());
        assertEquals(11, fault.perm());
        assertEquals(0xffff_7f00_0000_1000L, fault.addr());
        assertEquals(7, fault.timeNs());
    }

    @Test
    void shouldNameWhatOneEventLacks() throws IOException {
        event.begin(format, 7).put(0, 0).put(2, "dsa0");
        assertEquals("dw1", bound(prq).fill(event, fault).name());
    }

    @Test
    void shouldTakeTheFirstRuleWhoseConditionsHold() throws IOException {
        final FaultRule answer =
                FaultRule.of(
                        "intel_iommu:prq_report", Kind.ANSWER, "when dw0[3:0]=9", "rid=dw0[31:16]");
        event.begin(format, 7).put(0, 0x1_0009).put(1, 0).put(2, "dsa0");
        bound(answer, prq).fill(event, fault);
        assertEquals(Kind.ANSWER, fault.kind());
        assertEquals(1, fault.rid());
        event.put(0, 0x1_0001);
        bound(answer, prq).fill(event, fault);
        assertEquals(Kind.REQUEST, fault.kind());
        final EventFormat other = ValueEvent.format("intel_iommu", "qi_submit", "dw0");
        event.begin(other, 8).put(0, 1);
        new FaultBinding(other, FaultMap.builtIn()).fill(event, fault);
        assertEquals(Kind.OTHER, fault.kind());
    }

    @Test
    void shouldListItsFields() throws IOException {
        assertEquals(Set.of("dev", "dw0", "dw1"), prq.fields());
        final EventFormat poor = ValueEvent.format("intel_iommu", "prq_report", "dw0", "dev");
        assertEquals(
                List.of("dw1"),
                new FaultBinding(poor, FaultMap.builtIn().with(List.of(prq))).missing());
    }

    @ParameterizedTest
    @CsvSource({
        "nocolon, addr=addr, no event",
        "a:b, addr, expected name=value",
        "a:b, colour=red, nothing that a fault has",
        "a:b, addr=dw0[64], no bit",
        "a:b, addr=dw0[1:2], higher bit first",
        "a:b, addr=dw0+1, no value",
        "a:b, addr=0x1ffffffffffffffff, no value"
    })
    void shouldSayWhatIsWrong(final String name, final String word, final String wrong) {
        final IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> FaultRule.of(name, Kind.REQUEST, word));
        assertTrue(e.getMessage().contains(wrong), e.getMessage());
        assertTrue(e.getMessage().lines().count() == 1, e.getMessage());
    }
}
