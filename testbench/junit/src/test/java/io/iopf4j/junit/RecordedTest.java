// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import static io.iopf4j.junit.IommuAssertions.assertThat;
import static io.iopf4j.junit.SmmuCommand.CMD_ATC_INV;
import static io.iopf4j.junit.SmmuCommand.CMD_RESUME;
import static io.iopf4j.junit.SmmuCommand.CMD_SYNC;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.iopf4j.api.smmuv3.CmdqOp;
import io.iopf4j.api.smmuv3.Commands;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What assertions on records accept, and what they print. */
class RecordedTest {
    private static final Recorded COMMANDS =
            new Recorded(
                    "commands",
                    List.of(
                            decode(Commands.resume(8, Commands.RESUME_RETRY), 3),
                            decode(Commands.sync(0, 0), 0),
                            decode(Commands.resume(9, Commands.RESUME_ABORT), 0x12)));

    private static Entry decode(final long word0, final long word1) {
        return SmmuCommand.decode(5, word0, word1);
    }

    @Test
    void shouldAcceptWhatIsThere() {
        assertThat(COMMANDS)
                .containsExactly(CMD_RESUME.with("STAG", 3), CMD_SYNC, CMD_RESUME.with("Ab", 1))
                .containsInOrder(CMD_RESUME, CMD_RESUME)
                .contains(CMD_RESUME.with("StreamID", 9), CMD_SYNC)
                .containsNo(CMD_ATC_INV, CMD_RESUME.with("StreamID", 7))
                .hasSize(3);
        assertThat(COMMANDS.only(CMD_ATC_INV)).isEmpty();
        assertEquals(0x12, COMMANDS.last().number("STAG"));
        assertEquals(5, COMMANDS.last().timeNs());
    }

    @Test
    void shouldPrintWhatIsThereInstead() {
        assertEquals(
                """
                expected commands, in this order:
                  CMD_SYNC
                  CMD_SYNC
                but there were 3:
                  CMD_RESUME StreamID=8 STAG=3 Ac=1 Ab=0
                  CMD_SYNC CS=0
                  CMD_RESUME StreamID=9 STAG=0x12 Ac=0 Ab=1""",
                failure(() -> assertThat(COMMANDS).containsInOrder(CMD_SYNC, CMD_SYNC)));
        assertEquals(
                """
                expected commands that are CMD_SYNC: none
                but there were 1:
                  CMD_SYNC CS=0""",
                failure(() -> assertThat(COMMANDS.only(CMD_SYNC)).isEmpty()));
        assertEquals(
                "expected 2 commands that are CMD_ATC_INV\nbut there were none",
                failure(() -> assertThat(COMMANDS.only(CMD_ATC_INV)).hasSize(2)));
        assertEquals(
                "there are no commands that are CMD_ATC_INV",
                failure(() -> COMMANDS.only(CMD_ATC_INV).last()));
    }

    @Test
    void shouldCutLongRecords() {
        final Recorded many =
                new Recorded(
                        "commands",
                        java.util.Collections.nCopies(20, decode(Commands.sync(0, 0), 0)));
        assertEquals(
                "  ... 4 earlier ones",
                failure(() -> assertThat(many).isEmpty()).lines().toList().get(2));
    }

    @Test
    void shouldSayWhichFieldsThereAre() {
        assertEquals(
                "CMD_RESUME has no field Stag here; it has [StreamID, STAG, Ac, Ab]",
                assertThrows(
                                IllegalArgumentException.class,
                                () -> assertThat(COMMANDS).contains(CMD_RESUME.with("Stag", 3)))
                        .getMessage());
    }

    private static String failure(final org.junit.jupiter.api.function.Executable assertion) {
        return assertThrows(AssertionError.class, assertion).getMessage();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0x03|0x1|CMD_CFGI_STE StreamID=7 Leaf=1",
                "0x04|0x1f|CMD_CFGI_STE_RANGE StreamID=7 Range=0x1f",
                "0x05|0x0|CMD_CFGI_CD StreamID=7 SubstreamID=0 Leaf=0",
                "0x06|0x0|CMD_CFGI_CD_ALL StreamID=7",
                "0x11|0x0|CMD_TLBI_NH_ASID VMID=7 ASID=0",
                "0x12|0x5001|CMD_TLBI_NH_VA VMID=7 ASID=0 Address=0x5000 Leaf=1",
                "0x28|0x0|CMD_TLBI_S12_VMALL VMID=7",
                "0x40|0x5000|CMD_ATC_INV StreamID=7 Address=0x5000",
                "0x41|0x2003|CMD_PRI_RESP StreamID=7 PRGIndex=3 Resp=2",
                "0x45|0x0|CMD_STALL_TERM StreamID=7",
                "0xff|0x0|CMD_0xff word0=0x7000000ff word1=0",
            })
    void shouldDecodeCommands(final String opcode, final String word1, final String text) {
        assertEquals(text, decode(Long.decode(opcode) | 7L << 32, Long.decode(word1)).toString());
    }

    @Test
    void shouldNameEveryOpcode() throws IllegalAccessException {
        for (final java.lang.reflect.Field field : CmdqOp.class.getFields()) {
            if (!field.getName().startsWith("CERROR")) {
                assertEquals("CMD_" + field.getName(), decode(field.getInt(null), 0).name());
            }
        }
    }
}
