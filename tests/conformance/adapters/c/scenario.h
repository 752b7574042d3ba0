/* Makes the client and the requests of a scenario. */
#ifndef SCENARIO_H
#define SCENARIO_H

#include <reqtrail.h>

#include "json.h"

/* Returns the script that replaces the server, or NULL. */
reqtrail_script *scenario_script(const struct json *line);
/* Returns the options of the scenario's client. */
reqtrail_client_options *scenario_options(const struct json *line, const reqtrail_script *script);
reqtrail_request *scenario_request(const struct json *given);

/* Returns an integer member of an object, or `otherwise`. */
long scenario_number(const struct json *object, const char *key, long otherwise);

/* Prints what is wrong and ends the program: an adapter must not ignore what it does not know. */
void give_up(const char *what, const char *which);

#endif
