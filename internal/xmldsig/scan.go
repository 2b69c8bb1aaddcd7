package xmldsig

import (
	"bytes"
	"unicode/utf8"
)

const (
	maxDepth      = 100
	maxAttribute  = 64 << 10
	maxAttributes = 128
	maxName       = 1 << 10
	maxElements   = 1 << 20
	maxBindings   = 100
	maxInterned   = 4096

	xmlSpace   = "http://www.w3.org/XML/1998/namespace"
	xmlnsSpace = "http://www.w3.org/2000/xmlns/"
)

type kind int

const (
	startTag kind = iota
	endTag
	text
	comment
	end
)

type name struct{ prefix, local, space string }

func (n name) String() string {
	if n.prefix == "" {
		return n.local
	}
	return n.prefix + ":" + n.local
}

type attr struct {
	name
	value string
}

// binding is a namespace declaration in force.
type binding struct{ prefix, space string }

// token is what the scanner stands on. Its slices are reused by the next call of next.
type token struct {
	kind       kind
	name       name
	attrs      []attr
	decls      []binding
	text       []byte // a piece: one run of characters may come in several
	start, end int    // byte offsets of the markup
	empty      bool   // the start tag was <a/>: the end tag follows with the same offsets
}

type frame struct {
	name  name
	scope int // length of the scope outside this element
}

// scanner reads a document of strict XML 1.0 with namespaces in one pass over memory, without building anything.
type scanner struct {
	in       []byte
	pos      int
	tok      token
	open     []frame
	scope    []binding
	elements int
	rooted   bool
	leaving  bool // the scope of the element just ended is dropped by the next call
	interned map[string]string
}

// newScanner checks encoding and size and steps over byte order mark and XML declaration.
func newScanner(in []byte, limit int) (*scanner, error) {
	if len(in) > limit {
		return nil, ErrTooLarge.because("%d bytes", len(in))
	}
	if !utf8.Valid(in) {
		return nil, ErrMalformed.because("not UTF-8")
	}
	s := &scanner{in: in, interned: map[string]string{}}
	if bytes.HasPrefix(in, []byte("\xef\xbb\xbf")) {
		s.pos = 3
	}
	return s, s.skipDeclaration()
}

func (s *scanner) malformed(what string) error {
	return ErrMalformed.because("%s at byte %d", what, s.pos)
}

// next moves to the next token; kind end stands after the root element's end.
func (s *scanner) next() error {
	if s.leaving {
		f := s.open[len(s.open)-1]
		s.scope, s.open, s.leaving = s.scope[:f.scope], s.open[:len(s.open)-1], false
	}
	if s.tok.kind == startTag && s.tok.empty {
		s.tok.kind, s.leaving = endTag, true
		return nil
	}
	s.tok.empty = false
	s.tok.start = s.pos
	rest := s.in[s.pos:]
	switch {
	case len(rest) == 0:
		if len(s.open) > 0 || !s.rooted {
			return s.malformed("unexpected end")
		}
		s.tok.kind = end
		return nil
	case rest[0] != '<':
		return s.scanText()
	case bytes.HasPrefix(rest, []byte("</")):
		return s.scanEndTag()
	case bytes.HasPrefix(rest, []byte("<!--")):
		return s.scanComment()
	case bytes.HasPrefix(rest, []byte("<![CDATA[")) && len(s.open) > 0:
		return s.scanCDATA()
	case bytes.HasPrefix(rest, []byte("<!")), bytes.HasPrefix(rest, []byte("<?")):
		return ErrForbidden.because("markup at byte %d", s.pos)
	}
	return s.scanStartTag()
}

func (s *scanner) scanEndTag() error {
	if len(s.open) == 0 {
		return s.malformed("stray end tag")
	}
	s.pos += 2
	f := s.open[len(s.open)-1]
	qname := f.name.String()
	if !bytes.HasPrefix(s.in[s.pos:], []byte(qname)) {
		return s.malformed("end tag")
	}
	s.pos += len(qname)
	s.skipSpace()
	if s.peek() != '>' {
		return s.malformed("end tag")
	}
	s.pos++
	s.tok.kind, s.tok.name, s.tok.end, s.leaving = endTag, f.name, s.pos, true
	return nil
}

func (s *scanner) scanComment() error {
	body := s.in[s.pos+4:]
	i := bytes.Index(body, []byte("--"))
	if i < 0 || !bytes.HasPrefix(body[i:], []byte("-->")) {
		return s.malformed("comment")
	}
	if at := badCharacter(body[:i]); at >= 0 {
		return s.malformed("character in comment")
	}
	s.pos += 4 + i + 3
	s.tok.kind, s.tok.end = comment, s.pos
	return nil
}

func (s *scanner) scanCDATA() error {
	body := s.in[s.pos+9:]
	i := bytes.Index(body, []byte("]]>"))
	if i < 0 || badCharacter(body[:i]) >= 0 {
		return s.malformed("CDATA")
	}
	s.pos += 9 + i + 3
	s.tok.kind, s.tok.end, s.tok.text = text, s.pos, foldLines(body[:i])
	return nil
}

// scanText gives the characters up to the next markup, reference or carriage return as one piece.
func (s *scanner) scanText() error {
	rest := s.in[s.pos:]
	if len(s.open) == 0 {
		n := 0
		for n < len(rest) && isSpace(rest[n]) {
			n++
		}
		if n == 0 {
			return s.malformed("text outside the root")
		}
		s.pos += n
		s.tok.kind, s.tok.end, s.tok.text = text, s.pos, nil
		return nil
	}
	s.tok.kind = text
	switch rest[0] {
	case '&':
		r, err := s.reference()
		s.tok.text, s.tok.end = r, s.pos
		return err
	case '\r':
		s.pos++
		if s.peek() == '\n' {
			s.pos++
		}
		s.tok.text, s.tok.end = []byte("\n"), s.pos
		return nil
	}
	n := 0
	for n < len(rest) && class[rest[n]] <= plainText {
		n++
	}
	if n < len(rest) && class[rest[n]] == forbidden {
		s.pos += n
		return s.malformed("control character")
	}
	piece := rest[:n]
	if bytes.Contains(piece, []byte("]]>")) || hasNonCharacter(piece) {
		return s.malformed("text")
	}
	s.pos += n
	s.tok.text, s.tok.end = piece, s.pos
	return nil
}

func (s *scanner) peek() byte {
	if s.pos < len(s.in) {
		return s.in[s.pos]
	}
	return 0
}

func (s *scanner) skipSpace() bool {
	from := s.pos
	for s.pos < len(s.in) && isSpace(s.in[s.pos]) {
		s.pos++
	}
	return s.pos > from
}

// intern keeps one string per distinct name, so that a message of a million elements costs no million strings.
func (s *scanner) intern(b []byte) string {
	if v, ok := s.interned[string(b)]; ok {
		return v
	}
	v := string(b)
	if len(s.interned) < maxInterned && len(v) <= 64 {
		s.interned[v] = v
	}
	return v
}

// lookup finds the namespace of a prefix in force.
func (s *scanner) lookup(prefix string) (string, bool) {
	if prefix == "xml" {
		return xmlSpace, true
	}
	return lookup(s.scope, prefix)
}

func lookup(scope []binding, prefix string) (string, bool) {
	for i := len(scope) - 1; i >= 0; i-- {
		if scope[i].prefix == prefix {
			return scope[i].space, true
		}
	}
	return "", prefix == ""
}
