//go:build !reqtrail_pkgconfig && !(linux && (amd64 || arm64))

package reqtrail

// There are no archives for other platforms: build the library, install it, and use the tag reqtrail_pkgconfig.

// #error "reqtrail has no archive for this platform: install libreqtrail and build with -tags reqtrail_pkgconfig"
import "C"
