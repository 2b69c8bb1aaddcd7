package localsigner

// Address is where the program listens.
const Address = "127.0.0.1:8987"

// Operations of the contract that the simulator knows.
const (
	SignApproved = "SignApproved" // approving signature of a leader: certified so that number and date may still be filled in
	SignIssued   = "SignIssued"   // agency signature on issue
	SignAppendix = "SignAppendix" // agency signature on an annex in its own file
)

// Request is the page's message.
type Request struct {
	FileUploadHandler string
	SessionID         string `json:"SessionId"`
	JWTToken          string
	FileName          string
	MetaData          []Datum
	DocNumber         string `json:",omitempty"`
	IssuedDate        string `json:",omitempty"`
}

// Datum is one line of MetaData.
type Datum struct{ Key, Value string }

// Reply is the program's answer. Status 0 is a signature; anything else is none, and Message says why.
type Reply struct {
	Status         int
	Message        string
	FileName       string
	FileServer     string // what the upload handler answered
	DocumentNumber string
	DocumentDate   string
}

// Codes of Reply.Status. The contract fixes only that 0 is success.
const (
	StatusSigned    = 0
	StatusFailed    = 1
	StatusCancelled = 2
	StatusUnknown   = 3 // an operation that this version does not have
)

// uploaded is what an upload handler answers.
type uploaded struct {
	Status  bool
	Message string
}
