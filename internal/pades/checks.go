package pades

// switchedOff names the check that a test leaves out to prove that an attack needs it; empty in production. The names are
// those of the findings, and for what has no finding of its own those that stand at the checks.
var switchedOff string

// on reports whether a check is made.
func on(check string) bool { return check != switchedOff }
