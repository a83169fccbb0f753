// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.core.policy.Account;
import java.util.Arrays;

/**
 * The accounts that a policy in C knows, each with the address of its structure there. Found by
 * their index without a lock: a policy is asked about an account only after it was told of it.
 */
final class PolicyAccounts {
    private static final int INITIAL = 16;

    private final boolean isVms;
    private volatile Account[] accounts = new Account[INITIAL];
    private volatile long[] addresses = new long[INITIAL];

    PolicyAccounts(final boolean isVms) {
        this.isVms = isVms;
    }

    /** The structure's address; it is made when the account comes for the first time. */
    synchronized long add(final long library, final Account account) {
        final int slot = slot(account.index());
        if (slot >= accounts.length) {
            final int longer = Math.max(accounts.length * 2, slot + 1);
            addresses = Arrays.copyOf(addresses, longer);
            accounts = Arrays.copyOf(accounts, longer);
        }
        if (accounts[slot] == null) {
            addresses[slot] = Bridge.policyAccount(library, isVms, account.index(), account.name());
            accounts[slot] = account;
        }
        return addresses[slot];
    }

    long address(final Account account) {
        return addresses[slot(account.index())];
    }

    Account account(final int index) {
        return accounts[slot(index)];
    }

    /** The host's comes first. */
    private static int slot(final int index) {
        return index - Account.HOST;
    }
}
