/** NovaVMS: its error codes. The client is {@link Client.novavms}. */
import { ApiError } from "./errors.js";
import { type ErrorCode } from "./novavms-codes.js";
export { ERROR_CODES, type ErrorCode } from "./novavms-codes.js";
/**
 * Whether it is an error of the NovaVMS API with a code that this release knows; then `switch (error.code)` narrows. Other
 * codes keep their text in `error.code`.
 */
export declare function hasKnownCode(error: unknown): error is ApiError & {
    readonly code: ErrorCode;
};
