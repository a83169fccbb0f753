// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.testing;

import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.policy.PolicyLoader;
import java.util.ArrayList;
import java.util.List;

/** Loads policies that know whether they are open: {@code open:NAME}, but no {@code broken} one. */
public final class OpenPolicyLoader implements PolicyLoader {
    /** What was loaded since a test cleared it, in order. */
    public static final List<Open> LOADED = new ArrayList<>();

    /** A policy that refuses nothing. */
    public static final class Open implements FaultPolicy {
        private final String name;
        private boolean isOpen = true;

        Open(final String name) {
            this.name = name;
        }

        public boolean isOpen() {
            return isOpen;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void close() {
            isOpen = false;
        }
    }

    @Override
    public String scheme() {
        return "open";
    }

    @Override
    public FaultPolicy load(final String rest) {
        if ("broken".equals(rest)) {
            throw new IllegalArgumentException("open:broken: cannot be opened");
        }
        final Open policy = new Open("open:" + rest);
        LOADED.add(policy);
        return policy;
    }
}
