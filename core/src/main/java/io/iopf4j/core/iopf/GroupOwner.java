// SPDX-License-Identifier: Apache-2.0
package io.iopf4j.core.iopf;

import io.iopf4j.api.kernel.Workqueue;

/** What all groups of a device have in common: who answers and frees them, and their work queue. */
class GroupOwner {
    private final GroupResponder responder;
    private final Workqueue workqueue;

    GroupOwner(final GroupResponder responder, final Workqueue workqueue) {
        this.responder = responder;
        this.workqueue = workqueue;
    }

    final GroupResponder responder() {
        return responder;
    }

    final Workqueue workqueue() {
        return workqueue;
    }
}
