package axis

import (
	"bytes"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Parcel is one sealed message from one agency to another. It holds its payload in Body, or names it as Blob.
type Parcel struct {
	ID   string // unique per parcel and receiver; sending the same id again within the window stores nothing
	From string // agency codes, compared as given
	To   string
	Kind string // "edoc", "status" or "reconcile"; lower-case letters
	Body []byte
	Blob *Blob

	// Set on arrival.
	At      time.Time // when this node took it
	Attempt int       // 1 for the first delivery
	Fault   error     // the envelope makes no sense: quarantine it, its payload cannot be opened
	Crowds  bool      // its sender fills more than half of its shard while others wait behind: keep it and answer at once, work on it later
}

// Blob is a payload known by its hash. It is stored once per sending node, however many parcels name it.
type Blob struct {
	SHA256 string // hex
	Size   int64
	// Open gives the bytes. On arrival the reader fetches them chunk by chunk and ends in ErrCorrupt instead of io.EOF if they are
	// not what the parcel promised: trust nothing of it before the end.
	Open func() (io.ReadCloser, error)

	origin string
}

// Open gives the payload, whichever form it came in.
func (p Parcel) Open() (io.ReadCloser, error) {
	if p.Blob != nil {
		return p.Blob.Open()
	}
	return io.NopCloser(bytes.NewReader(p.Body)), nil
}

// Size is the length of the payload in bytes.
func (p Parcel) Size() int64 {
	if p.Blob != nil {
		return p.Blob.Size
	}
	return int64(len(p.Body))
}

// Errors of Send and of payloads.
var (
	ErrForeignSender = errors.New("axis: the sending agency is not hosted here")
	ErrTooLarge      = errors.New("axis: the parcel is larger than this node carries")
	ErrCorrupt       = errors.New("axis: the payload is not what the parcel promised")
	ErrGone          = errors.New("axis: the payload is no longer stored")
	ErrClosed        = errors.New("axis: closed")
)

const (
	shards    = 8
	inlineMax = 512 << 10
	chunkSize = 256 << 10
)

var (
	kindForm = regexp.MustCompile(`^[a-z]{1,20}$`)
	hashForm = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

func (p Parcel) check(maxParcel int64) error {
	switch {
	case p.ID == "" || len(p.ID) > 200 || strings.ContainsAny(p.ID, "\r\n"):
		return fmt.Errorf("axis: parcel id %q", p.ID)
	case !kindForm.MatchString(p.Kind):
		return fmt.Errorf("axis: parcel kind %q", p.Kind)
	case p.From == "" || p.To == "" || len(p.From) > 100 || len(p.To) > 100:
		return fmt.Errorf("axis: parcel %s from %q to %q", p.ID, p.From, p.To)
	case p.Blob != nil && (len(p.Body) > 0 || !hashForm.MatchString(p.Blob.SHA256) || p.Blob.Size <= 0 || p.Blob.Open == nil):
		return fmt.Errorf("axis: parcel %s: its payload needs a hash, a size and a way to open it", p.ID)
	case p.Size() > maxParcel:
		return ErrTooLarge
	}
	return nil
}

// shardOf keeps all parcels of one receiver together.
func shardOf(agency string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(agency))
	return int(h.Sum32() % shards)
}

func subject(lane, from, to, kind string) string {
	return lane + "." + strconv.Itoa(shardOf(to)) + "." + token(from) + "." + token(to) + "." + kind
}

// token writes any code as one word of a subject, and only that code as that word: "." becomes "_", other foreign bytes "=XX".
func token(code string) string {
	var b strings.Builder
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '-':
			b.WriteByte(c)
		case c == '.':
			b.WriteByte('_')
		default:
			fmt.Fprintf(&b, "=%02X", c)
		}
	}
	return b.String()
}

func untoken(word string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(word); i++ {
		switch c := word[i]; c {
		case '_':
			b.WriteByte('.')
		case '=':
			if i+2 >= len(word) {
				return "", fmt.Errorf("axis: word %q", word)
			}
			n, err := strconv.ParseUint(word[i+1:i+3], 16, 8)
			if err != nil {
				return "", fmt.Errorf("axis: word %q", word)
			}
			b.WriteByte(byte(n))
			i += 2
		default:
			b.WriteByte(c)
		}
	}
	return b.String(), nil
}

// address reads sender, receiver and kind from the subject: the broker checked that, headers are the sender's word.
func address(subject string) (from, to, kind string, err error) {
	words := strings.Split(subject, ".")
	if len(words) != 5 {
		return "", "", "", fmt.Errorf("axis: subject %q", subject)
	}
	if from, err = untoken(words[2]); err == nil {
		to, err = untoken(words[3])
	}
	return from, to, words[4], err
}
