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

// checkVersion finds out whether an installed library is not the one that the package was made for.
var checkVersion = sync.OnceValue(func() error {
	if have := LibraryVersion(); have != Version {
		return &Error{
			Kind:    KindConfig,
			Message: fmt.Sprintf("the package is of version %s and libreqtrail of version %s; use the same of both", Version, have),
		}
	}
	return nil
})
