package gateway

import (
	"context"
	"fmt"
	"io"
	"time"
)

// Channel names the kinds of links.
type Channel string

// The channels that have gateways.
const (
	Provincial Channel = "lgsp"     // a province's bus (X19.3)
	National   Channel = "national" // the national exchange (X19.4)
)

// Kinds of messages on both channels (X2.2).
const (
	Document = "edoc"
	Status   = "status"
)

// Outcome is what the receiver's software tells the exchange of a message it fetched: a transport fact, not a status code (X1.6).
type Outcome string

// The outcomes.
const (
	Processing Outcome = "processing"
	Done       Outcome = "done"
	Failed     Outcome = "fail"
)

// Link is one agency's way over one gateway. Methods may be called from any goroutine; each is one call of the protocol, bounded by the configuration's
// time-out. Errors of the server are *Refusal.
type Link interface {
	// Send hands over one message: the bytes of an .edxml file. It gives the identifier the exchange drew for it (X17.9); with several receivers in one
	// message it may be empty.
	Send(ctx context.Context, m Message) (docID string, err error)
	// List gives what waits for the agency, oldest first; from and to bound the day of creation.
	List(ctx context.Context, kind string, from, to time.Time) ([]Waiting, error)
	// Fetch opens the bytes of a message as the server gives them, decoded from base64 where it sends that; at most the configured size is read.
	Fetch(ctx context.Context, docID string) (io.ReadCloser, error)
	// Confirm tells what became of a fetched message.
	Confirm(ctx context.Context, docID string, o Outcome) error
	// Agencies gives the whole directory of the gateway.
	Agencies(ctx context.Context) ([]Unit, error)
	// Changes gives the units as the gateway synchronises them, with version and day of change; National only, ErrNoSuchCall otherwise.
	Changes(ctx context.Context) ([]Unit, error)
	// Test signs in, or asks for the smallest answer that needs the credentials.
	Test(ctx context.Context) error
}

// Message is what is sent.
type Message struct {
	Kind     string // Document | Status
	From, To string // codes as the gateway knows them; To may be "" where the receivers stand in the message
	Name     string // file name, with .edxml
	Size     int64
	Open     func() (io.ReadCloser, error)
}

// Waiting is a line of the list of received messages.
type Waiting struct {
	DocID    string
	Kind     string
	From, To string
	State    string // initial | processing | done | fail
	Created  time.Time
}

// Unit is an entry of a gateway's directory (X20.2).
type Unit struct {
	ID, ParentID string
	Code         string // as the gateway addresses it
	Code102      string // 13 characters, of QCVN 102:2016
	OldCode      string
	Name, Mail   string
	Version      string
	CenterCode   string
	IsAgency     bool
	Deleted      bool
	ModifiedAt   time.Time // zero = unknown
}

// Refusal is an answer of the server that is no success: its code and words unchanged (X17.11), and whether the same call may succeed later.
type Refusal struct {
	Call  string // path of the call
	HTTP  int    // status of the answer, 0 = there was none
	Code  string // ErrorCode of the national exchange, errorCode of a bus; "" = the answer had none
	Text  string // ErrorDesc or message, as it came
	Again bool   // trying the same again may succeed
	Cause error
}

func (r *Refusal) Error() string {
	s := fmt.Sprintf("gateway %s: HTTP %d, code %q: %s", r.Call, r.HTTP, r.Code, r.Text)
	if r.Cause != nil {
		s += ": " + r.Cause.Error()
	}
	return s
}

// Unwrap gives the trouble below, if any.
func (r *Refusal) Unwrap() error { return r.Cause }

// Call is one exchange of request and answer as an operator may see it: secrets are struck out (X23.5, X23.6).
type Call struct {
	At       time.Time
	Took     time.Duration
	Channel  Channel
	Name     string // path of the call
	Request  string // headers and the beginning of the body, without secrets
	Answer   string // status line and the beginning of the body
	HTTP     int
	Code     string
	Failed   bool
	Agency   string // system id of the link
	Document string // DocId, if the call was about one
}
