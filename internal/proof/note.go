package proof

import (
	"crypto"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// The kinds of signatures of a note.
const (
	algLog     = 1 // Ed25519 over the text
	algWitness = 4 // Ed25519 over the text and the time of seeing it
)

// mostNote bounds a note in bytes: four lines and some signatures.
const mostNote = 16 << 10

// Key is the public key of a log or of a witness, under its name.
type Key struct {
	Name    string
	Public  ed25519.PublicKey
	Witness bool
}

// ErrKey: the text is no key of a log or a witness.
var ErrKey = errors.New("proof: not a key")

// String is the form in which keys are handed on: name, four bytes of the key's hash, kind and key.
func (k Key) String() string {
	b := append([]byte{k.alg()}, k.Public...)
	return fmt.Sprintf("%s+%08x+%s", k.Name, k.hash(), base64.StdEncoding.EncodeToString(b))
}

func (k Key) alg() byte {
	if k.Witness {
		return algWitness
	}
	return algLog
}

func (k Key) hash() uint32 {
	h := sha256.New()
	h.Write([]byte(k.Name + "\n"))
	h.Write(append([]byte{k.alg()}, k.Public...))
	return binary.BigEndian.Uint32(h.Sum(nil))
}

// ParseKey reads what String wrote.
func ParseKey(s string) (Key, error) {
	name, rest, _ := strings.Cut(s, "+")
	_, encoded, ok := strings.Cut(rest, "+")
	b, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(s) > 300 || !nameFits(name) || len(b) != 1+ed25519.PublicKeySize || b[0] != algLog && b[0] != algWitness {
		return Key{}, ErrKey
	}
	k := Key{Name: name, Public: b[1:], Witness: b[0] == algWitness}
	if k.String() != s {
		return Key{}, ErrKey
	}
	return k, nil
}

func nameFits(s string) bool {
	if s == "" || len(s) > 100 {
		return false
	}
	for _, c := range s {
		if c <= ' ' || c > '~' || c == '+' {
			return false
		}
	}
	return true
}

// verifier is a Key as the reader of notes wants it.
type verifier struct{ Key }

func (v verifier) Name() string    { return v.Key.Name }
func (v verifier) KeyHash() uint32 { return v.hash() }
func (v verifier) Verify(msg, sig []byte) bool {
	if !v.Witness {
		return ed25519.Verify(v.Public, msg, sig)
	}
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	return ed25519.Verify(v.Public, cosigned(msg, binary.BigEndian.Uint64(sig)), sig[8:])
}

func cosigned(msg []byte, at uint64) []byte {
	return append(fmt.Appendf(nil, "cosignature/v1\ntime %d\n", at), msg...)
}

// signer makes signatures of a key whose secret half stays where it is.
type signer struct {
	verifier
	key crypto.Signer
	at  time.Time
}

func (s signer) Sign(msg []byte) ([]byte, error) {
	if !s.Witness {
		return s.key.Sign(rand.Reader, msg, crypto.Hash(0))
	}
	at := uint64(max(s.at.Unix(), 0))
	sig, err := s.key.Sign(rand.Reader, cosigned(msg, at), crypto.Hash(0))
	return append(binary.BigEndian.AppendUint64(nil, at), sig...), err
}

// KeyOf names the public half of an Ed25519 key.
func KeyOf(name string, key crypto.Signer, witness bool) (Key, error) {
	public, ok := key.Public().(ed25519.PublicKey)
	if !ok || !nameFits(name) {
		return Key{}, ErrKey
	}
	return Key{name, public, witness}, nil
}

// Checkpoint is what a log says of itself: how many leaves it has, the root over them, and when it said so.
type Checkpoint struct {
	Origin string
	Size   int64
	Root   Hash
	At     int64 // seconds since 1970
}

func (c Checkpoint) text() string {
	return fmt.Sprintf("%s\n%d\n%s\ntime %d\n", c.Origin, c.Size, base64.StdEncoding.EncodeToString(c.Root[:]), c.At)
}

// Sign makes the signed note of a checkpoint.
func (c Checkpoint) Sign(key crypto.Signer) (string, error) {
	k, err := KeyOf(c.Origin, key, false)
	if err != nil {
		return "", err
	}
	b, err := note.Sign(&note.Note{Text: c.text()}, signer{verifier{k}, key, time.Time{}})
	return string(b), err
}

// Cosign gives the line of a witness under a signed checkpoint. What the checkpoint says must have been checked before.
func Cosign(signed string, name string, key crypto.Signer, at time.Time) (string, error) {
	k, err := KeyOf(name, key, true)
	if err != nil {
		return "", err
	}
	text, _, ok := strings.Cut(signed, "\n\n")
	if !ok {
		return "", errNote
	}
	b, err := note.Sign(&note.Note{Text: text + "\n"}, signer{verifier{k}, key, at})
	if err != nil {
		return "", err
	}
	_, line, _ := strings.Cut(string(b), "\n\n")
	return line, nil
}

var errNote = errors.New("proof: not a signed checkpoint")

// Seen is a checkpoint whose signature of its log holds, and who cosigned it when.
type Seen struct {
	Checkpoint
	Witnesses []Witnessed
}

// Witnessed is one cosignature that holds.
type Witnessed struct {
	Key Key
	At  time.Time
}

// OpenCheckpoint reads a signed checkpoint strictly. The signature of the log must hold; cosignatures of the witnesses given are judged, others passed over.
func OpenCheckpoint(signed string, log Key, witnesses ...Key) (Seen, error) {
	if len(signed) > mostNote {
		return Seen{}, errNote
	}
	all := []note.Verifier{verifier{log}}
	for _, w := range witnesses {
		if w.Witness && w.String() != log.String() {
			all = append(all, verifier{w})
		}
	}
	n, err := note.Open([]byte(signed), note.VerifierList(all...))
	if err != nil {
		return Seen{}, fmt.Errorf("%w: %w", errNote, err)
	}
	c, err := parseCheckpoint(n.Text)
	if err != nil {
		return Seen{}, err
	}
	s := Seen{Checkpoint: c}
	byLog := false
	for _, sig := range n.Sigs {
		if sig.Name == log.Name && sig.Hash == log.hash() {
			byLog = true
			continue
		}
		b, err := base64.StdEncoding.DecodeString(sig.Base64)
		if err != nil || len(b) < 12 {
			continue
		}
		for _, w := range witnesses {
			if sig.Name == w.Name && sig.Hash == w.hash() {
				s.Witnesses = append(s.Witnesses, Witnessed{w, time.Unix(int64(binary.BigEndian.Uint64(b[4:])&(1<<40-1)), 0)})
			}
		}
	}
	if !byLog || c.Origin != log.Name {
		return Seen{}, errNote
	}
	return s, nil
}

// parseCheckpoint reads the four lines, in their one form.
func parseCheckpoint(text string) (c Checkpoint, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 5 || lines[4] != "" {
		return c, errNote
	}
	at, ok := strings.CutPrefix(lines[3], "time ")
	if c.At, err = strconv.ParseInt(at, 10, 64); !ok || err != nil || c.At < 0 {
		return c, errNote
	}
	c.Origin = lines[0]
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 {
		return c, errNote
	}
	if c.Root, err = tlog.ParseHash(lines[2]); err != nil || c.text() != text {
		return c, errNote
	}
	return c, nil
}

// Peek reads a checkpoint without believing it: for messages about it.
func Peek(signed string) (Checkpoint, error) {
	text, _, ok := strings.Cut(signed, "\n\n")
	if !ok || len(signed) > mostNote {
		return Checkpoint{}, errNote
	}
	return parseCheckpoint(text + "\n")
}
