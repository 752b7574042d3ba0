// What Go asks of libreqtrail in C: an error read in one crossing.

#ifndef REQTRAIL_GO_SHIM_H
#define REQTRAIL_GO_SHIM_H

#include "native.h"
#include <stdlib.h>

// What an error consists of, borrowed from it but for the trail.
typedef struct {
    int32_t kind;
    int32_t category;
    int32_t status;
    bool may_have_been_sent;
    bool has_rate_limit;
    double retry_after_ms;
    reqtrail_go_text kind_name;
    reqtrail_go_text category_name;
    reqtrail_go_text display;
    reqtrail_go_text message;
    reqtrail_go_text code;
    reqtrail_go_text raw_code;
    reqtrail_go_text title;
    reqtrail_go_text details;
    reqtrail_go_text hint;
    reqtrail_go_text cause;
    reqtrail_go_text request_id;
    reqtrail_go_text microversion;
    reqtrail_go_text body;
    const reqtrail_header *headers;
    size_t header_count;
    reqtrail_rate_limit rate_limit;
    reqtrail_trail *trail;
} rt_failure;

// Frees what a call or an operation has come to, but for the trail.
void rt_free(reqtrail_response *response, reqtrail_report *report, reqtrail_error *error);

// Reads an error; its trail is a new handle.
void rt_failure_read(const reqtrail_error *error, rt_failure *failure);

#endif
