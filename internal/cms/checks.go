package cms

// switchedOff names the check that a test leaves out to prove that an attack needs it; empty in production.
var switchedOff string

// on reports whether a check is made.
func on(check string) bool { return check != switchedOff }
