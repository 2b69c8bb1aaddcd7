package signer

import (
	"crypto"
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
)

// A frame is a length of four bytes, big-endian, and that many bytes of message. A message begins with the version of this protocol
// and its kind. One connection carries one question and one answer at a time. Anything unexpected ends the connection.
const (
	version     = 1
	mostAsked   = 1 << 10 // bytes of a question
	mostTold    = 4 << 20 // bytes of an answer
	mostKeys    = 256
	mostLinks   = 8 // certificates of one key
	mostLabel   = 255
	askList     = 1
	askSign     = 2
	tellList    = 1
	tellSigned  = 2
	tellRefusal = 3
)

// refusals that travel, by their number; 0 is none.
var wire = []*Refusal{nil, ErrBusy, ErrTokenAbsent, ErrPIN, ErrPINLocked, ErrKeyNotFound, ErrMechanism, ErrDevice, ErrLog, ErrProtocol, ErrStranger}

// Inventory is the answer to a question for the list.
type Inventory struct {
	Token Description
	Count uint64 // signatures that the log counts
	Keys  []Key
}

var errMessage = errors.New("malformed message")

// writeFrame writes in one call, so that a frame is rarely cut.
func writeFrame(w io.Writer, message []byte) error {
	_, err := w.Write(append(binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(message)), uint32(len(message))), message...))
	return err
}

// readFrame allocates as bytes arrive, not as the length promises.
func readFrame(r io.Reader, most int) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n < 2 || n > uint32(most) {
		return nil, fmt.Errorf("%w: %d bytes announced", errMessage, n)
	}
	b, err := io.ReadAll(io.LimitReader(r, int64(n)))
	if err == nil && len(b) < int(n) {
		err = io.ErrUnexpectedEOF
	}
	return b, err
}

var hashNumbers = map[crypto.Hash]uint8{crypto.SHA256: 1, crypto.SHA384: 2, crypto.SHA512: 3}

func hashNumbered(n uint8) crypto.Hash {
	for h, k := range hashNumbers {
		if k == n {
			return h
		}
	}
	return 0
}

func (o Order) encode() []byte {
	b := cryptobyte.NewBuilder([]byte{version, askSign})
	b.AddBytes(o.Key[:])
	b.AddUint8(uint8(o.Mechanism))
	b.AddUint8(hashNumbers[o.Hash])
	b.AddUint16(uint16(o.Salt))
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(o.Digest) })
	return b.BytesOrPanic()
}

// readQuestion gives the kind of a question and, for askSign, its order, which is well.
func readQuestion(m []byte) (kind uint8, o Order, err error) {
	s := cryptobyte.String(m)
	var v, mech, hash uint8
	var salt uint16
	var digest cryptobyte.String
	if !s.ReadUint8(&v) || v != version || !s.ReadUint8(&kind) {
		return 0, o, errMessage
	}
	switch kind {
	case askList:
		if !s.Empty() {
			return 0, o, errMessage
		}
	case askSign:
		if !s.CopyBytes(o.Key[:]) || !s.ReadUint8(&mech) || !s.ReadUint8(&hash) || !s.ReadUint16(&salt) || !s.ReadUint8LengthPrefixed(&digest) || !s.Empty() {
			return 0, o, errMessage
		}
		o.Mechanism, o.Hash, o.Salt, o.Digest = Mechanism(mech), hashNumbered(hash), int(salt), digest
		if !o.well() {
			return 0, o, errMessage
		}
	default:
		return 0, o, errMessage
	}
	return kind, o, nil
}

func (v Inventory) encode() ([]byte, error) {
	b := cryptobyte.NewBuilder([]byte{version, tellList})
	short := func(t string) {
		b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(cut(t, mostLabel))) })
	}
	short(v.Token.Label)
	short(v.Token.Serial)
	short(v.Token.Model)
	b.AddUint64(v.Count)
	b.AddUint16(uint16(min(len(v.Keys), mostKeys)))
	for _, k := range v.Keys[:min(len(v.Keys), mostKeys)] {
		b.AddBytes(k.ID[:])
		b.AddUint8(uint8(k.Kind))
		short(k.Label)
		public, err := x509.MarshalPKIXPublicKey(k.Public)
		if err != nil {
			return nil, err
		}
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(public) })
		b.AddUint8(uint8(min(len(k.Certificates), mostLinks)))
		for _, c := range k.Certificates[:min(len(k.Certificates), mostLinks)] {
			b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(c.Raw) })
		}
	}
	m, err := b.Bytes()
	if err == nil && len(m) > mostTold {
		err = fmt.Errorf("list of %d bytes", len(m))
	}
	return m, err
}

// cut shortens at a rune and leaves out what is no UTF-8: labels come from the device.
func cut(t string, most int) string {
	var out []byte
	for _, r := range t {
		if len(out)+utf8.RuneLen(r) > most {
			break
		}
		out = utf8.AppendRune(out, r)
	}
	return string(out)
}

// readInventory believes no public key and no certificate that is not the key's own: both must hash to its id.
func readInventory(m []byte) (*Inventory, error) {
	s := cryptobyte.String(m)
	v := &Inventory{}
	var n uint16
	if !skipHead(&s, tellList) || !text(&s, &v.Token.Label) || !text(&s, &v.Token.Serial) || !text(&s, &v.Token.Model) || !s.ReadUint64(&v.Count) || !s.ReadUint16(&n) || n > mostKeys {
		return nil, errMessage
	}
	for range n {
		k, err := readKey(&s)
		if err != nil {
			return nil, err
		}
		v.Keys = append(v.Keys, k)
	}
	if !s.Empty() {
		return nil, errMessage
	}
	return v, nil
}

func readKey(s *cryptobyte.String) (k Key, err error) {
	var kind, links uint8
	var public cryptobyte.String
	if !s.CopyBytes(k.ID[:]) || !s.ReadUint8(&kind) || !text(s, &k.Label) || !s.ReadUint16LengthPrefixed(&public) || !s.ReadUint8(&links) || links > mostLinks {
		return k, errMessage
	}
	k.Kind = Kind(kind)
	if k.Public, err = x509.ParsePKIXPublicKey(public); err != nil {
		return k, fmt.Errorf("%w: %w", errMessage, err)
	}
	if !k.owns(k.Public) || sha256.Sum256(public) != k.ID {
		return k, fmt.Errorf("%w: another public key", errMessage)
	}
	for range links {
		var der cryptobyte.String
		if !s.ReadUint24LengthPrefixed(&der) {
			return k, errMessage
		}
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return k, fmt.Errorf("%w: %w", errMessage, err)
		}
		k.Certificates = append(k.Certificates, c)
	}
	if links > 0 && !k.owns(k.Certificates[0].PublicKey) {
		return k, fmt.Errorf("%w: certificate of another key", errMessage)
	}
	return k, nil
}

// owns tells whether a public key is the one that id and kind name.
func (k Key) owns(pub crypto.PublicKey) bool {
	kind, ok := kindOf(pub)
	id, err := IDOf(pub)
	return ok && err == nil && kind == k.Kind && id == k.ID
}

func text(s *cryptobyte.String, into *string) bool {
	var t cryptobyte.String
	if !s.ReadUint8LengthPrefixed(&t) || !utf8.Valid(t) {
		return false
	}
	*into = string(t)
	return true
}

func skipHead(s *cryptobyte.String, kind uint8) bool {
	var v, k uint8
	return s.ReadUint8(&v) && v == version && s.ReadUint8(&k) && k == kind
}

func encodeSigned(sig []byte) []byte {
	b := cryptobyte.NewBuilder([]byte{version, tellSigned})
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(sig) })
	return b.BytesOrPanic()
}

// encodeRefusal carries the number of a refusal and its cause for the other side's log.
func encodeRefusal(err error) []byte {
	number := uint8(7) // ErrDevice: what has no number of its own
	for i, r := range wire {
		if r != nil && errors.Is(err, r) {
			number = uint8(i)
		}
	}
	b := cryptobyte.NewBuilder([]byte{version, tellRefusal, number})
	b.AddUint8LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes([]byte(cut(err.Error(), mostLabel))) })
	return b.BytesOrPanic()
}

// readAnswer gives the message when it is of the wanted kind, and else the refusal it carries.
func readAnswer(m []byte, want uint8) error {
	s := cryptobyte.String(m)
	if skipHead(&s, want) {
		return nil
	}
	s = m
	var number uint8
	var cause string
	if !skipHead(&s, tellRefusal) || !s.ReadUint8(&number) || number == 0 || int(number) >= len(wire) || !text(&s, &cause) || !s.Empty() {
		return ErrProtocol.because("%w", errMessage)
	}
	return wire[number].because("told by the signer: %q", cause)
}

func readSigned(m []byte) ([]byte, error) {
	s := cryptobyte.String(m)
	var sig cryptobyte.String
	if !skipHead(&s, tellSigned) || !s.ReadUint16LengthPrefixed(&sig) || !s.Empty() || len(sig) == 0 {
		return nil, ErrProtocol.because("%w", errMessage)
	}
	return sig, nil
}
