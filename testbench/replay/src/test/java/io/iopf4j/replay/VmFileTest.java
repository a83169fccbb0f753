// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VmFileTest {
    @TempDir private Path folder;

    @Test
    void shouldReadVmsInTheOrderOfTheFile() throws IOException {
        final Path file = file("vm-b: [0000:00:02.0, 0000:00:03.0]\nvm-a:\n  - mock0\n");
        assertEquals("{vm-b=[0000:00:02.0, 0000:00:03.0], vm-a=[mock0]}", read(file));
    }

    @Test
    void shouldNameTheLineThatIsNotYaml() throws IOException {
        assertRefused("vm-a: [mock0]\nvm-b: [mock1\n", ":3: not YAML: ");
    }

    @Test
    void shouldRefuseAVmThatIsNamedTwice() throws IOException {
        assertRefused("vm-a: [mock0]\nvm-a: [mock1]\n", ":2: 'vm-a': is there twice");
    }

    @Test
    void shouldRefuseADeviceInTwoVms() throws IOException {
        assertRefused(
                "vm-a: [mock0]\nvm-b: [mock0]\n",
                ":2: 'vm-b: mock0': is in both 'vm-a' and 'vm-b'");
    }

    @Test
    void shouldRefuseADeviceThatIsNamedTwice() throws IOException {
        assertRefused("vm-a: [mock0, mock0]\n", ":1: 'vm-a: mock0': is in both");
    }

    @Test
    void shouldRefuseWhatIsNoMapping() throws IOException {
        assertRefused("- mock0\n", "expected a mapping");
        assertRefused("", "expected a mapping");
    }

    @Test
    void shouldRefuseAVmWithoutAListOfDevices() throws IOException {
        assertRefused("vm-a: mock0\n", ":1: 'vm-a: mock0': expected a list");
    }

    @Test
    void shouldRefuseADeviceThatIsNoName() throws IOException {
        assertRefused("vm-a: [[mock0]]\n", ":1: 'vm-a: [...]': expected a device's name");
        assertRefused("vm-a: [null]\n", ":1: 'vm-a: null': expected a device's name");
    }

    @Test
    void shouldRefuseAFileThatIsTooLarge() throws IOException {
        assertRefused("#" + "x".repeat(1 << 20), "1 MiB");
    }

    @Test
    void shouldRefuseNestingWithoutEnd() throws IOException {
        assertRefused("[".repeat(1 << 19), "nested deeper");
    }

    @Test
    void shouldNameAFileThatIsNoText() throws IOException {
        final Path file = folder.resolve("vms.yaml");
        Files.write(file, new byte[] {'a', ':', (byte) 0xff, (byte) 0xfe});
        assertRefused(file, "not YAML");
    }

    private void assertRefused(final String yaml, final String why) throws IOException {
        assertRefused(file(yaml), why);
    }

    private static void assertRefused(final Path file, final String why) {
        final IOException refusal = assertThrows(IOException.class, () -> VmFile.read(file));
        assertTrue(refusal.getMessage().startsWith(file + ":"), refusal.getMessage());
        assertTrue(refusal.getMessage().contains(why), refusal.getMessage());
        assertFalse(refusal.getMessage().contains("\n"), refusal.getMessage());
    }

    private Path file(final String yaml) throws IOException {
        return Files.writeString(folder.resolve("vms.yaml"), yaml);
    }

    private static String read(final Path file) throws IOException {
        return VmFile.read(file).toString();
    }
}
