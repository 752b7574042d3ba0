//go:build cgo && !reqtrail_pkgconfig

package platform

// #cgo CFLAGS: -I${SRCDIR}/../../lib/linux_amd64
// #if !__has_include("libreqtrail.a")
// #error "reqtrail: lib/linux_amd64/libreqtrail.a is missing: use a release's tag, or run scripts/go_archive.sh PREFIX in a checkout, or build with -tags reqtrail_pkgconfig"
// #endif
import "C"
