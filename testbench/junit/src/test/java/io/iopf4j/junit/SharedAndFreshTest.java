// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Static means shared, instance means fresh. */
class SharedAndFreshTest {
    private static final List<Object> SEEN = new ArrayList<>();

    @BeforeEach
    void forget() {
        SEEN.clear();
    }

    @Test
    void shouldShareWhatIsStatic() {
        assertEquals(2, Inner.run(Shared.class).succeeded());
        assertSame(SEEN.get(0), SEEN.get(1));
    }

    @Test
    void shouldMakeInstanceFieldsAfresh() {
        assertEquals(2, Inner.run(Fresh.class).succeeded());
        assertNotSame(SEEN.get(0), SEEN.get(1));
    }

    @Test
    void shouldMakeParametersAfresh() {
        assertEquals(2, Inner.run(Parameters.class).succeeded());
        assertNotSame(SEEN.get(0), SEEN.get(1));
    }

    @Test
    void shouldHaveBothSideBySide() {
        assertEquals(2, Inner.run(Both.class).succeeded());
        assertSame(SEEN.get(0), SEEN.get(2));
        assertNotSame(SEEN.get(1), SEEN.get(3));
    }

    @Test
    void shouldShareWithNestedClasses() {
        assertEquals(1, Inner.run(Outer.class).succeeded());
        assertSame(SEEN.get(0), SEEN.get(1));
    }

    @Test
    void shouldFillFieldsOfEnclosingInstances() {
        assertEquals(1, Inner.run(OuterOfFresh.class).succeeded());
        assertSame(SEEN.get(0), SEEN.get(1));
    }

    @Test
    void shouldFillInheritedFields() {
        assertEquals(2, Inner.run(Heir.class).succeeded());
        assertNotSame(SEEN.get(0), SEEN.get(1));
    }

    /** Parameters are of what is shared if nothing is an instance field. */
    @ExtendWith(IommuTestbench.class)
    static class Shared {
        @Iommu private static EmulatedSmmu smmu;

        @Test
        void first(final EmulatedIommu same) {
            assertSame(smmu, same);
            SEEN.add(smmu);
        }

        @Test
        void second() {
            SEEN.add(smmu);
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class Fresh {
        @Iommu EmulatedSmmu smmu;
        @Iommu private VirtualClock clock;

        @BeforeEach
        void before(final VirtualClock same) {
            assertSame(clock, same);
        }

        @Test
        void first() {
            SEEN.add(smmu);
        }

        @Test
        void second() {
            SEEN.add(smmu);
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class Parameters {
        @Test
        void first(final EmulatedVtd vtd) {
            SEEN.add(vtd);
        }

        @Test
        void second(final EmulatedVtd vtd) {
            SEEN.add(vtd);
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class Both {
        @Iommu static EmulatedSmmu shared;
        @Iommu EmulatedSmmu fresh;

        @Test
        void first(final EmulatedSmmu parameter) {
            assertSame(fresh, parameter);
            SEEN.add(shared);
            SEEN.add(fresh);
        }

        @Test
        void second() {
            SEEN.add(shared);
            SEEN.add(fresh);
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class Outer {
        @Iommu static EmulatedSmmu shared;

        @Nested
        class Within {
            @Test
            void inner(final EmulatedSmmu smmu) {
                SEEN.add(shared);
                SEEN.add(smmu);
            }
        }
    }

    @ExtendWith(IommuTestbench.class)
    static class OuterOfFresh {
        @Iommu EmulatedSmmu smmu;

        @Nested
        class Within {
            @Iommu EmulatedSmmu same;

            @Test
            void inner() {
                assertNotNull(smmu);
                SEEN.add(smmu);
                SEEN.add(same);
            }
        }
    }

    static class Heir extends Fresh {}
}
