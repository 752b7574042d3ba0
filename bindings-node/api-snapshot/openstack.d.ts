/**
 * OpenStack's compute API: its faults, and the outcome of its server actions. {@link Client.openstack} makes a client.
 */
export { Cloud, Connection, type ServiceClientOptions } from "./openstack-cloud.js";
export { Compute, type ExplainOptions, type FollowOptions, type ListOptions, type ReadOptions, } from "./openstack-compute.js";
export { FAULTS, type Fault, type Verdict, hasKnownCode } from "./openstack-faults.js";
export { type ActionEvent, type ActionOutcome, type ActionPage, ActionReport, type ImageTask, type Progress, type Resource, type ResourceStory, type Server, type ServerAction, type ServerFault, ServerHistory, type ServiceEndpoint, type Session, Story, type UserMessage, } from "./openstack-records.js";
export { type FollowResourceOptions, Resources } from "./openstack-resources.js";
export type { ExplainResourceOptions } from "./openstack-stories.js";
export type { CloudOptions } from "./option-values.js";
export { ActionError, ActionFailedError, ActionUnfollowedError, ExplainError, } from "./operations.js";
