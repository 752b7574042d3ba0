//go:build !reqtrail_pkgconfig

package reqtrail

// The archive is where a release has it, and where scripts/go_archive.sh puts it. What it needs besides is what
// `cargo rustc -- --print native-static-libs` names.

// #cgo CFLAGS: -I${SRCDIR}
// #cgo LDFLAGS: ${SRCDIR}/lib/linux_amd64/libreqtrail.a -lgcc_s -lutil -lrt -lpthread -lm -ldl
import "C"

import _ "github.com/reqtrail/reqtrail/bindings-c/go/lib/linux_amd64" // so that go mod vendor keeps the archive
