package gateway

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// answer is what both protocols answer with: a basic part and data.
type answer struct {
	Status    plain `json:"status"` // OK | FAIL
	ErrorCode plain `json:"errorCode"`
	ErrorDesc plain `json:"errorDesc"`
	DocID     plain `json:"docId"`
	Success   plain `json:"success"`
	Message   plain `json:"message"`
	Token     plain `json:"token"`

	object  map[string]json.RawMessage // data, where it is an object
	value   plain                      // data, where it is short and simple
	hasData bool
}

// sink takes data while it is read: the elements of a list, or the characters of one long text.
type sink struct {
	item  func(raw json.RawMessage) error
	text  io.Writer
	again func() // forgets what was taken
}

// plain is a value of whatever simple type a server gives it: "0", 0, true.
type plain string

func (p *plain) UnmarshalJSON(b []byte) error {
	switch b[0] {
	case '"':
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*p = plain(strings.TrimSpace(s))
	case '{':
		return errors.New("an object in the place of a value")
	case '[':
		var list []plain
		if err := json.Unmarshal(b, &list); err != nil || len(list) > 1 {
			return errors.New("a list in the place of a value")
		}
		*p = ""
		if len(list) == 1 {
			*p = list[0]
		}
	case 'n':
		*p = ""
	default:
		*p = plain(b)
	}
	return nil
}

func (p plain) yes() bool { return p == "1" || strings.EqualFold(string(p), "true") }

const (
	maxKey   = 256
	maxValue = 256 << 10 // one value of an answer, or one element of a list
	maxItems = 1_000_000
)

// parser reads one JSON value as it comes, so that neither a message nor a directory is ever held whole.
type parser struct {
	r     *bufio.Reader
	items int
}

var errGarbage = errors.New("the answer is not the JSON of this protocol")

// readAnswer reads an answer: an object, or a bare list of data. Nothing may stand after it.
func readAnswer(r io.Reader, to sink) (*answer, error) {
	p := &parser{r: bufio.NewReaderSize(r, 32<<10)}
	if mark, _ := p.r.Peek(3); string(mark) == "\uFEFF" {
		_, _ = p.r.Discard(3)
	}
	a := &answer{}
	c, err := p.peek()
	switch {
	case err != nil:
		return nil, err
	case c == '{':
		err = p.object(a, to)
	case c == '[':
		err = p.data(a, to)
	case c == '<' && to.text != nil: // the message itself, without any wrapping
		if head, _ := p.r.Peek(512); !bytes.Contains(head, []byte("edXML")) {
			return nil, errGarbage
		}
		a.hasData = true
		_, err = io.Copy(to.text, p.r)
	default:
		err = errGarbage
	}
	if err != nil {
		return nil, err
	}
	if _, err := p.peek(); err != io.ErrUnexpectedEOF {
		if err == nil {
			err = errGarbage
		}
		return nil, err
	}
	return a, nil
}

// peek gives the next character that is no white space.
func (p *parser) peek() (byte, error) {
	for {
		c, err := p.r.ReadByte()
		if err != nil {
			return 0, early(err)
		}
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return c, p.r.UnreadByte()
		}
	}
}

func early(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// take consumes the next character, which must be one of want.
func (p *parser) take(want string) (byte, error) {
	c, err := p.peek()
	if err != nil {
		return 0, err
	}
	if strings.IndexByte(want, c) < 0 {
		return 0, errGarbage
	}
	_, err = p.r.ReadByte()
	return c, err
}

func (p *parser) object(a *answer, to sink) error {
	if _, err := p.take("{"); err != nil {
		return err
	}
	seen := map[string]bool{}
	if c, err := p.peek(); err != nil || c == '}' {
		_, _ = p.r.ReadByte()
		return err
	}
	for {
		key, err := p.key()
		if err != nil {
			return err
		}
		if seen[key] || len(seen) > 100 {
			return errGarbage
		}
		seen[key] = true
		if err := p.member(a, key, to); err != nil {
			return err
		}
		c, err := p.take(",}")
		if err != nil || c == '}' {
			return err
		}
	}
}

func (p *parser) key() (string, error) {
	raw, err := p.raw(maxKey)
	if err != nil {
		return "", err
	}
	var key string
	if json.Unmarshal(raw, &key) != nil {
		return "", errGarbage
	}
	_, err = p.take(":")
	return key, err
}

func (p *parser) member(a *answer, key string, to sink) error {
	key = strings.ToLower(key)
	if key == "data" {
		return p.data(a, to)
	}
	raw, err := p.raw(maxValue)
	if err != nil {
		return err
	}
	if field := a.field(key); field != nil {
		var v plain
		if err := v.UnmarshalJSON(raw); err != nil {
			return fmt.Errorf("%w: %s", errGarbage, key)
		}
		if v != "" {
			*field = v
		}
	}
	return nil
}

func (a *answer) field(key string) *plain {
	switch key {
	case "status":
		return &a.Status
	case "errorcode":
		return &a.ErrorCode
	case "errordesc":
		return &a.ErrorDesc
	case "docid":
		return &a.DocID
	case "success":
		return &a.Success
	case "message":
		return &a.Message
	case "token", "accesstoken", "access_token":
		return &a.Token
	}
	return nil
}

func (p *parser) data(a *answer, to sink) error {
	c, err := p.peek()
	if err != nil {
		return err
	}
	a.hasData = c != 'n'
	switch {
	case c == '[' && to.item != nil:
		return p.list(to.item)
	case c == '"' && to.text != nil:
		return p.text(to.text)
	}
	raw, err := p.raw(maxValue)
	if err != nil {
		return err
	}
	if c == '{' {
		return json.Unmarshal(raw, &a.object)
	}
	if err := a.value.UnmarshalJSON(raw); err != nil {
		return fmt.Errorf("%w: data", errGarbage)
	}
	return nil
}

func (p *parser) list(item func(json.RawMessage) error) error {
	if _, err := p.take("["); err != nil {
		return err
	}
	if c, err := p.peek(); err != nil || c == ']' {
		_, _ = p.r.ReadByte()
		return err
	}
	for {
		raw, err := p.raw(maxValue)
		if err != nil {
			return err
		}
		if p.items++; p.items > maxItems {
			return errTooLong
		}
		if err := item(raw); err != nil {
			return fmt.Errorf("%w: %w", errGarbage, err)
		}
		c, err := p.take(",]")
		if err != nil || c == ']' {
			return err
		}
	}
}

// raw reads one value of at most limit bytes and proves that it is JSON.
func (p *parser) raw(limit int) (json.RawMessage, error) {
	if _, err := p.peek(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	depth, quoted := 0, false
	for {
		c, err := p.r.ReadByte()
		if err != nil {
			return nil, early(err)
		}
		if b.Len() >= limit {
			return nil, errTooLong
		}
		switch {
		case quoted && c == '\\':
			b.WriteByte(c)
			if c, err = p.r.ReadByte(); err != nil {
				return nil, early(err)
			}
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']' || c == ',' || c == ':':
			if depth == 0 { // the end of a number or word belongs to what is around it
				if err := p.r.UnreadByte(); err != nil {
					return nil, err
				}
				return proven(b.Bytes())
			}
			if c == '}' || c == ']' {
				depth--
			}
		}
		b.WriteByte(c)
		if depth == 0 && !quoted && (c == '"' || c == '}' || c == ']') {
			return proven(b.Bytes())
		}
	}
}

func proven(b []byte) (json.RawMessage, error) {
	if b = bytes.TrimSpace(b); !json.Valid(b) {
		return nil, errGarbage
	}
	return b, nil
}

// text streams the characters of a string. Its length is bounded by the answer's.
func (p *parser) text(w io.Writer) error {
	if _, err := p.take(`"`); err != nil {
		return err
	}
	for {
		if _, err := p.r.Peek(1); err != nil {
			return early(err)
		}
		buf, _ := p.r.Peek(p.r.Buffered())
		n := bytes.IndexFunc(buf, func(r rune) bool { return r == '"' || r == '\\' || r < ' ' })
		if n < 0 {
			n = len(buf)
		}
		if n > 0 {
			if _, err := w.Write(buf[:n]); err != nil {
				return err
			}
			_, _ = p.r.Discard(n)
			continue
		}
		switch c, _ := p.r.ReadByte(); c {
		case '"':
			return nil
		case '\\':
			r, err := p.escape()
			if err != nil {
				return err
			}
			if _, err := w.Write(utf8.AppendRune(nil, r)); err != nil {
				return err
			}
		default:
			return errGarbage
		}
	}
}

func (p *parser) escape() (rune, error) {
	c, err := p.r.ReadByte()
	if err != nil {
		return 0, early(err)
	}
	if at := strings.IndexByte(`"\/bfnrt`, c); at >= 0 {
		return rune("\"\\/\b\f\n\r\t"[at]), nil
	}
	if c != 'u' {
		return 0, errGarbage
	}
	r, err := p.hex()
	if err != nil || !utf16.IsSurrogate(r) {
		return r, err
	}
	if next, _ := p.r.Peek(2); string(next) != `\u` {
		return utf8.RuneError, nil
	}
	_, _ = p.r.Discard(2)
	low, err := p.hex()
	return utf16.DecodeRune(r, low), err
}

func (p *parser) hex() (rune, error) {
	var digits [4]byte
	if _, err := io.ReadFull(p.r, digits[:]); err != nil {
		return 0, early(err)
	}
	n, err := strconv.ParseUint(string(digits[:]), 16, 32)
	if err != nil {
		return 0, errGarbage
	}
	return rune(n), nil
}
