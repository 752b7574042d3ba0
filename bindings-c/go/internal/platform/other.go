//go:build cgo && !reqtrail_pkgconfig && !(linux && (amd64 || arm64))

package platform

func init() {
	"reqtrail has no archive for this platform: install libreqtrail (make install-c) and build with -tags reqtrail_pkgconfig"
}
