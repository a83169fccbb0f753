// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.smmuv3.SmmuRegisters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * An error that nobody expected fails a test whose assertions passed; one that was expected not.
 */
class ExpectedErrorTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "IllegalCommand|unexpected error: command error CERROR_ILL at CMDQ_CONS index 0 wrap 0:"
                        + " CMD_TLBI_EL3_ALL",
                "BadStream|unexpected error: illegal table or stream: C_BAD_STE StreamID=9",
                "LostBadStream|unexpected error: C_BAD_STE, and its record was lost",
                "Logged|unexpected error: log: tiny: it burns",
                "QueueBeyondMemory|unexpected error: GERROR EVENTQ_ABT_ERR became active",
                "FullQueue|unexpected error: event queue overflow, 1 records lost so far",
                "NotModelled|unexpected error: not modelled: SECURE_REGISTERS: the registers read as zero",
                "FullRequestQueue|unexpected error: page request queue overflow, 1 requests lost so far",
                "IllegalDescriptor|unexpected error: FSTS IQE was set, IQERCD.IQEI 3, at IQH: type 0x7f",
                "NothingHappened|expected an error with 'CERROR_ABT', but there was none",
            })
    void shouldFailThoughAssertionsPassed(final String name, final String complaint)
            throws Exception {
        final Throwable failure =
                Inner.run(Class.forName(ExpectedErrorTest.class.getName() + "$" + name)).failure();
        assertTrue(failure.getMessage().startsWith(complaint), failure.getMessage());
    }

    @Test
    void shouldPassWhereTheErrorIsExpected() {
        assertEquals(1, Inner.run(Expecting.class).succeeded());
    }

    @Test
    void shouldCountExpectationsOfTheTestAlone() {
        final Inner inner = Inner.run(SharedExpecting.class);
        assertEquals(1, inner.succeeded());
        assertTrue(inner.failure().getMessage().contains("log: tiny: again"));
    }

    @Test
    void shouldTellAllComplaints() {
        final String message = Inner.run(Several.class).failure().getMessage();
        assertEquals(
                """
                2 complaints:
                  unexpected error: log: tiny: one
                  unexpected error: log: tiny: two""",
                message);
    }

    @ExtendWith(IommuTestbench.class)
    static class IllegalCommand {
        @Test
        void test(final EmulatedSmmu smmu, @Iommu final TinySmmuDriver driver) {
            driver.submit(0x18, 0);
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class Expecting {
        @Test
        void test(final EmulatedSmmu smmu, @Iommu final TinySmmuDriver driver) {
            smmu.expectError("CERROR_ILL");
            driver.submit(0x18, 0);
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class BadStream {
        @Test
        void test(final EmulatedSmmu smmu, @Iommu final TinySmmuDriver driver) {
            smmu.device(9).read(0x1000);
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class LostBadStream {
        @Test
        void test(final EmulatedSmmu smmu, @Iommu final TinySmmuDriver driver) {
            smmu.platform().mmio().writel(SmmuRegisters.CR0_SMMUEN, SmmuRegisters.CR0);
            smmu.device(9).read(0x1000);
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class Logged {
        @Test
        void test(final EmulatedSmmu smmu) {
            smmu.kernel().log().err("tiny", "it burns");
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class QueueBeyondMemory {
        @Test
        void test(final EmulatedSmmu smmu) {
            smmu.expectError("its record was lost");
            smmu.platform().mmio().writeq(0x8_0000_0000L | 4, SmmuRegisters.EVENTQ_BASE);
            smmu.platform()
                    .mmio()
                    .writel(
                            SmmuRegisters.CR0_SMMUEN | SmmuRegisters.CR0_EVENTQEN,
                            SmmuRegisters.CR0);
            smmu.device(9).read(0x1000);
        }
    }

    /** Nobody reads the queue, which has room for 2^4 records. */
    @ExtendWith(IommuTestbench.class)
    static class FullQueue {
        @Test
        void test(final EmulatedSmmu smmu, @Iommu final TinySmmuDriver driver) {
            smmu.expectError("C_BAD_STE");
            for (int i = 0; i <= 1 << TinySmmuDriver.LOG2; i++) {
                smmu.device(9).read(0x1000L * i);
            }
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class NotModelled {
        @Test
        void test(final EmulatedSmmu smmu) {
            smmu.platform().mmio().readl(SmmuRegisters.SECURE_START);
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class FullRequestQueue {
        @Test
        void test(final EmulatedVtd vtd, @Iommu final TinyVtdDriver driver) {
            final PageRequester nic = vtd.requester(0x310);
            for (int i = 0; i < TinyVtdDriver.REQUESTS; i++) {
                nic.request(1, 0x1000L * i, i);
            }
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class IllegalDescriptor {
        @Test
        void test(final EmulatedVtd vtd, @Iommu final TinyVtdDriver driver) {
            driver.submit(0xe0fL, 0);
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class NothingHappened {
        @Test
        void test(final EmulatedSmmu smmu) {
            smmu.expectError("CERROR_ABT");
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class SharedExpecting {
        @Iommu static EmulatedSmmu smmu;
        static boolean isSecond;

        @Test
        void one() {
            test();
        }

        @Test
        void other() {
            test();
        }

        private static void test() {
            if (isSecond) {
                smmu.kernel().log().err("tiny", "again");
            } else {
                smmu.expectError("once");
                smmu.kernel().log().err("tiny", "once");
                isSecond = true;
            }
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class Several {
        @Test
        void test(final EmulatedSmmu smmu) {
            smmu.kernel().log().err("tiny", "one");
            smmu.kernel().log().err("tiny", "two");
        }
    }
}
