//go:build !reqtrail_pkgconfig

package reqtrail

// The archive is where a release has it, and where scripts/go_archive.sh puts it. What it needs besides is what
// `cargo rustc -- --print native-static-libs` names, but for the unwinder, which is gcc's static one: a program then needs
// no libgcc_s.so.1 where it runs.

// #cgo CFLAGS: -I${SRCDIR}
// #cgo LDFLAGS: ${SRCDIR}/lib/linux_amd64/libreqtrail.a -lgcc_eh -lutil -lrt -lpthread -lm -ldl
import "C"

import _ "github.com/reqtrail/reqtrail/bindings-c/go/lib/linux_amd64" // so that go mod vendor keeps the archive
