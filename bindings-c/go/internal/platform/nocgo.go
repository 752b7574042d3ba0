//go:build !cgo

package platform

// Go turns cgo off where it cross-compiles and where it finds no C compiler.
func init() {
	"reqtrail binds libreqtrail by cgo, which is off: set CGO_ENABLED=1, and CC to a C compiler for the target"
}
