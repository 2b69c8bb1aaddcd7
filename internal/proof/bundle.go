package proof

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Bundle carries what a stranger needs about one document of one agency.
type Bundle struct {
	Congvu     string     `json:"congvu"` // "proof"
	Format     int        `json:"format"` // 1
	MadeAt     int64      `json:"made_at_us"`
	Document   Document   `json:"document"`
	Files      []File     `json:"files"`
	Parcels    []Parcel   `json:"parcels"`
	Deliveries []Delivery `json:"deliveries"`
	Receipts   []Receipt  `json:"receipts"`
	Lines      []Line     `json:"lines"`
	Rows       *Rows      `json:"rows,omitempty"`
	Checkpoint string     `json:"checkpoint"` // the signed note with its cosignatures
	LogKey     string     `json:"log_key"`
	Witnesses  []string   `json:"witness_keys"`
	Need       int        `json:"witnesses_needed"`
}

// Document names what the bundle is about, as the agency that made the bundle keeps it.
type Document struct {
	Direction     string `json:"direction"` // outgoing | incoming
	Ref           string `json:"ref"`
	Agency        int64  `json:"agency"`
	AgencyCode    string `json:"agency_code"`
	AgencyName    string `json:"agency_name"`
	DocumentID    string `json:"document_id"`
	Code          string `json:"code"` // 15/QĐ-UBND
	Issued        string `json:"issued"`
	Type          string `json:"type"`
	Subject       string `json:"subject"`
	Signer        string `json:"signer"`
	SenderCode    string `json:"sender_code,omitempty"`
	SenderName    string `json:"sender_name,omitempty"`
	ArrivalNumber string `json:"arrival_number,omitempty"` // số đến, 12/2026
	ArrivedAt     int64  `json:"arrived_at_us,omitempty"`
}

// File is a file of the document; Content only when the bundle was asked to carry files.
type File struct {
	Name    string `json:"name"`
	Size    int64  `json:"size"`
	SHA256  string `json:"sha256"`
	Main    bool   `json:"main,omitempty"`
	Content []byte `json:"content,omitempty"`
}

// Parcel is the signed message that carried the document.
type Parcel struct {
	Direction  string `json:"direction"` // out | in
	ID         string `json:"id"`
	Sender     string `json:"sender"`
	DocumentID string `json:"document_id"`
	SHA256     string `json:"sha256"`
	Size       int64  `json:"size"`
	At         int64  `json:"at_us"`
	Content    []byte `json:"content,omitempty"`
}

// Delivery is where the document is with one receiver, as the sender keeps it. It proves nothing by itself: the receiver's receipt does.
type Delivery struct {
	Code      string `json:"code"`
	Name      string `json:"name"`
	State     string `json:"state"`
	SentAt    int64  `json:"sent_at_us"`
	ArrivedAt int64  `json:"arrived_at_us"`
}

// Receipt is a signed status message, byte for byte.
type Receipt struct {
	Peer string `json:"peer"` // who signed it, by its code
	At   int64  `json:"at_us"`
	Raw  string `json:"raw"`
}

// Line is a line of the journal, sealed. Salt, title and data are there unless a recall took them out or they concern others.
type Line struct {
	Entry
	Index int64  `json:"index"`
	Path  []Hash `json:"path"`
	Salt  []byte `json:"salt,omitempty"`
	Title string `json:"title,omitempty"`
	Data  string `json:"data,omitempty"`
	Who   string `json:"who,omitempty"` // the person's name, for the reader: not sealed
}

// Rows are the evidential rows of the document as they were sealed last.
type Rows struct {
	Entry    int64  `json:"entry"`
	Words    Hash   `json:"words"`
	Salt     []byte `json:"salt"`
	Register string `json:"register"` // the rows of the register, as their room writes them
	Carried  string `json:"carried"`  // SHA-256 of the rows of the exchange, hex
	Index    int64  `json:"index"`
	Path     []Hash `json:"path"`
}

// RowsTitle keeps a commitment to rows from being one to words.
const RowsTitle = "rows"

// JoinRows is the text that is committed to.
func JoinRows(register, carried string) string { return register + "\n" + carried }

// Bounds of a bundle.
const (
	MostBundle   = 64 << 20 // bytes
	mostLines    = 5000
	mostReceipts = 5000
	mostFiles    = 500
	mostPath     = 64
	mostKeys     = 40
)

// ErrBundle: the bytes are no bundle in its one form.
var ErrBundle = errors.New("proof: not a bundle")

// Write gives a bundle its one form: compact JSON in the order of the fields, and a line's end.
func (b *Bundle) Write(w io.Writer) error {
	if err := b.bounded(); err != nil {
		return err
	}
	text, err := b.text()
	if err == nil && len(text) > MostBundle {
		err = fmt.Errorf("%w: more than %d bytes", ErrBundle, MostBundle)
	}
	if err == nil {
		_, err = w.Write(text)
	}
	return err
}

func (b *Bundle) text() ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(b)
	return out.Bytes(), err
}

func (b *Bundle) bounded() error {
	bad := b.Congvu != "proof" || b.Format != 1 || len(b.Lines) > mostLines || len(b.Receipts) > mostReceipts || len(b.Files) > mostFiles || len(b.Parcels) > mostFiles ||
		len(b.Deliveries) > mostReceipts || len(b.Witnesses) > mostKeys || len(b.Checkpoint) > mostNote || b.Need < 0 || b.Need > mostKeys
	for _, l := range b.Lines {
		bad = bad || len(l.Path) > mostPath || len(l.Notify) > mostLines
	}
	bad = bad || b.Rows != nil && len(b.Rows.Path) > mostPath
	if bad {
		return ErrBundle
	}
	return nil
}

// Looks tells whether bytes begin like a bundle: for doors that take several kinds of files.
func Looks(b []byte) bool { return bytes.HasPrefix(b, []byte(`{"congvu":"proof",`)) }

// Read takes a bundle in its one form and no other: what does not come out again byte for byte as it went in, with fields unknown, repeated, reordered or
// spelled otherwise, is refused.
func Read(in io.Reader) (*Bundle, error) {
	raw, err := io.ReadAll(io.LimitReader(in, MostBundle+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > MostBundle || !Looks(raw) {
		return nil, ErrBundle
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	var b Bundle
	if err := d.Decode(&b); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBundle, err)
	}
	if err := b.bounded(); err != nil {
		return nil, err
	}
	again, err := b.text()
	if err != nil || !bytes.Equal(bytes.TrimRight(again, "\n"), bytes.TrimRight(raw, "\r\n")) {
		return nil, ErrBundle
	}
	return &b, nil
}
