package reqtrail

// driving is how calls are driven: "" on the caller's thread where nothing else is under way and else by the queue,
// "queue" or "blocking" always the one or the other. It is a text, so that the bench can set it when it links; tests set
// it too.
var driving = ""

// onCallersThread says whether a call is made on the caller's thread, when so many use the client.
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
