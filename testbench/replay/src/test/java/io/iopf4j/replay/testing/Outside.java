// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.replay.testing;

import io.iopf4j.api.FaultObserver;
import io.iopf4j.api.kernel.Kernel;
import io.iopf4j.core.iopf.FailSlab;
import io.iopf4j.core.policy.FaultPolicy;
import io.iopf4j.core.policy.PolicyLoader;
import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.core.semantics.Mainline612;
import io.iopf4j.core.semantics.Profile;
import io.iopf4j.core.semantics.ProfileLoader;
import java.util.ArrayList;
import java.util.List;

/**
 * Code from outside, by the words {@code outside:NAME}, as a policy that does nothing or as 6.12's
 * core. What is called {@code broken} cannot be loaded.
 */
public final class Outside {
    /** What was loaded and closed since a test cleared it, in order. */
    public static final List<String> STEPS = new ArrayList<>();

    private static final String SCHEME = "outside";

    private Outside() {}

    /** A policy that does nothing. */
    public static FaultPolicy policy(final String name) {
        return new FaultPolicy() {
            private boolean isClosed;

            @Override
            public String name() {
                return SCHEME + ":" + name;
            }

            @Override
            public void close() {
                if (!isClosed) {
                    isClosed = true;
                    STEPS.add("close policy " + name);
                }
            }
        };
    }

    private static String loaded(final String what, final String name) {
        if ("broken".equals(name)) {
            throw new IllegalArgumentException(SCHEME + ":" + name + ": cannot be loaded");
        }
        STEPS.add("load " + what + " " + name);
        return name;
    }

    /** Loads policies. */
    public static final class Policies implements PolicyLoader {
        @Override
        public String scheme() {
            return SCHEME;
        }

        @Override
        public FaultPolicy load(final String rest) {
            return policy(loaded("policy", rest));
        }
    }

    /** Loads profiles. */
    public static final class Profiles implements ProfileLoader {
        @Override
        public String scheme() {
            return SCHEME;
        }

        @Override
        public Profile load(final String rest) {
            return new Same(loaded("profile", rest));
        }
    }

    /** A profile that is 6.12's but for its name and its end. */
    public record Same(String rest) implements Profile {
        @Override
        public String profileName() {
            return SCHEME + ":" + rest;
        }

        @Override
        public String description() {
            return "6.12's, from outside";
        }

        @Override
        public FaultCore create(
                final Kernel kernel, final FaultObserver observer, final FailSlab failSlab) {
            return new Mainline612(kernel, observer, failSlab) {
                @Override
                public String name() {
                    return profileName();
                }

                @Override
                public void close() {
                    STEPS.add("close core " + rest);
                }
            };
        }
    }
}
