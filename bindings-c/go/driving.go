package reqtrail

// driving is how calls are driven: "" on the caller's thread if nothing else is under way and otherwise through the
// queue, "queue" always through the queue, "blocking" always on the caller's thread. It is a string, so that the bench
// can set it with the linker; tests set it too.
var driving = ""

// onCallersThread says whether a call is made on the caller's thread. users is the number of uses of the client.
func onCallersThread(users int64) bool {
	switch driving {
	case "queue":
		return false
	case "blocking":
		return true
	default:
		return users == 1
	}
}
