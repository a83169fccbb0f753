// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.qtest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.emulation.smmuv3.SmmuV3Config;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines in, lines out: what each command does, and that no line ends the server. */
class ProtocolTest {
    private static final long MEMORY = SmmuV3Machine.MEMORY_BASE;
    private static final long END = MEMORY + SmmuV3Machine.MEMORY_BYTES;

    private final SmmuV3Machine machine = new SmmuV3Machine(SmmuV3Config.roomy());
    private final QtestClient client = QtestClient.of(machine);

    @AfterEach
    void leave() {
        client.close();
    }

    // ---- Words ----------------------------------------------------------------------------------

    @Test
    void shouldStoreAndLoadWordsOfEveryWidth() {
        client.ok("writeq 0x40000000 0x8877665544332211");
        assertEquals("OK 0x0000000000000011", client.command("readb 0x40000000"));
        assertEquals("OK 0x0000000000003322", client.command("readw 0x40000001"));
        assertEquals("OK 0x0000000088776655", client.command("readl 0x40000004"));
        assertEquals("OK 0x0088776655443322", client.command("readq 0x40000001"));
        client.ok("writeb 0x40000003 0xaa");
        client.ok("writew 0x40000005 0xbbbb");
        client.ok("writel 0x40000007 0xcccccccc");
        assertEquals("OK 0xccbbbb55aa332211", client.command("readq 0x40000000"));
    }

    @Test
    void shouldKeepTheLowBytesOfAValueThatIsTooWide() {
        client.ok("writeq 0x40000000 0");
        client.ok("writeb 0x40000000 0x1ff");
        assertEquals(0xff, client.value("readq 0x40000000"));
    }

    @ParameterizedTest
    @ValueSource(longs = {0xffff, 0xfffc, 0xfffd, 0x1_fff9})
    void shouldStoreWordsAcrossPagesOfAnySize(final long offset) {
        client.writeq(MEMORY + offset, 0x0123_4567_89ab_cdefL);
        assertEquals(0x0123_4567_89ab_cdefL, client.readq(MEMORY + offset));
    }

    @ParameterizedTest
    @CsvSource({
        "18446744073709551615, 0xffffffffffffffff",
        "0XFFFFFFFFFFFFFFFF, 0xffffffffffffffff",
        "0xAbCdEf, 0x0000000000abcdef",
        "010, 0x000000000000000a",
        "0, 0x0000000000000000",
        "0x00000000000000000000000001, 0x0000000000000001"
    })
    void shouldReadNumbers(final String written, final String stored) {
        client.ok("writeq 1073741824 " + written);
        assertEquals("OK " + stored, client.command("readq 0x40000000"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1",
                "+1",
                "0x",
                "x1",
                "1x",
                "0x-1",
                "0x+1",
                "18446744073709551616",
                "1.0",
                "1e3",
                "0x10000000000000000",
                "0b1",
                "''",
                "\"1\"",
                "\u00b2"
            })
    void shouldRefuseWhatIsNoNumber(final String number) {
        client.refused("writeq 0x40000000 " + number);
        client.refused("readq " + number);
        assertEquals(0, client.readq(MEMORY));
    }

    // ---- Blocks ---------------------------------------------------------------------------------

    @Test
    void shouldMoveBytesInOrder() {
        client.ok("write 0x40000001 4 0x0102aBfF");
        assertEquals("OK 0x000102abff00", client.command("read 0x40000000 6"));
        assertEquals("OK AAECq/8A", client.command("b64read 0x40000000 6"));
        assertEquals("OK AQKr/w==", client.command("b64read 0x40000001 4"));
        client.ok("b64write 0x40000010 4 AQKr/w==");
        client.ok("b64write 0x40000020 4 AQKr/w");
        client.ok("b64write 0x40000030 6 AAECq/8A");
        assertEquals("OK 0x0102abff", client.command("read 0x40000010 4"));
        assertEquals("OK 0x0102abff", client.command("read 0x40000020 4"));
        assertEquals("OK 0x000102abff00", client.command("read 0x40000030 6"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 49_151, 49_152, 49_153, 65_536, 65_537, 300_001})
    void shouldMoveBlocksOfEverySizeBothWays(final int size) {
        final byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        Arrays.fill(bytes, size / 3, size / 2, (byte) 0);
        final long address = END - size;
        client.writeBytes(address, bytes);
        assertArrayEquals(bytes, client.readBytes(address, size));
        client.ok("memset 0x%x %d 0xff".formatted(address, size));
        final String text = Base64.getEncoder().encodeToString(bytes);
        client.ok("b64write 0x%x %d %s".formatted(address, size, text));
        assertEquals("OK " + text, client.command("b64read 0x%x %d".formatted(address, size)));
    }

    @Test
    void shouldOverwriteByZeros() {
        client.ok("memset 0x40000000 0x30000 0xa5");
        client.ok("write 0x40008000 0x20000 0x" + "00".repeat(0x2_0000));
        assertEquals(0xa5a5_a5a5_a5a5_a5a5L, client.readq(MEMORY + 0x7ff8));
        assertEquals(0, client.readq(MEMORY + 0x8000));
        assertEquals(0, client.readq(MEMORY + 0x2_7ff8));
        assertEquals(0xa5a5_a5a5_a5a5_a5a5L, client.readq(MEMORY + 0x2_8000));
    }

    @Test
    void shouldFill() {
        client.ok("memset 0x40000001 2 0x1ab");
        assertEquals("OK 0x00abab00", client.command("read 0x40000000 4"));
        client.ok("memset 0x40000001 0 0x11");
        assertEquals("OK 0x00abab00", client.command("read 0x40000000 4"));
    }

    @Test
    void shouldNotTakeMemoryForWhatIsZero() {
        client.ok("memset 0x40000000 0x10000000 0");
        assertEquals(0, machine.memory().usedBytes());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "write 0x40000000 4 0x010203",
                "write 0x40000000 4 0x0102030405",
                "write 0x40000000 4 0x0102030",
                "write 0x40000000 4 0x010203zz",
                "write 0x40000000 4 01020304",
                "write 0x40000000 4 0x",
                "write 0x40000000 4 0",
                "write 0x40000000 4 0x0102 0304",
                "write 0x40000000 4 0x01020304 5",
                "write 0x40000000 0 0x",
                "write 0x4ffffffe 4 0x01020304",
                "write 0x40000000 0x10000001 0x01",
                "write 0x40000000 0xffffffffffffffff 0x01",
                "write 0x40000000 0x8000000000000000 0x01",
                "write 0x3fffffff 2 0x0101",
                "b64write 0x40000000 4 AQKr",
                "b64write 0x40000000 4 AQKr/w===",
                "b64write 0x40000000 4 AQKr/w=",
                "b64write 0x40000000 4 AQKr/",
                "b64write 0x40000000 4 =",
                "b64write 0x40000000 4 A=Kr/w==",
                "b64write 0x40000000 4 AQKr/w*=",
                "b64write 0x40000000 4 AQKr/wAA",
                "b64write 0x40000000 4",
                "memset 0x40000000 0x10000001 1",
                "memset 0x3fffffff 2 1",
                "memset 0x4fffffff 2 1",
                "memset 0x40000000 -1 1",
                "memset 0x40000000 4",
                "memset 0x40000000 4 1 1",
                "memset 0x40000000 0xffffffffffffffff 1"
            })
    void shouldChangeNothingByABlockThatItRefuses(final String line) {
        client.refused(line);
        assertEquals(0, client.readq(MEMORY));
        assertEquals(0, client.readq(END - 8));
        assertEquals(0, machine.memory().usedBytes());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "read 0x40000000",
                "read 0x40000000 0",
                "read 0x4fffffff 2",
                "read 0x3fffffff 2",
                "read 0x50000000 1",
                "read 0x40000000 0x10000001",
                "read 0x40000000 4 4",
                "b64read 0x40000000 0",
                "b64read 0x4fffffff 2",
                "read 0x40000000 0x8000000000000000"
            })
    void shouldRefuseABlockThatIsNotThere(final String line) {
        client.refused(line);
    }

    @Test
    void shouldSkipTheRestOfALineThatItRefusesHoweverLongItIs() {
        client.refused("write 0x40000000 4 0x" + "11".repeat(1_000_000));
        client.refused("x".repeat(3_000_000));
        client.refused("readl 0x40000000 " + "0 ".repeat(1_000_000));
        client.refused("readl " + "0".repeat(1_000_000));
        assertEquals(0, client.readq(MEMORY));
    }

    // ---- Registers ------------------------------------------------------------------------------

    @Test
    void shouldReachRegistersByWordsAlone() {
        final long cr2 = SmmuClient.REGISTERS + 0x2c;
        client.writel(cr2, 2);
        assertEquals(2, client.readl(cr2));
        assertEquals(0, client.value("readb 0x%x".formatted(cr2)));
        assertEquals(0, client.value("readw 0x%x".formatted(cr2)));
        assertEquals(0, client.value("readl 0x%x".formatted(cr2 + 1)));
        assertEquals(0, client.value("readq 0x%x".formatted(cr2 - 1)));
        client.ok("writeb 0x%x 0".formatted(cr2));
        client.ok("writew 0x%x 0".formatted(cr2));
        client.ok("writel 0x%x 0".formatted(cr2 + 2));
        client.ok("writeq 0x%x 0".formatted(cr2 - 2));
        assertEquals(2, client.readl(cr2));
    }

    @Test
    void shouldReachRegistersByBlocksOfWholeWords() {
        final long base = SmmuClient.REGISTERS + 0x80;
        client.ok("write 0x%x 12 0x0000104000000040050000".formatted(base) + "00");
        assertEquals(0x4000_0000_4010_0000L, client.readq(base));
        assertEquals(5, client.readl(base + 8));
        assertEquals(
                "OK 0x000010400000004005000000", client.command("read 0x%x 12".formatted(base)));
        assertEquals("OK 0x0500000000000000", client.command("read 0x%x 8".formatted(base + 8)));
        client.ok("memset 0x%x 8 0".formatted(base));
        assertEquals(0, client.readq(base));
        client.refused("read 0x%x 6".formatted(base));
        client.refused("read 0x%x 4".formatted(base + 2));
        client.refused("memset 0x%x 3 0".formatted(base + 8));
        assertEquals(5, client.readl(base + 8));
    }

    @Test
    void shouldReadBothRegisterPages() {
        assertEquals(0x2_0000, client.readBytes(SmmuClient.REGISTERS, 0x2_0000).length);
        client.refused("read 0x%x 0x20004".formatted(SmmuClient.REGISTERS));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "0x3fffffff",
                "0x50000000",
                "0x4ffffffd",
                "0x0904fffc",
                "0x0904fffe",
                "0x09070000",
                "0x0906fffe",
                "0x0b001000",
                "0xffffffffffffffff",
                "0xfffffffffffffffc",
                "0x8000000040000000",
                "0xfed90000"
            })
    void shouldRefuseAnAddressOutsideEveryRegion(final String address) {
        client.refused("readl " + address);
        client.refused("writel " + address + " 1");
        client.refused("readq " + address);
        client.refused("read " + address + " 4");
    }

    // ---- Lines ----------------------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "\t",
                "quit",
                "READL 0x40000000",
                "readl",
                "readl 0x40000000 1",
                "writel",
                "writel 0x40000000",
                "writel 0x40000000 1 1",
                "endianness 1",
                "clock_step x",
                "clock_step 1 1",
                "clock_set",
                "clock_set -1",
                "irq_intercept_in",
                "irq_intercept_out",
                "irq_intercept_in a b",
                "outl 0x40000000 1",
                "readl\u0000 1",
                "\u00ff\u00fe",
                "OK",
                "IRQ raise 0"
            })
    void shouldRefuseALineThatIsNoCommand(final String line) {
        client.refused(line);
        assertEquals("OK little", client.command("endianness"));
    }

    @Test
    void shouldSeparateWordsByBlanksOfAnyKind() {
        client.ok("\twritel   0x40000000\t 7 \r");
        assertEquals("OK 0x0000000000000007", client.command("readl 0x40000000\r"));
    }

    @Test
    void shouldAnswerCommandsThatComeTogetherInOrder() {
        final StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 20_000; i++) {
            lines.append("writel 0x40000000 ").append(i).append("\nreadl 0x40000000\nx\n");
        }
        final Thread sender = new Thread(() -> client.send(lines.toString()));
        sender.start();
        for (int i = 0; i < 20_000; i++) {
            assertEquals("OK", client.answer());
            assertEquals("OK 0x%016x".formatted(i), client.answer());
            assertEquals("FAIL unknown command 'x'", client.answer());
        }
    }

    @Test
    void shouldAnswerBeforeTheNextLineIsWhole() {
        client.send("readl 0x40000000\nreadl 0x4000");
        assertEquals("OK 0x0000000000000000", client.answer());
        client.send("0000\n");
        assertEquals("OK 0x0000000000000000", client.answer());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void shouldSurviveNoise(final long seed) {
        final Random random = new Random(seed);
        final String[] words = {
            "readq",
            "writeq",
            "read",
            "write",
            "memset",
            "b64write",
            "clock_step",
            "0x40000000",
            "0x09050020",
            "0x0b000018",
            "0xffffffffffffffff",
            "1",
            "4",
            "0x0102",
            "AQ==",
            "-",
            "\r"
        };
        final List<String> sent = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            final StringBuilder line = new StringBuilder();
            for (int word = random.nextInt(5); word >= 0; word--) {
                line.append(words[random.nextInt(words.length)]).append(' ');
            }
            sent.add(line.toString());
            final String answer = client.command(line.toString());
            assertTrue(answer.matches("(OK|FAIL).*"), sent + ": " + answer);
        }
    }

    // ---- Clock ----------------------------------------------------------------------------------

    @Test
    void shouldAnswerTheClock() {
        assertEquals("OK 0", client.command("clock_step"));
        assertEquals("OK 100", client.command("clock_step 100"));
        assertEquals("OK 116", client.command("clock_step 0x10"));
        assertEquals("OK 116", client.command("clock_step 0"));
        assertEquals("OK 5000", client.command("clock_set 5000"));
        assertEquals("OK 5000", client.command("clock_set 10"));
        client.refused("clock_step 0x7fffffffffffffff");
        client.refused("clock_step 0xffffffffffffffff");
        client.refused("clock_set 0x8000000000000000");
        assertEquals("OK 5001", client.command("clock_step 1"));
    }

    @Test
    void shouldStepToWhatWaits() {
        final List<String> ran = new ArrayList<>();
        machine.clock().new Timer(() -> ran.add("late")).arm(300);
        machine.clock().new Timer(() -> ran.add("soon")).arm(200);
        assertEquals("OK 200", client.command("clock_step"));
        assertEquals(List.of("soon"), ran);
        assertEquals("OK 400", client.command("clock_set 400"));
        assertEquals(List.of("soon", "late"), ran);
        assertEquals("OK 400", client.command("clock_step"));
    }
}
