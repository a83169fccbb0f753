// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.jni;

import java.nio.ByteBuffer;

/**
 * The native methods, there once {@link BridgeLibrary} has loaded them: calls into a library under
 * test. Each may throw {@link NativeCodeException}, after which the library is called no more, or
 * whatever Java threw beneath it. Handles are addresses; whoever keeps one sees to it that it is
 * valid.
 */
final class Bridge {
    private Bridge() {}

    /** Looks up the methods of {@link KernelServices}, and offers what is loaded at a path. */
    static native void init(Class<?> services, String path);

    // ---- Libraries ------------------------------------------------------------------------------

    /** A library's handle. Throws {@link IllegalArgumentException} in one line. */
    static native long open(
            String path, String name, String params, KernelServices services, boolean hasFailSlab);

    /** Bytes that it has not freed; -1 if a call into it is running, and it stays open. */
    static native long close(long library);

    static native void failAlloc(long library, long nth);

    static native void timerExpired(long library, long timer);

    static native void workRun(long library, long work);

    static native boolean irqHandler(long library, long action);

    static native void irqThread(long library, long action);

    // ---- A policy -------------------------------------------------------------------------------

    static native void policyOpen(long library);

    static native int policyInit(long library);

    static native void policyExit(long library);

    static native long policyAccount(long library, boolean isVm, int index, String name);

    static native int policyAssigned(long library, long device, long vm, int capacity);

    static native long policyTimeout(long library, String device, long driverNs);

    /**
     * {@code end} is a {@code FaultEnd}'s number, or -1 to ask for admission, which is returned.
     */
    static native boolean policyRequest(
            long library,
            int end,
            long device,
            int deviceGroups,
            int deviceRequests,
            long vm,
            int vmGroups,
            int vmRequests,
            int flags,
            int pasid,
            int grpid,
            int perm,
            long addr,
            long nowNs,
            boolean opensGroup,
            boolean wasAdmitted);

    // ---- A fault core ---------------------------------------------------------------------------

    static native void coreOpen(long library);

    static native long coreDevice(
            long library, int id, String name, boolean canAnswer, boolean hasUserPasidTable);

    static native long coreHandle(long library, int id, int domainType);

    static native int coreReport(
            long library,
            long device,
            int type,
            int flags,
            int pasid,
            int grpid,
            int perm,
            long addr,
            long private0,
            long private1);

    static native void coreRespond(long library, long group, int code);

    static native void coreFreeGroup(long library, long group);

    static native int corePending(long library, long device);

    static native void coreDropPartials(long library, long device, boolean isAny, int grpid);

    static native long queueAlloc(long library, String name);

    static native void queueFree(long library, long queue);

    static native int queueAddDevice(long library, long queue, long device);

    static native void queueRemoveDevice(long library, long queue, long device);

    static native int queueFlushDev(long library, long device);

    static native int queueDiscardPartial(long library, long queue);

    // ---- A fault path of SMMUv3's driver --------------------------------------------------------

    /** What it can, {@code NativeFaultPath.KNOWS_EARLIER_RULES} and the like. */
    static native int smmuOps(long library);

    static native long smmuOpen(
            long library,
            String name,
            int window,
            ByteBuffer queue,
            long queueDma,
            int queueShift,
            int rules);

    static native long smmuClient(long library, int id, String name);

    static native long smmuMaster(
            long library, long smmu, long client, boolean isStallEnabled, int sid);

    static native int smmuProbe(long library, long smmu);

    static native void smmuRemove(long library, long smmu);

    static native void smmuReset(long library, long smmu);

    static native void smmuEvents(long library, long smmu);

    static native long smmuLost(long library, long smmu);

    static native int smmuRespond(
            long library,
            long smmu,
            long client,
            long master,
            boolean hasFault,
            int flags,
            int pasid,
            int grpid,
            int perm,
            long addr,
            int answerPasid,
            int answerGrpid,
            int code,
            boolean isOfStream);
}
