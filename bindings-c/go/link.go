//go:build !reqtrail_pkgconfig

package reqtrail

// Releases contain the archives, and scripts/go_archive.sh puts them there in a checkout. The other libraries are those
// that `cargo rustc -- --print native-static-libs` prints, except that the unwinder is gcc's static one, so that a
// program does not need libgcc_s.so.1 at run time.

// #cgo CFLAGS: -I${SRCDIR}
// #cgo linux,amd64 LDFLAGS: ${SRCDIR}/lib/linux_amd64/libreqtrail.a
// #cgo linux,arm64 LDFLAGS: ${SRCDIR}/lib/linux_arm64/libreqtrail.a
// #cgo LDFLAGS: -lgcc_eh -lutil -lrt -lpthread -lm -ldl
import "C"

import ( // so that go mod vendor keeps the archives
	_ "github.com/reqtrail/reqtrail/bindings-c/go/lib/linux_amd64"
	_ "github.com/reqtrail/reqtrail/bindings-c/go/lib/linux_arm64"
)
