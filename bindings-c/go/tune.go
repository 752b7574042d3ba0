package reqtrail

// alwaysQueue turns the blocking call off, for measurements and tests of the queue.
var alwaysQueue = false
