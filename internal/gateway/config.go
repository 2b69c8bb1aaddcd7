package gateway

import (
	"net/http"
	"time"
)

// Config says what a link is. Channel, Endpoint, SystemID and Secret are needed; every other zero value works.
type Config struct {
	Channel  Channel
	Endpoint string // https://host[:port][/prefix]
	SystemID string
	Secret   string
	From     string // the agency's code as registered with the gateway (X17.11)

	Paths   map[string]string // another path for a call, by its name: send, list, fetch, confirm, agencies, changes, login (X18.2, X25.3); see Usual
	Headers map[string]string // another name for a header, or another word a server may want; see UsualWords

	Timeout  time.Duration // of one call; 60 s
	MaxBytes int64         // of one message fetched; 280 MB (200 MB of edXML in base64)
	Parallel int           // calls at one time, 1–10; 4 (X17.1)

	Now       func() time.Time  // nil = the system's
	Transport http.RoundTripper // nil = one that checks certificates and follows no redirect
	Watch     func(Call)        // every call, for the operator; nil = nobody
}
