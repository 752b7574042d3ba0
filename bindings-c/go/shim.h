// What Go asks of libreqtrail in C: several handles freed in one crossing.

#ifndef REQTRAIL_GO_SHIM_H
#define REQTRAIL_GO_SHIM_H

#include "native.h"
#include <stdlib.h>

// Frees what a call or an operation has come to, but for the trail.
void rt_free(reqtrail_response *response, reqtrail_report *report, reqtrail_error *error);

#endif
