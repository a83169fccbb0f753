// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import io.iopf4j.api.IommuFault;
import io.iopf4j.api.ResponseOrigin;
import io.iopf4j.core.iopf.FaultParamGroup;
import java.util.ArrayList;
import java.util.List;

/**
 * What a thread has a fault core in C do at the moment: C's functions say neither why they answer
 * nor to which of Java's groups. One inside the other where a handler calls the core again; each is
 * used over and over.
 */
final class CoreStep {
    private final List<IommuFault> told = new ArrayList<>();
    private final List<FaultParamGroup> freed = new ArrayList<>();
    private CoreStep inner;
    private int toldCount;

    /** What this one interrupts, or null. */
    CoreStep outer;

    /** Why what is answered now is answered, unless it is found out. */
    ResponseOrigin origin;

    /** What is reported, or null. */
    IommuFault fault;

    /** What is answered, or what was delivered; null before. */
    FaultParamGroup group;

    boolean foundHandler;
    boolean handlerFailed;
    boolean isAnswered;

    CoreStep begin(
            final ResponseOrigin why, final IommuFault itsFault, final FaultParamGroup itsGroup) {
        origin = why;
        fault = itsFault;
        group = itsGroup;
        foundHandler = false;
        handlerFailed = false;
        isAnswered = false;
        toldCount = 0;
        freed.clear();
        return this;
    }

    CoreStep inner() {
        if (inner == null) {
            inner = new CoreStep();
        }
        return inner;
    }

    /** The next of a group's requests that C tells, to be filled. */
    IommuFault nextTold() {
        if (toldCount == told.size()) {
            told.add(new IommuFault());
        }
        return told.get(toldCount++);
    }

    int toldCount() {
        return toldCount;
    }

    IommuFault told(final int index) {
        return told.get(index);
    }

    void forgetTold() {
        toldCount = 0;
    }

    /** Groups that C answered and frees by itself. */
    List<FaultParamGroup> freed() {
        return freed;
    }
}
