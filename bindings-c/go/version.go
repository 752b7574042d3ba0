package reqtrail

// #include "shim.h"
import "C"

import (
	"fmt"
	"sync"
)

// Version is the version of the package.
const Version = C.REQTRAIL_VERSION

// LibraryVersion is the version of libreqtrail that the program was linked with.
func LibraryVersion() string { return C.GoString(C.reqtrail_version()) }

// checkVersion returns an error if the library does not have the version of the package.
var checkVersion = sync.OnceValue(func() error {
	if have := LibraryVersion(); have != Version {
		return &Error{
			Kind:    KindConfig,
			Message: fmt.Sprintf("the package has version %s and libreqtrail version %s; expected the same version of both", Version, have),
		}
	}
	return nil
})
