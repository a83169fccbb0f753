// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.iopf4j.api.hw.PlatformDevice;
import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.drivers.intel.IntelIommu;
import io.iopf4j.emulation.smmuv3.SmmuFeature;
import io.iopf4j.replay.bench.Seams;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What cannot be fails with a sentence that names the field or parameter. */
class MisuseTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "FinalField|field FinalField.smmu is final: the testbench cannot fill it",
                "StaticFinalField|field StaticFinalField.smmu is final: the testbench cannot fill it",
                "WrongType|field WrongType.number is of type int, which is neither a part of the"
                        + " testbench nor a driver's class",
                "WrongParameter|of type String, which is neither a part of the testbench nor a"
                        + " driver's class",
                "TwoConfigurations|a test has one machine, but both field TwoConfigurations.one and"
                        + " field TwoConfigurations.other say how it is built",
                "FieldAndParameter|a test has one machine, but both field FieldAndParameter.smmu and"
                        + " parameter 1 (VirtualClock) of FieldAndParameter.test say",
                "TwoModels|a machine has one IOMMU, which is VTD by field TwoModels.vtd: field"
                        + " TwoModels.smmu cannot be",
                "OtherModel|a machine has one IOMMU, which is VTD by @Iommu of class OtherModel: field"
                        + " OtherModel.smmu cannot be",
                "DriverOfOtherModel|a machine has one IOMMU, which is VTD by field DriverOfOtherModel.driver:"
                        + " field DriverOfOtherModel.smmu cannot be",
                "BenchAndDriver|field BenchAndDriver.driver is for hardware without a driver, but field"
                        + " BenchAndDriver.bench brings its own",
                "BenchAndPlatform|for hardware without a driver, but field BenchAndPlatform.bench brings"
                        + " its own",
                "BindOnBench|a GuestBench has bound its own driver",
                "NoSuchConstructor|field NoSuchConstructor.driver: Odd has neither a constructor nor a"
                        + " static probe whose parameters are a PlatformDevice",
                "FailingDriver|field FailingDriver.driver: Failing fails:"
                        + " java.lang.IllegalStateException: no clock",
                "RefusingDriver|field RefusingDriver.driver: Refusing refuses this hardware: -ENXIO",
                "Constructed|a constructor runs before there is a machine; take a field",
                "BeforeAllWithoutShared|before the tests there is only what static fields share, and"
                        + " there are none",
                "SharedSaysTwice|say it at a static field or at the class",
                "SharedSeeds|needs a machine for each seed, but static fields share one",
                "NotInShared|the machine was built without a FaultCore, because nothing asked for one",
                "NoSeeds|must be of at least 1 seed: 0",
                "StallsOfVtd|@Iommu of field StallsOfVtd.vtd: stallEntries and without are of SMMUv3",
                "OddQueue|@Iommu of field OddQueue.smmu: queueEntries must be a power of two up to"
                        + " 524288: 3",
                "OddQueueOfVtd|queueEntries of VT-d must be a power of two in [128, 16384]: 3",
                "QueueOfBareVtd|queueEntries of VT-d is the driver's choice, but for a GuestBench",
                "TooManyStalls|@Iommu of class TooManyStalls: stallMax must be in [1, 65535]:"
                        + " stallMax=65536",
                "NoStage|@Iommu of field NoStage.smmu: an SMMU needs STAGE_1 or STAGE_2",
                "OddSemantics|semantics must be one of",
                "OddPolicy|@Iommu of field OddPolicy.bench: ",
                "PolicyWithoutBench|policy limits the machines of a GuestBench, and there is none here",
                "OddSeams|OddSeams$Named has no constructor () and none of (long seed)",
            })
    void shouldNameWhatIsWrong(final String name, final String sentence) throws Exception {
        final Throwable failure =
                Inner.run(Class.forName(MisuseTest.class.getName() + "$" + name)).failure();
        assertTrue(failure.getMessage().contains(sentence), failure.getMessage());
        assertEquals(-1, failure.getMessage().indexOf('\n'), "more than one line");
    }

    @Test
    void shouldRefuseSeedThatIsNoNumber() {
        assertEquals(
                "iopf4j.seed must be a number of 64 bits: lucky",
                Inner.runWithSeed(Fine.class, "lucky").failure().getMessage());
    }

    @ExtendWith(IommuTestbench.class)
    private abstract static class Base {
        @Test
        void test() {}
    }

    static class Fine extends Base {
        @Iommu EmulatedSmmu smmu;
    }

    static class FinalField extends Base {
        @Iommu final EmulatedSmmu smmu = null;
    }

    static class StaticFinalField extends Base {
        @Iommu static final EmulatedSmmu smmu = null;
    }

    static class WrongType extends Base {
        @Iommu int number;
    }

    @ExtendWith(IommuTestbench.class)
    static class WrongParameter {
        @Test
        void test(@Iommu final String text) {}
    }

    static class TwoConfigurations extends Base {
        @Iommu(stallEntries = 16)
        EmulatedSmmu one;

        @Iommu(stallEntries = 32)
        EmulatedSmmu other;
    }

    @ExtendWith(IommuTestbench.class)
    static class FieldAndParameter {
        @Iommu(seed = 2)
        EmulatedSmmu smmu;

        @Test
        void test(@Iommu(seed = 3) final VirtualClock clock) {}
    }

    static class TwoModels extends Base {
        @Iommu EmulatedSmmu smmu;
        @Iommu EmulatedVtd vtd;
    }

    @Iommu(model = Iommu.Model.VTD)
    static class OtherModel extends Base {
        @Iommu EmulatedSmmu smmu;
    }

    static class DriverOfOtherModel extends Base {
        @Iommu EmulatedSmmu smmu;
        @Iommu IntelIommu driver;
    }

    static class BenchAndDriver extends Base {
        @Iommu GuestBench bench;
        @Iommu TinySmmuDriver driver;
    }

    @ExtendWith(IommuTestbench.class)
    static class BenchAndPlatform {
        @Iommu GuestBench bench;

        @Test
        void test(final PlatformDevice platform) {}
    }

    @ExtendWith(IommuTestbench.class)
    static class BindOnBench {
        @Iommu GuestBench bench;

        @Test
        void test() {
            bench.iommu().bind((platform, kernel, core) -> "driver");
        }
    }

    /** A class that wants what there is not. */
    static final class Odd {
        Odd(final String name) {}
    }

    static class NoSuchConstructor extends Base {
        @Iommu Odd driver;
    }

    /** A driver whose probe throws. */
    static final class Failing {
        static Failing probe(final PlatformDevice platform) {
            if (platform.interrupt("clock") == null) {
                throw new IllegalStateException("no clock");
            }
            return new Failing();
        }
    }

    static class FailingDriver extends Base {
        @Iommu Failing driver;
    }

    /** A driver whose probe says no. */
    static final class Refusing {
        public int error() {
            return -6;
        }
    }

    static class RefusingDriver extends Base {
        @Iommu Refusing driver;
    }

    @ExtendWith(IommuTestbench.class)
    static class Constructed {
        Constructed(final EmulatedSmmu smmu) {}

        @Test
        void test() {}
    }

    @ExtendWith(IommuTestbench.class)
    static class BeforeAllWithoutShared {
        @BeforeAll
        static void before(final EmulatedSmmu smmu) {}

        @Test
        void test() {}
    }

    @ExtendWith(IommuTestbench.class)
    static class SharedSaysTwice {
        @Iommu static EmulatedSmmu smmu;

        @Test
        void test(@Iommu(stallEntries = 1) final EmulatedSmmu same) {}
    }

    @ExtendWith(IommuTestbench.class)
    static class SharedSeeds {
        @Iommu static EmulatedSmmu smmu;

        @Seeds(1)
        void test() {}
    }

    @ExtendWith(IommuTestbench.class)
    static class NotInShared {
        @Iommu static EmulatedSmmu smmu;

        @Test
        void test(final FaultCore core) {}
    }

    @ExtendWith(IommuTestbench.class)
    static class NoSeeds {
        @Seeds(0)
        void test(final EmulatedSmmu smmu) {}
    }

    static class StallsOfVtd extends Base {
        @Iommu(stallEntries = 16)
        EmulatedVtd vtd;
    }

    static class OddQueue extends Base {
        @Iommu(queueEntries = 3)
        EmulatedSmmu smmu;
    }

    static class OddQueueOfVtd extends Base {
        @Iommu(model = Iommu.Model.VTD, queueEntries = 3)
        GuestBench bench;
    }

    static class QueueOfBareVtd extends Base {
        @Iommu(queueEntries = 128)
        EmulatedVtd vtd;
    }

    @Iommu(stallEntries = 65536)
    static class TooManyStalls extends Base {
        @Iommu EmulatedSmmu smmu;
    }

    static class NoStage extends Base {
        @Iommu(without = {SmmuFeature.STAGE_1, SmmuFeature.STAGE_2})
        EmulatedSmmu smmu;
    }

    static class OddSemantics extends Base {
        @Iommu(semantics = "mainline-7")
        EmulatedSmmu smmu;
    }

    static class OddPolicy extends Base {
        @Iommu(policy = "generous")
        GuestBench bench;
    }

    static class PolicyWithoutBench extends Base {
        @Iommu(policy = "vm-quota=half")
        EmulatedSmmu smmu;
    }

    static class OddSeams extends Base {
        @Iommu(seams = Named.class)
        EmulatedSmmu smmu;

        /** Wants what nobody knows. */
        record Named(String name) implements Seams {}
    }
}
