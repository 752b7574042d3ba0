// Package platform fails to compile where reqtrail cannot be built, with one line that says what to do. The package that
// needs it imports it, and so is not tried itself.
package platform
