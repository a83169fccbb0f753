// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.drivers.intel;

import io.iopf4j.api.PageResponseType;
import java.util.Arrays;

/**
 * Page requests that were reported and not answered yet, for 2017, whose core keeps none: of each
 * what its response needs. Bounded; whoever finds it full refuses the request. Any thread.
 */
final class OutstandingRequests {
    static final int CAPACITY = 4096;

    private static final int FIRST_ROOM = 16;

    private static final int GROUP_BITS = 9;
    private static final int RID_SHIFT = 29;
    private static final int TYPE_SHIFT = 45;
    private static final long GROUP_MASK = 0x1ff;
    private static final long PASID_MASK = 0xf_ffff;
    private static final long PAGE_MASK = -0x1000L;

    private long[] keys = new long[FIRST_ROOM];
    private long[] addresses = new long[FIRST_ROOM];
    private long[] private0 = new long[FIRST_ROOM];
    private long[] private1 = new long[FIRST_ROOM];
    private boolean[] isPrivate = new boolean[FIRST_ROOM];
    private int count;

    /** What the response to a request needs of it; whoever takes it has one to be filled. */
    static final class Taken {
        private boolean isPrivate;
        private long private0;
        private long private1;
        private long address;
        private int pasid;
        private int group;
        private int type;

        /** There are private data, in the 256-bit form. */
        boolean isPrivate() {
            return isPrivate;
        }

        long private0() {
            return private0;
        }

        long private1() {
            return private1;
        }

        long address() {
            return address;
        }

        int pasid() {
            return pasid;
        }

        int group() {
            return group;
        }

        /** A {@link PageResponseType}. */
        int type() {
            return type;
        }
    }

    /**
     * Keeps a request; one of the same names that is there already is forgotten, since the device
     * uses them anew.
     *
     * @param type a {@link PageResponseType}
     * @return false if there is no room
     */
    synchronized boolean add(
            final int type,
            final int rid,
            final int pasid,
            final int group,
            final long address,
            final boolean hasPrivate,
            final long first,
            final long second) {
        final long key = key(type, rid, pasid, group);
        int at = find(key, address, type == PageResponseType.GROUP);
        if (at < 0) {
            if (count == CAPACITY) {
                return false;
            }
            if (count == keys.length) {
                grow();
            }
            at = count++;
        }
        keys[at] = key;
        addresses[at] = address & PAGE_MASK;
        isPrivate[at] = hasPrivate;
        private0[at] = first;
        private1[at] = second;
        return true;
    }

    /**
     * Takes out what a response answers.
     *
     * @param type a {@link PageResponseType}; a stream response names its request by address, and
     *     address 0 that came back unset names the oldest
     * @return false if there is none of that type and those names, and nothing was taken
     */
    synchronized boolean take(
            final int type,
            final int rid,
            final int pasid,
            final int group,
            final long address,
            final Taken into) {
        final boolean isAny = type == PageResponseType.GROUP || address == 0;
        final int at = find(key(type, rid, pasid, group), address, isAny);
        if (at < 0) {
            return false;
        }
        remove(at, into);
        return true;
    }

    /** Takes out any request of a device; false if there is none. */
    synchronized boolean takeAny(final int rid, final Taken into) {
        for (int at = 0; at < count; at++) {
            if ((int) (keys[at] >>> RID_SHIFT & 0xffff) == rid) {
                remove(at, into);
                return true;
            }
        }
        return false;
    }

    private void grow() {
        final int room = 2 * keys.length;
        keys = Arrays.copyOf(keys, room);
        addresses = Arrays.copyOf(addresses, room);
        private0 = Arrays.copyOf(private0, room);
        private1 = Arrays.copyOf(private1, room);
        isPrivate = Arrays.copyOf(isPrivate, room);
    }

    private int find(final long key, final long address, final boolean isAny) {
        for (int at = 0; at < count; at++) {
            if (keys[at] == key && (isAny || addresses[at] == (address & PAGE_MASK))) {
                return at;
            }
        }
        return -1;
    }

    private void remove(final int at, final Taken into) {
        into.isPrivate = isPrivate[at];
        into.private0 = private0[at];
        into.private1 = private1[at];
        into.address = addresses[at];
        into.group = (int) (keys[at] & GROUP_MASK);
        into.pasid = (int) (keys[at] >>> GROUP_BITS & PASID_MASK);
        into.type = (int) (keys[at] >>> TYPE_SHIFT);
        count--;
        for (int i = at; i < count; i++) {
            keys[i] = keys[i + 1];
            addresses[i] = addresses[i + 1];
            isPrivate[i] = isPrivate[i + 1];
            private0[i] = private0[i + 1];
            private1[i] = private1[i + 1];
        }
    }

    private static long key(final int type, final int rid, final int pasid, final int group) {
        return (long) type << TYPE_SHIFT
                | (rid & 0xffffL) << RID_SHIFT
                | (pasid & PASID_MASK) << GROUP_BITS
                | (group & GROUP_MASK);
    }
}
