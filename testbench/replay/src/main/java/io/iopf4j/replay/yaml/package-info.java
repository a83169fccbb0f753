// SPDX-License-Identifier: Apache-2.0
/** YAML files that people write: read so that every complaint names its line. */
package io.iopf4j.replay.yaml;
