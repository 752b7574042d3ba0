// Code generated from core/src/surface by `cargo run -p xtask -- codegen`. DO NOT EDIT.

package reqtrail

// #include "shim.h"
import "C"

func (e *Error) read(f *C.reqtrail_go_error_fields) {
	e.Category = Category(text(f.category))
	e.Code = Code(text(f.code))
	e.StatusCode = int(f.status)
	e.RetryAfter = waitOf(float64(f.retry_after_ms))
	e.RawCode = text(f.raw_code)
	e.Title = text(f.title)
	e.Details = text(f.details)
	e.Hint = text(f.hint)
	e.DocumentationURL = text(f.documentation_url)
	e.Microversion = text(f.microversion)
}
