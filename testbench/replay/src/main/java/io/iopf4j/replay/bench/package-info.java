// SPDX-License-Identifier: Apache-2.0
/** Hardware, driver, core and guests, put together to be run. */
package io.iopf4j.replay.bench;
