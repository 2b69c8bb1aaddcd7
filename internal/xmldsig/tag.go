package xmldsig

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// skipDeclaration accepts an XML declaration of version 1.0 in UTF-8.
func (s *scanner) skipDeclaration() error {
	rest := s.in[s.pos:]
	if !bytes.HasPrefix(rest, []byte("<?xml")) || len(rest) < 6 || !isSpace(rest[5]) {
		return nil
	}
	i := bytes.Index(rest[:min(len(rest), 256)], []byte("?>"))
	if i < 0 {
		return s.malformed("declaration")
	}
	fields := strings.ToLower(string(rest[5:i]))
	for n, want := range []struct{ name, values string }{{"version", "|1.0|"}, {"encoding", "|utf-8|"}, {"standalone", "|yes|no|"}} {
		trimmed := strings.TrimLeft(fields, " \t\r\n")
		after, ok := strings.CutPrefix(trimmed, want.name)
		if !ok && n > 0 {
			continue
		}
		after = strings.TrimLeft(after, " \t\r\n")
		after, eq := strings.CutPrefix(after, "=")
		after = strings.TrimLeft(after, " \t\r\n")
		if !ok || !eq || trimmed == fields || len(after) < 2 || after[0] != '"' && after[0] != '\'' {
			return s.malformed("declaration")
		}
		value, tail, closed := strings.Cut(after[1:], after[:1])
		if !closed || !strings.Contains(want.values, "|"+value+"|") {
			return s.malformed("declaration " + want.name)
		}
		fields = tail
	}
	if strings.TrimSpace(fields) != "" {
		return s.malformed("declaration")
	}
	s.pos += i + 2
	return nil
}

// scanStartTag reads <name attr="…" …> with namespaces resolved.
func (s *scanner) scanStartTag() error {
	if s.rooted && len(s.open) == 0 {
		return s.malformed("second root")
	}
	if s.elements++; s.elements > maxElements || len(s.open) >= maxDepth {
		return ErrTooLarge.because("nesting or number of elements at byte %d", s.pos)
	}
	s.rooted = true
	s.pos++
	n, err := s.qname()
	if err != nil {
		return err
	}
	t := &s.tok
	t.kind, t.name, t.attrs, t.decls, t.empty = startTag, n, t.attrs[:0], t.decls[:0], false
	for {
		spaced := s.skipSpace()
		switch c := s.peek(); {
		case c == '>':
			s.pos++
			return s.resolve()
		case c == '/' && s.pos+1 < len(s.in) && s.in[s.pos+1] == '>':
			s.pos += 2
			t.empty = true
			return s.resolve()
		case !spaced:
			return s.malformed("start tag")
		}
		if err := s.attribute(); err != nil {
			return err
		}
	}
}

func (s *scanner) attribute() error {
	n, err := s.qname()
	if err != nil {
		return err
	}
	s.skipSpace()
	if s.peek() != '=' {
		return s.malformed("attribute")
	}
	s.pos++
	s.skipSpace()
	value, err := s.attributeValue()
	if err != nil {
		return err
	}
	t := &s.tok
	if len(t.attrs)+len(t.decls) >= maxAttributes {
		return ErrTooLarge.because("attributes at byte %d", s.pos)
	}
	switch {
	case n.prefix == "" && n.local == "xmlns":
		t.decls = append(t.decls, binding{"", value})
	case n.prefix == "xmlns":
		t.decls = append(t.decls, binding{n.local, value})
	default:
		t.attrs = append(t.attrs, attr{n, value})
	}
	return nil
}

// attributeValue normalizes as XML 1.0 §3.3.3 does without a DTD: literal white space becomes a space, references stay what they say.
func (s *scanner) attributeValue() (string, error) {
	quote := s.peek()
	if quote != '"' && quote != '\'' {
		return "", s.malformed("attribute value")
	}
	s.pos++
	n := bytes.IndexByte(s.in[s.pos:min(len(s.in), s.pos+maxAttribute+1)], quote)
	if n < 0 {
		if len(s.in)-s.pos > maxAttribute {
			return "", ErrTooLarge.because("attribute at byte %d", s.pos)
		}
		return "", s.malformed("attribute value")
	}
	raw := s.in[s.pos : s.pos+n]
	if bytes.IndexByte(raw, '<') >= 0 || badCharacter(raw) >= 0 {
		return "", s.malformed("attribute value")
	}
	if !bytes.ContainsAny(raw, "&\t\r\n") {
		s.pos += n + 1
		return s.intern(raw), nil
	}
	var out []byte
	for stop := s.pos + n; s.pos < stop; {
		switch c := s.in[s.pos]; c {
		case '&':
			r, err := s.reference()
			if err != nil || s.pos > stop {
				return "", s.malformed("reference")
			}
			out = append(out, r...)
			continue
		case '\r':
			if s.in[s.pos+1] == '\n' {
				s.pos++
			}
			out = append(out, ' ')
		case '\n', '\t':
			out = append(out, ' ')
		default:
			out = append(out, c)
		}
		s.pos++
	}
	s.pos++
	return string(out), nil
}

// qname reads a name with at most one colon.
func (s *scanner) qname() (name, error) {
	first, err := s.ncname()
	if err != nil || s.peek() != ':' {
		return name{local: first}, err
	}
	s.pos++
	local, err := s.ncname()
	return name{prefix: first, local: local}, err
}

func (s *scanner) ncname() (string, error) {
	from := s.pos
	for s.pos < len(s.in) {
		c, size := rune(s.in[s.pos]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRune(s.in[s.pos:])
		}
		if s.pos == from && !isNameStart(c) || !isNameRest(c) {
			break
		}
		s.pos += size
	}
	if s.pos == from || s.pos-from > maxName {
		return "", s.malformed("name")
	}
	return s.intern(s.in[from:s.pos]), nil
}

// resolve enters the element: declares its namespaces, then resolves its names and refuses repeated attributes.
func (s *scanner) resolve() error {
	t := &s.tok
	t.end = s.pos
	outside := len(s.scope)
	for i, d := range t.decls {
		if err := checkBinding(d); err != nil {
			return err
		}
		if _, twice := find(t.decls[:i], d.prefix); twice {
			return s.malformed("namespace declared twice")
		}
		s.scope = append(s.scope, d)
	}
	if len(s.scope) > maxBindings {
		return ErrTooLarge.because("namespaces at byte %d", s.pos)
	}
	var ok bool
	if t.name.space, ok = s.lookup(t.name.prefix); !ok || t.name.prefix == "xmlns" {
		return s.malformed("undeclared prefix")
	}
	for i := range t.attrs {
		a := &t.attrs[i]
		if a.prefix != "" {
			if a.space, ok = s.lookup(a.prefix); !ok {
				return s.malformed("undeclared prefix")
			}
		}
		for _, b := range t.attrs[:i] {
			if b.local == a.local && b.space == a.space {
				return s.malformed("attribute repeated")
			}
		}
	}
	s.open = append(s.open, frame{t.name, outside})
	return nil
}

func find(decls []binding, prefix string) (string, bool) {
	for _, d := range decls {
		if d.prefix == prefix {
			return d.space, true
		}
	}
	return "", false
}

// checkBinding keeps the reserved prefixes and, as Canonical XML demands, refuses relative namespace names.
func checkBinding(d binding) error {
	if len(d.space) > maxName {
		return ErrTooLarge.because("namespace of prefix %q", d.prefix)
	}
	reserved := d.prefix == "xmlns" || d.space == xmlnsSpace || (d.prefix == "xml") != (d.space == xmlSpace)
	if reserved || d.space == "" && d.prefix != "" || d.space != "" && !absolute(d.space) {
		return ErrMalformed.because("namespace %q of prefix %q", d.space, d.prefix)
	}
	return nil
}

func absolute(uri string) bool {
	scheme, _, ok := strings.Cut(uri, ":")
	for i, c := range scheme {
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || !(c >= '0' && c <= '9' || c == '+' || c == '-' || c == '.')) {
			return false
		}
	}
	return ok && scheme != ""
}
