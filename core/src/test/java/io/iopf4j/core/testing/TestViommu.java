// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.testing;

import io.iopf4j.api.DomainType;
import io.iopf4j.api.IommuDomain;
import io.iopf4j.api.IommuUserData;
import io.iopf4j.api.IommufdViommu;

/** A viommu that writes down what it is asked for; it refuses data whose first word is 0. */
final class TestViommu extends IommufdViommu {
    private final CoreBench bench;

    TestViommu(final IommuDomain parent, final CoreBench bench) {
        super(parent);
        this.bench = bench;
    }

    @Override
    public IommuDomain allocDomainNested(final IommuUserData data) {
        return data.word0() == 0 ? null : bench.domain("nested", DomainType.NESTED);
    }

    @Override
    public int cacheInvalidate(final long word0, final long word1) {
        bench.step("invalidate " + word0 + " " + word1);
        return 0;
    }

    @Override
    public void destroy() {
        bench.step("destroy viommu on " + parent());
    }
}
