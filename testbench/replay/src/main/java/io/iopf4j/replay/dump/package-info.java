// SPDX-License-Identifier: Apache-2.0
/** What a dump says of faults: groups from report to answer, who answered, what was lost. */
package io.iopf4j.replay.dump;
