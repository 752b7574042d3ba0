/**
 * The entry of `bin/reqtrail`. The native part writes to the process's streams itself. This module does not use
 * `process.stdout`, because Node makes the stream non-blocking as soon as it is used.
 */

import { native } from "./loader.js";

process.exitCode = native.runCommand(process.argv.slice(2));
