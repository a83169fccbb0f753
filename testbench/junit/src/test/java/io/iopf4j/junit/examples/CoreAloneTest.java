// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.junit.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.mockito.Answers.RETURNS_MOCKS;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import io.iopf4j.api.IommuDevice;
import io.iopf4j.api.IommuFault;
import io.iopf4j.api.IommuFwspec;
import io.iopf4j.api.IommuOps;
import io.iopf4j.api.PageResponseCode;
import io.iopf4j.core.IommuGroup;
import io.iopf4j.core.semantics.FaultCore;
import io.iopf4j.junit.IommuTestbench;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(IommuTestbench.class)
class CoreAloneTest {
    @Test
    void shouldAnswerForADeviceWithoutADomain(final FaultCore core) {
        final IommuOps driver = mock(IommuOps.class, RETURNS_MOCKS);
        when(driver.hasPageResponse()).thenReturn(true);
        final IommuDevice nic =
                new IommuDevice("nic", driver, new IommuFwspec(List.of(8), true, 0));
        assertEquals(0, new IommuGroup(0).addDevice(nic));
        assertEquals(0, core.iopfQueueAlloc("iommu").addDevice(nic));

        final int last = IommuFault.FLAG_LAST_PAGE;
        core.reportDeviceFault(
                nic, new IommuFault().pageRequest(last, 0, 3, IommuFault.PERM_READ, 0x1000));

        verify(driver)
                .pageResponse(
                        eq(nic),
                        any(),
                        argThat(
                                said ->
                                        said.grpid() == 3
                                                && said.code() == PageResponseCode.INVALID));
    }
}
