package cms

import (
	"encoding/asn1"
	"errors"
	"math/big"

	"golang.org/x/crypto/cryptobyte"
	der "golang.org/x/crypto/cryptobyte/asn1"
)

const (
	maxSize     = 8 << 20
	maxNesting  = 24
	maxChildren = 1024
)

const (
	tagInteger     = 0x02
	tagOctetString = 0x04
	tagNull        = 0x05
	tagOID         = 0x06
	tagUTCTime     = 0x17
	tagGeneralTime = 0x18
	tagSequence    = 0x30
	tagSet         = 0x31
	tagContext0    = 0xa0
	tagContext1    = 0xa1
	constructed    = 0x20
)

var errEncoding = errors.New("encoding")

// element is one BER value. raw is exactly what stood in the input: signatures and hashes are made over it, never over
// a re-encoding.
type element struct {
	tag  byte
	body []byte
	raw  []byte
}

// readElement reads the first value of in. Indefinite lengths are followed to their end, at most maxNesting deep.
func readElement(in []byte, depth int) (element, []byte, error) {
	if depth > maxNesting || len(in) < 2 || in[0]&0x1f == 0x1f {
		return element{}, nil, errEncoding
	}
	tag := in[0]
	if in[1] == 0x80 {
		return readIndefinite(in, depth)
	}
	n, head := int(in[1]), 2
	if n > 0x80 {
		count := n & 0x7f
		if count > 4 || len(in) < 2+count {
			return element{}, nil, errEncoding
		}
		n = 0
		for _, b := range in[2 : 2+count] {
			n = n<<8 | int(b)
		}
		head += count
	}
	if n > len(in)-head {
		return element{}, nil, errEncoding
	}
	return element{tag, in[head : head+n], in[:head+n]}, in[head+n:], nil
}

func readIndefinite(in []byte, depth int) (element, []byte, error) {
	if in[0]&constructed == 0 {
		return element{}, nil, errEncoding
	}
	rest := in[2:]
	for {
		if len(rest) < 2 {
			return element{}, nil, errEncoding
		}
		if rest[0] == 0 && rest[1] == 0 {
			end := len(in) - len(rest)
			return element{in[0], in[2:end], in[:end+2]}, rest[2:], nil
		}
		var err error
		if _, rest, err = readElement(rest, depth+1); err != nil {
			return element{}, nil, err
		}
	}
}

// list reads the values inside a constructed element.
func (e element) list() ([]element, error) {
	if e.tag&constructed == 0 {
		return nil, errEncoding
	}
	var out []element
	for rest := e.body; len(rest) > 0; {
		var c element
		var err error
		if c, rest, err = readElement(rest, 0); err != nil {
			return nil, err
		}
		if out = append(out, c); len(out) > maxChildren {
			return nil, errEncoding
		}
	}
	return out, nil
}

// only reads the single value inside an explicit tag or a one-valued set.
func (e element) only() (element, error) {
	all, err := e.list()
	if err != nil || len(all) != 1 {
		return element{}, errEncoding
	}
	return all[0], nil
}

// octets gives the content of an OCTET STRING (or of an implicitly tagged one), joining the parts of a constructed one. Parts
// of parts are read a few levels deep; nobody writes more than one.
func (e element) octets() ([]byte, error) {
	if e.tag&constructed == 0 {
		return e.body, nil
	}
	return e.appendOctets(nil, 0)
}

func (e element) appendOctets(out []byte, depth int) ([]byte, error) {
	if e.tag&constructed == 0 {
		return append(out, e.body...), nil
	}
	const deepest = 3
	if depth > deepest {
		return nil, errEncoding
	}
	for rest := e.body; len(rest) > 0; {
		var part element
		var err error
		if part, rest, err = readElement(rest, 0); err != nil {
			return nil, err
		}
		if part.tag&^constructed != tagOctetString {
			return nil, errEncoding
		}
		if out, err = part.appendOctets(out, depth+1); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (e element) oid() (asn1.ObjectIdentifier, error) {
	var oid asn1.ObjectIdentifier
	if e.tag != tagOID || len(e.body) > 64 {
		return nil, errEncoding
	}
	s := cryptobyte.String(encode(tagOID, e.body))
	if !s.ReadASN1ObjectIdentifier(&oid) {
		return nil, errEncoding
	}
	return oid, nil
}

// integer gives a signed integer of at most 64 octets; foreign certificates have negative serials.
func (e element) integer() (*big.Int, error) {
	if e.tag != tagInteger || len(e.body) == 0 || len(e.body) > 64 {
		return nil, errEncoding
	}
	n := new(big.Int).SetBytes(e.body)
	if e.body[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(e.body))))
	}
	return n, nil
}

// encode writes one DER value with the given tag around parts.
func encode(tag byte, parts ...[]byte) []byte {
	var b cryptobyte.Builder
	b.AddASN1(der.Tag(tag), func(b *cryptobyte.Builder) {
		for _, p := range parts {
			b.AddBytes(p)
		}
	})
	return b.BytesOrPanic()
}

func encodeOID(oid asn1.ObjectIdentifier) []byte {
	var b cryptobyte.Builder
	b.AddASN1ObjectIdentifier(oid)
	return b.BytesOrPanic()
}
