//go:build reqtrail_pkgconfig

package reqtrail

// An installed library: `make install-c PREFIX=…` writes reqtrail.pc.

// #cgo pkg-config: reqtrail
import "C"
