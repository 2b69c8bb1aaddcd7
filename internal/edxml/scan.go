package edxml

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// meter counts and hashes the original bytes (X7.7) and stops at the limit of a message.
type meter struct {
	r     io.Reader
	n     int64
	limit int64
	sum   hash.Hash
	fault error // an error of the source itself, not of the message
}

func newMeter(r io.Reader, limit int64) *meter { return &meter{r: r, limit: limit, sum: sha256.New()} }

func (m *meter) Read(p []byte) (int, error) {
	if m.n >= m.limit {
		var one [1]byte
		if n, err := io.ReadFull(m.r, one[:]); n == 0 {
			return 0, err
		}
		return 0, quarantine(TooLarge, "limit", m.limit, "part", "message")
	}
	if int64(len(p)) > m.limit-m.n {
		p = p[:m.limit-m.n]
	}
	n, err := m.r.Read(p)
	m.sum.Write(p[:n])
	m.n += int64(n)
	if err != nil && err != io.EOF {
		m.fault = err
	}
	return n, err
}

func (m *meter) digest() string { return hex.EncodeToString(m.sum.Sum(nil)) }

type attr struct{ prefix, local, value string }

// binding is one namespace declaration in scope; the chain leads outwards.
type binding struct {
	prefix, space string
	outer         *binding
}

func (b *binding) find(prefix string) (string, bool) {
	for ; b != nil; b = b.outer {
		if b.prefix == prefix {
			return b.space, true
		}
	}
	return "", false
}

// element is a start tag with its namespace resolved.
type element struct {
	prefix, local, space string
	attrs                []attr // declarations excluded
	scope                *binding
}

func (e *element) qname() string { return qname(e.prefix, e.local) }

func qname(prefix, local string) string {
	if prefix == "" {
		return local
	}
	return prefix + ":" + local
}

type tokenKind int

const (
	startToken tokenKind = iota
	endToken
	textToken // text is valid until the next call
	eofToken
)

type token struct {
	kind tokenKind
	elem *element
	text []byte
}

// scanner cuts a message into tags and pieces of text. It follows no DTD, resolves no entity but the five of XML and character
// references, and never holds more than one tag or one buffer of text (X15.5).
type scanner struct {
	r        *bufio.Reader
	src      *meter
	opt      *Options
	warn     func(code string, args ...any)
	stack    []*element
	closing  bool // a self-closing tag still owes its end
	cdata    bool
	elements int
	scratch  []byte
}

func newScanner(src *meter, opt *Options, warn func(string, ...any)) *scanner {
	return &scanner{r: bufio.NewReaderSize(src, 64<<10), src: src, opt: opt, warn: warn}
}

func (s *scanner) offset() int64 { return s.src.n - int64(s.r.Buffered()) }

func (s *scanner) malformed(detail string) error {
	return quarantine(MalformedXML, "offset", s.offset(), "detail", detail)
}

// broken turns the end of input into a quarantine and passes other errors on.
func (s *scanner) broken(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return quarantine(Truncated, "offset", s.offset())
	}
	return err
}

func (s *scanner) next() (token, error) {
	if s.closing {
		return s.end()
	}
	for {
		if _, err := s.r.Peek(1); err != nil {
			if errors.Is(err, io.EOF) && len(s.stack) == 0 {
				return token{kind: eofToken}, nil
			}
			return token{}, s.broken(err)
		}
		buf, _ := s.r.Peek(s.r.Buffered())
		if s.cdata {
			if text, ok := s.cdataText(buf); ok {
				return token{kind: textToken, text: text}, nil
			}
			continue
		}
		switch n := bytes.IndexAny(buf, "<&"); {
		case n < 0:
			n = len(buf)
			fallthrough
		case n > 0:
			_, _ = s.r.Discard(n)
			return token{kind: textToken, text: buf[:n]}, nil
		case buf[0] == '&':
			text, err := s.reference()
			return token{kind: textToken, text: text}, err
		}
		tok, done, err := s.markup()
		if done || err != nil {
			return tok, err
		}
	}
}

// cdataText gives a piece of a CDATA section, or false when its end was consumed.
func (s *scanner) cdataText(buf []byte) ([]byte, bool) {
	n := bytes.IndexByte(buf, ']')
	if n < 0 {
		n = len(buf)
	}
	if n == 0 {
		if head, _ := s.r.Peek(3); string(head) == "]]>" {
			_, _ = s.r.Discard(3)
			s.cdata = false
			return nil, false
		}
		n = 1
	}
	text := append(s.scratch[:0], buf[:n]...)
	s.scratch = text
	_, _ = s.r.Discard(n)
	return text, true
}

var entities = map[string]string{"amp": "&", "lt": "<", "gt": ">", "quot": `"`, "apos": "'"}

// reference reads "&…;". What is no reference stays literal text with a warning: senders forget to escape.
func (s *scanner) reference() ([]byte, error) {
	head, err := s.r.Peek(12)
	if len(head) == 0 {
		return nil, s.broken(err)
	}
	if n := bytes.IndexByte(head, ';'); n > 1 {
		if text, ok := decodeReference(string(head[1:n])); ok {
			_, _ = s.r.Discard(n + 1)
			s.scratch = append(s.scratch[:0], text...)
			return s.scratch, nil
		}
	}
	s.warn(BareAmpersand)
	_, _ = s.r.Discard(1)
	s.scratch = append(s.scratch[:0], '&')
	return s.scratch, nil
}

func decodeReference(name string) (string, bool) {
	if text, ok := entities[name]; ok {
		return text, true
	}
	digits, base := strings.TrimPrefix(name, "#"), 10
	if len(digits) == len(name) {
		return "", false
	}
	if strings.HasPrefix(digits, "x") {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n == 0 || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) {
		return "", false
	}
	return string(rune(n)), true
}

// markup reads one "<…" and tells whether it is a token for the caller.
func (s *scanner) markup() (tok token, done bool, err error) {
	head, _ := s.r.Peek(9)
	switch {
	case bytes.HasPrefix(head, []byte("<?")):
		return token{}, false, s.skip("?>", 64<<10)
	case bytes.HasPrefix(head, []byte("<!--")):
		_, _ = s.r.Discard(4)
		return token{}, false, s.skip("-->", s.src.limit)
	case bytes.HasPrefix(head, []byte("<![CDATA[")) && len(s.stack) > 0:
		_, _ = s.r.Discard(9)
		s.cdata = true
		return token{}, false, nil
	case bytes.HasPrefix(head, []byte("<!")):
		return token{}, false, quarantine(DTDForbidden)
	case bytes.HasPrefix(head, []byte("</")):
		tag, err := s.tag()
		if err != nil {
			return token{}, false, err
		}
		name := strings.TrimRight(string(tag[1:]), " \t\r\n")
		if len(s.stack) == 0 || s.stack[len(s.stack)-1].qname() != name {
			return token{}, false, s.malformed("</" + short(name) + ">")
		}
		tok, err = s.end()
		return tok, true, err
	}
	tok, err = s.start()
	return tok, true, err
}

func (s *scanner) end() (token, error) {
	e := s.stack[len(s.stack)-1]
	s.stack = s.stack[:len(s.stack)-1]
	s.closing = false
	return token{kind: endToken, elem: e}, nil
}

// skip drops everything up to and including mark.
func (s *scanner) skip(mark string, limit int64) error {
	last := mark[len(mark)-1]
	tail := make([]byte, 0, len(mark))
	for n := int64(0); n < limit; n++ {
		c, err := s.r.ReadByte()
		if err != nil {
			return s.broken(err)
		}
		if len(tail) == len(mark) {
			copy(tail, tail[1:])
			tail = tail[:len(mark)-1]
		}
		tail = append(tail, c)
		if c == last && string(tail) == mark {
			return nil
		}
	}
	return quarantine(TooLarge, "limit", limit, "part", "markup")
}

// tag reads "<…>" and gives what stands between, quotes respected.
func (s *scanner) tag() ([]byte, error) {
	_, _ = s.r.Discard(1)
	limit := 4 * s.opt.MaxAttribute
	buf, quote := make([]byte, 0, 64), byte(0)
	for {
		c, err := s.r.ReadByte()
		if err != nil {
			return nil, s.broken(err)
		}
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return buf, nil
		}
		if c == '<' {
			return nil, s.malformed("<")
		}
		if buf = append(buf, c); len(buf) > limit {
			return nil, quarantine(TooLarge, "limit", limit, "part", "tag")
		}
	}
}

func (s *scanner) start() (token, error) {
	tag, err := s.tag()
	if err != nil {
		return token{}, err
	}
	if len(s.stack) >= s.opt.MaxDepth {
		return token{}, quarantine(TooDeep, "limit", s.opt.MaxDepth)
	}
	if s.elements++; s.elements > s.opt.MaxElements {
		return token{}, quarantine(TooMany, "part", "element", "limit", s.opt.MaxElements)
	}
	if n := len(tag); n > 0 && tag[n-1] == '/' {
		tag, s.closing = tag[:n-1], true
	}
	e, err := s.parseTag(tag)
	if err != nil {
		return token{}, err
	}
	s.stack = append(s.stack, e)
	return token{kind: startToken, elem: e}, nil
}

const maxAttributes = 64

func (s *scanner) parseTag(tag []byte) (*element, error) {
	name, rest := cutName(tag)
	e := &element{}
	var ok bool
	if e.prefix, e.local, ok = splitName(name); !ok {
		return nil, s.malformed("<" + short(string(name)))
	}
	if len(s.stack) > 0 {
		e.scope = s.stack[len(s.stack)-1].scope
	}
	seen := 0
	for rest = bytes.TrimLeft(rest, " \t\r\n"); len(rest) > 0; rest = bytes.TrimLeft(rest, " \t\r\n") {
		a, after, err := s.parseAttr(rest)
		if err != nil {
			return nil, err
		}
		rest = after
		if seen++; seen > maxAttributes {
			return nil, quarantine(TooMany, "part", "attribute", "limit", maxAttributes)
		}
		switch {
		case a.prefix == "" && a.local == "xmlns":
			e.scope = &binding{prefix: "", space: a.value, outer: e.scope}
		case a.prefix == "xmlns":
			e.scope = &binding{prefix: a.local, space: a.value, outer: e.scope}
		default:
			for _, b := range e.attrs {
				if b.prefix == a.prefix && b.local == a.local {
					return nil, s.malformed(short(a.local))
				}
			}
			e.attrs = append(e.attrs, a)
		}
	}
	s.resolve(e)
	return e, nil
}

func (s *scanner) parseAttr(rest []byte) (a attr, after []byte, err error) {
	name, rest := cutName(rest)
	var ok bool
	if a.prefix, a.local, ok = splitName(name); !ok {
		return a, nil, s.malformed(short(string(name)))
	}
	rest = bytes.TrimLeft(rest, " \t\r\n")
	if len(rest) == 0 || rest[0] != '=' {
		return a, nil, s.malformed(short(a.local))
	}
	rest = bytes.TrimLeft(rest[1:], " \t\r\n")
	if len(rest) < 2 || rest[0] != '"' && rest[0] != '\'' {
		return a, nil, s.malformed(short(a.local))
	}
	n := bytes.IndexByte(rest[1:], rest[0])
	if n < 0 {
		return a, nil, s.malformed(short(a.local))
	}
	if n > s.opt.MaxAttribute {
		return a, nil, quarantine(TooLarge, "limit", s.opt.MaxAttribute, "part", "attribute")
	}
	a.value = s.unescape(string(rest[1 : n+1]))
	return a, rest[n+2:], nil
}

func (s *scanner) unescape(v string) string {
	if v = s.utf8(v); !strings.Contains(v, "&") {
		return v
	}
	var b strings.Builder
	for {
		head, tail, more := strings.Cut(v, "&")
		b.WriteString(head)
		if !more {
			return b.String()
		}
		name, after, closed := strings.Cut(tail, ";")
		if text, ok := decodeReference(name); closed && ok {
			b.WriteString(text)
			v = after
			continue
		}
		s.warn(BareAmpersand)
		b.WriteByte('&')
		v = tail
	}
}

// utf8 replaces what is not UTF-8 and what XML cannot hold, with a warning.
func (s *scanner) utf8(v string) string {
	fixed := strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == '\uFFFE' || r == '\uFFFF' {
			return utf8.RuneError
		}
		return r
	}, strings.ToValidUTF8(v, "\uFFFD"))
	if fixed != v {
		s.warn(InvalidUTF8)
	}
	return fixed
}

// knownPrefixes are declared on behalf of senders who forget (X15.3).
var knownPrefixes = map[string]string{
	"edxml": NS,
	"xlink": "http://www.w3.org/1999/xlink",
	"xsi":   "http://www.w3.org/2001/XMLSchema-instance",
	"xsd":   "http://www.w3.org/2001/XMLSchema",
	"ds":    xmldsigNS,
}

const xmldsigNS = "http://www.w3.org/2000/09/xmldsig#"

func (s *scanner) resolve(e *element) {
	if space, ok := e.scope.find(e.prefix); ok {
		e.space = space
	} else if e.prefix != "" {
		e.space = s.repair(e, e.prefix)
	}
	for _, a := range e.attrs {
		if _, ok := e.scope.find(a.prefix); !ok && a.prefix != "" && a.prefix != "xml" {
			s.repair(e, a.prefix)
		}
	}
}

// repair declares a forgotten prefix on e, as a repaired copy of the message would on its root.
func (s *scanner) repair(e *element, prefix string) string {
	space, ok := knownPrefixes[strings.ToLower(prefix)]
	if !ok {
		space = "urn:undeclared:" + prefix
	}
	e.scope = &binding{prefix: prefix, space: space, outer: e.scope}
	s.warn(UndeclaredPrefix, "name", prefix)
	return space
}

func cutName(b []byte) (name, rest []byte) {
	n := bytes.IndexAny(b, " \t\r\n=/")
	if n < 0 {
		n = len(b)
	}
	return b[:n], b[n:]
}

func splitName(name []byte) (prefix, local string, ok bool) {
	if len(name) == 0 || len(name) > 256 || !utf8.Valid(name) || bytes.ContainsAny(name, "<>&\"'!?;,()[]{}@#$%^*+|\\`~\x00") {
		return "", "", false
	}
	prefix, local, found := strings.Cut(string(name), ":")
	if !found {
		prefix, local = "", prefix
	}
	bad := local == "" || found && prefix == "" || strings.Contains(local, ":") || strings.ContainsAny(local[:1], "0123456789.-")
	return prefix, local, !bad
}

func short(s string) string {
	if len(s) > 40 {
		s = s[:40]
	}
	return strings.ToValidUTF8(s, "?")
}
