/** The entry of ES modules: the classes of the CommonJS entry, so that there is one of each in a process. */
export type * from "./index.js";
export * from "./error-exports.mjs";
export { Client, Recorder, Response, Secret, Trail, novavms, openstack, version } from "./index.js";
