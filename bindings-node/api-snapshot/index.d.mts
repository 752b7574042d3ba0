/** The entry of ES modules: the classes of the CommonJS entry, so that there is one of each in a process. */
export type * from "./index.js";
export { ApiError, AuthenticationError, CancelledError, Client, ConfigError, ConflictError, ConnectError, DecodeError, InternalError, InvalidRequestError, NotFoundError, PermissionDeniedError, QuotaError, RateLimitedError, RedirectError, ReqtrailError, RequestBuildError, Response, Secret, ServerError, TimeoutError, TooLargeError, Trail, TransportError, UnavailableError, novavms, openstack, version, } from "./index.js";
