/**
 * What `bin/reqtrail` runs. The native part writes to the streams of the process itself; `process.stdout` is left alone,
 * since Node makes the stream one that does not block as soon as somebody asks for it.
 */
export {};
