// Package linux_arm64 is where libreqtrail.a is for this platform. It is a package so that go mod vendor keeps it.
package linux_arm64
