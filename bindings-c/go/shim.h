// C helpers for Go: they free several handles in one crossing.

#ifndef REQTRAIL_GO_SHIM_H
#define REQTRAIL_GO_SHIM_H

#include "native.h"
#include <stdlib.h>

// Frees the handles of the result of a call or an operation, except the trail.
void rt_free(reqtrail_response *response, reqtrail_report *report, reqtrail_error *error);

#endif
