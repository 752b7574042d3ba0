// Package platform fails to compile if reqtrail cannot be built, with one line that says what to do. Package reqtrail
// imports it, so that the compiler stops here and not there.
package platform
