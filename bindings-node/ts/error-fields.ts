/** The fields of errors. */

// Generated from core/src/surface by `cargo run -p xtask -- codegen`; do not edit.

import type { Category, ErrorKind } from "./codes.js";
import type { RateLimit } from "./records.js";

export interface ErrorValues {
  kind: ErrorKind;
  category: Category | null;
  code: string | null;
  status: number | null;
  requestId: string | null;
  retryAfterMs: number | null;
  reason: string | null;
  option: string | null;
  mayHaveBeenSent: boolean;
}

export interface ApiErrorValues {
  rawCode: string | null;
  title: string | null;
  hint: string | null;
  documentationUrl: string | null;
  microversion: string | null;
  rateLimit: RateLimit | null;
}

export function errorValuesOf(error: ErrorValues): ErrorValues {
  return {
    kind: error.kind,
    category: error.category,
    code: error.code,
    status: error.status,
    requestId: error.requestId,
    retryAfterMs: error.retryAfterMs,
    reason: error.reason,
    option: error.option,
    mayHaveBeenSent: error.mayHaveBeenSent,
  };
}
