/* A scenario's client and requests, as handles of the library. */
#ifndef SCENARIO_H
#define SCENARIO_H

#include <reqtrail.h>

#include "json.h"

/* The script that answers in the place of a server, or NULL. */
reqtrail_script *scenario_script(const struct json *line);
/* The options of the scenario's client. */
reqtrail_client_options *scenario_options(const struct json *line, const reqtrail_script *script);
reqtrail_request *scenario_request(const struct json *given);

/* A whole number of a request, or `otherwise`. */
long scenario_number(const struct json *object, const char *key, long otherwise);

/* Says what is wrong and ends the program: an adapter that ignores what it does not know proves nothing. */
void give_up(const char *what, const char *which);

#endif
