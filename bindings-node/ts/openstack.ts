/**
 * OpenStack's compute API: its faults, and what becomes of its server actions. The client is {@link Client.openstack}.
 */

import { ApiError } from "./errors.js";
import { FAULTS, type Fault } from "./openstack-faults.js";

export { Cloud, type CloudOptions, Connection, type Session } from "./openstack-cloud.js";
export {
  Compute,
  type ExplainOptions,
  type FollowOptions,
  type ListOptions,
  type ReadOptions,
} from "./openstack-compute.js";
export { FAULTS, type Fault, type Verdict } from "./openstack-faults.js";
export {
  type ActionEvent,
  type ActionOutcome,
  type ActionPage,
  ActionReport,
  type Progress,
  type Server,
  type ServerAction,
  type ServerFault,
  ServerHistory,
} from "./openstack-records.js";
export {
  ActionError,
  ActionFailedError,
  ActionUnfollowedError,
  ExplainError,
} from "./operations.js";

/**
 * Whether it is an error of the compute API with a fault that this release knows; then `switch (error.code)` narrows. Other
 * faults keep their text in `error.code`.
 */
export function hasKnownCode(error: unknown): error is ApiError & { readonly code: Fault } {
  return (
    error instanceof ApiError &&
    error.trail?.dialect === "openstack" &&
    (FAULTS as readonly (string | null)[]).includes(error.code)
  );
}
