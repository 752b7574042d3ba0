//go:build !reqtrail_pkgconfig

package reqtrail

// The archives are where a release has them, and where scripts/go_archive.sh puts them. What they need besides is what
// `cargo rustc -- --print native-static-libs` names, but for the unwinder, which is gcc's static one: a program then needs
// no libgcc_s.so.1 where it runs.

// #cgo CFLAGS: -I${SRCDIR}
// #cgo linux,amd64 LDFLAGS: ${SRCDIR}/lib/linux_amd64/libreqtrail.a
// #cgo linux,arm64 LDFLAGS: ${SRCDIR}/lib/linux_arm64/libreqtrail.a
// #cgo LDFLAGS: -lgcc_eh -lutil -lrt -lpthread -lm -ldl
import "C"

import ( // so that go mod vendor keeps the archives
	_ "github.com/reqtrail/reqtrail/bindings-c/go/lib/linux_amd64"
	_ "github.com/reqtrail/reqtrail/bindings-c/go/lib/linux_arm64"
)
