package store

import (
	"database/sql/driver"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Long texts that say nearly the same again and again (signed receipts, reports on signatures: certificates in base64 within a fixed frame) are kept as a small
// difference from an earlier text of their family. What is written goes through Pack or PackJSON, what is read through the types Packed and PackedJSON: a room sees
// the text itself, byte for byte, and never what stands in the column. Seals, hashes and proofs are made over the text.
//
// A family is what one hand writes: the receipts of an agency, the reports about one set of certificates. Its texts may stand in rows of several agencies, and a
// base may be a text of another agency's row: it serves to unpack only, is never shown by itself, and nobody gets a byte of it that his own text does not have.
//
// In the column stands the mark, the number of the base in base 36 (0 = none), a colon, and a zstd frame in base64; in a column of JSON the whole as one JSON text:
//
//	=z1:25ynrc0gwr4z:KLUv/SGNAXkMABoT…
//
// A text that is short stays as it is, as do rows of older days. One that itself begins with the mark is always packed, so that what begins with it is packed.

// Packed is a text column that is kept packed. It holds the text as it was before; it is read, never given to a statement: that is Pack's.
type Packed string

// PackedJSON is Packed for a column of JSON. On PostgreSQL a packed one keeps its very bytes, which jsonb does not.
type PackedJSON string

// PackedSeen is Packed for those who judge rows: what does not unpack is given as it stands, so that a spoiled row is told by its difference and stops nobody.
type PackedSeen string

var errPacked = errors.New("store: a packed text is written with Pack")

// Value refuses: what begins with the mark would be taken for packed.
func (Packed) Value() (driver.Value, error) { return nil, errPacked }

// Value refuses, as that of Packed.
func (PackedJSON) Value() (driver.Value, error) { return nil, errPacked }

// Value refuses, as that of Packed.
func (PackedSeen) Value() (driver.Value, error) { return nil, errPacked }

// Scan reads text or bytes.
func (p *PackedJSON) Scan(v any) error { return (*JSON)(p).Scan(v) }

const (
	packMark      = "=z1:"
	packMarkJSON  = `"` + packMark
	packShortest  = 300     // shorter texts stay as they are
	packLongest   = 1 << 20 // longer ones too
	packBase      = 1       // the number that frames give their base
	packWindow    = 128 << 10
	packResembles = 3 // a text resembles its base when its difference is at most this part of it
)

// Packing is a text on its way into a column, given to a statement in its place. It may be given to several statements; it is packed once.
type Packing struct {
	agency int64
	family string
	text   string
	json   bool

	mu     sync.Mutex
	stored string // "" = not packed yet
	base   int64  // what it is a difference from
}

// Pack packs a text of a family into a column of an agency's row that is read as Packed.
func Pack(agency int64, family, text string) *Packing {
	return &Packing{agency: agency, family: family, text: text}
}

// PackJSON packs a JSON text into a column that is read as PackedJSON.
func PackJSON(agency int64, family string, text PackedJSON) *Packing {
	return &Packing{agency: agency, family: family, text: string(text), json: true}
}

// IsPacked tells a packed text of a column, of text or of JSON, by how it begins: for bulk paths, which copy columns as they are.
func IsPacked(stored string) bool {
	return strings.HasPrefix(stored, packMark) || strings.HasPrefix(stored, packMarkJSON)
}

// plain tells a text that stays as it is.
func (p *Packing) plain() bool {
	return len(p.text) < packShortest || len(p.text) > packLongest
}

// marked tells a text that would be taken for packed.
func (p *Packing) marked() bool { return strings.HasPrefix(p.text, p.mark()) }

func (p *Packing) mark() string {
	if p.json {
		return packMarkJSON
	}
	return packMark
}

// against gives what stands in the column when the text is kept as a difference from a base (nil = from nothing).
func (p *Packing) against(b *base) (string, error) {
	var frame []byte
	id := int64(0)
	if b == nil {
		frame = alone().EncodeAll([]byte(p.text), nil)
	} else {
		e := takeEncoder()
		defer giveEncoder(e)
		var err error
		if frame, err = e.encode(b, p.text); err != nil {
			return "", err
		}
		id = b.id
	}
	out := make([]byte, 0, len(packMarkJSON)+14+base64.RawStdEncoding.EncodedLen(len(frame))+1)
	out = append(out, p.mark()...)
	out = append(strconv.AppendInt(out, id, 36), ':')
	out = base64.RawStdEncoding.AppendEncode(out, frame)
	if p.json {
		out = append(out, '"')
	}
	return string(out), nil
}

// parts are a column's content taken apart.
type parts struct {
	id     int64 // of the base, 0 = none
	frame  []byte
	packed bool  // false: the content is the text itself
	err    error // why it does not come apart
}

func partsOf(stored string, json bool) parts {
	mark := packMark
	if json {
		mark = packMarkJSON
	}
	rest, packed := strings.CutPrefix(stored, mark)
	if !packed {
		return parts{}
	}
	bad := func(why string) parts { return parts{packed: true, err: errors.New(why)} }
	if json {
		whole := false
		if rest, whole = strings.CutSuffix(rest, `"`); !whole {
			return bad("cut off")
		}
	}
	number, rest, ok := strings.Cut(rest, ":")
	id, err := strconv.ParseInt(number, 36, 64)
	if !ok || err != nil || id < 0 || strconv.FormatInt(id, 36) != number {
		return bad("without the number of its base")
	}
	if len(rest) > base64.RawStdEncoding.EncodedLen(packLongest+packLongest/8) {
		return bad("too long")
	}
	if strings.ContainsAny(rest, "\r\n") { // the decoder would pass over them
		return bad("in several lines")
	}
	frame, err := base64.RawStdEncoding.Strict().DecodeString(rest)
	if err == nil && len(frame) == 0 {
		return bad("empty")
	}
	return parts{id, frame, true, err}
}

// unframe gives the text of a frame and its base (nil = none). Frames carry a checksum of their text.
func unframe(b *base, frame []byte) (string, error) {
	var head zstd.Header
	switch rest, err := head.DecodeAndStrip(frame); {
	case err != nil:
		return "", err
	case len(rest) == 0, head.Skippable, !head.HasFCS, !head.HasCheckSum, head.FrameContentSize > packLongest, b != nil != (head.DictionaryID == packBase):
		return "", errors.New("not a frame that was written here")
	}
	d := decoders.Get().(*zstd.Decoder)
	defer decoders.Put(d)
	if b != nil {
		if err := d.ResetWithOptions(nil, zstd.WithDecoderDictRaw(packBase, b.text)); err != nil {
			return "", err
		}
	}
	text, err := d.DecodeAll(frame, nil)
	if err == nil && uint64(len(text)) != head.FrameContentSize {
		err = errors.New("not the length that it says")
	}
	if err != nil {
		return "", err
	}
	return string(text), nil
}

// decoders unpack one text at a time; the base that was put in last is not used by a frame that has none.
var decoders = sync.Pool{New: func() any {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(packLongest), zstd.WithDecoderMaxWindow(packLongest))
	if err != nil {
		panic(err) // the options are constants
	}
	return d
}}

// encoder packs against one base at a time: putting in another one takes some tens of microseconds and no memory.
type encoder struct {
	z    *zstd.Encoder
	base *base
}

// encoders are those that nobody uses; each takes about half a megabyte.
var encoders = make(chan *encoder, runtime.NumCPU())

func takeEncoder() *encoder {
	select {
	case e := <-encoders:
		return e
	default:
		return &encoder{}
	}
}

func giveEncoder(e *encoder) {
	select {
	case encoders <- e:
	default:
	}
}

func (e *encoder) encode(b *base, text string) (frame []byte, err error) {
	switch {
	case e.z == nil:
		e.z, err = zstd.NewWriter(nil, append(packLevel, zstd.WithEncoderDictRaw(packBase, b.text))...)
	case e.base != b:
		err = e.z.ResetWithOptions(nil, zstd.WithEncoderDictRaw(packBase, b.text))
	}
	if err != nil {
		e.z = nil
		return nil, fmt.Errorf("pack: %w", err)
	}
	e.base = b
	return e.z.EncodeAll([]byte(text), make([]byte, 0, max(512, len(text)/8))), nil
}

var packLevel = []zstd.EOption{zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(packWindow), zstd.WithLowerEncoderMem(true),
	zstd.WithSingleSegment(true), zstd.WithEncoderCRC(true)}

// alone packs without a base.
var alone = sync.OnceValue(func() *zstd.Encoder {
	z, err := zstd.NewWriter(nil, packLevel...)
	if err != nil {
		panic(err) // the options are constants
	}
	return z
})
