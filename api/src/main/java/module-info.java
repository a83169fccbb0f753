// SPDX-License-Identifier: Apache-2.0
/**
 * What a driver, a policy or a guest may see: the mirrored types of the kernel's fault interface
 * ({@code io.iopf4j.api}), the hardware as a driver meets it ({@code io.iopf4j.api.hw}), the
 * services of the kernel around it ({@code io.iopf4j.api.kernel}), the layouts of the SMMUv3
 * architecture ({@code io.iopf4j.api.smmuv3}), what crosses the kernel's boundary byte by byte
 * ({@code io.iopf4j.api.uapi}) and VT-d's rules for a guest's PASID table ({@code
 * io.iopf4j.api.vtd}). Needs nothing but the JDK.
 */
module io.iopf4j.api {
    exports io.iopf4j.api;
    exports io.iopf4j.api.hw;
    exports io.iopf4j.api.kernel;
    exports io.iopf4j.api.smmuv3;
    exports io.iopf4j.api.uapi;
    exports io.iopf4j.api.vtd;
}
