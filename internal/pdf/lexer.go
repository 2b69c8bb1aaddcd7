package pdf

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
)

const maxNesting = 200

// keyword is a bare word such as obj, stream or endobj; it never leaves this package.
type keyword string

// lexer reads objects from data. When embedded is set (object streams) strings keep no offsets, because they have none in
// the file. doubles counts dictionary keys that appear twice: readers disagree on which of them holds.
type lexer struct {
	data     []byte
	pos      int
	depth    int
	embedded bool
	doubles  int
	spent    int // memory for what was read
	budget   *budget
}

func isSpace(c byte) bool {
	return c == 0 || c == '\t' || c == '\n' || c == '\f' || c == '\r' || c == ' '
}

func isDelimiter(c byte) bool {
	switch c {
	case '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return true
	}
	return false
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func (l *lexer) fail(format string, args ...any) error {
	return broken("at byte %d: %s", l.pos, fmt.Sprintf(format, args...))
}

// skipSpace passes white space and comments.
func (l *lexer) skipSpace() {
	for l.pos < len(l.data) {
		c := l.data[l.pos]
		switch {
		case isSpace(c):
			l.pos++
		case c == '%':
			for l.pos < len(l.data) && l.data[l.pos] != '\n' && l.data[l.pos] != '\r' {
				l.pos++
			}
		default:
			return
		}
	}
}

// pay charges memory that an object takes.
func (l *lexer) pay(n int) error {
	if l.spent += n; l.spent > maxObject {
		return limit("an object of more than %d bytes of memory", maxObject)
	}
	return nil
}

func (l *lexer) peek(ahead int) byte {
	if l.pos+ahead < len(l.data) {
		return l.data[l.pos+ahead]
	}
	return 0
}

// object reads one object; "n g R" becomes a Ref, a bare word becomes a keyword.
func (l *lexer) object() (any, error) {
	l.depth++
	defer func() { l.depth-- }()
	if l.depth > maxNesting {
		return nil, limit("objects nested deeper than %d", maxNesting)
	}
	if err := l.budget.value(); err != nil {
		return nil, err
	}
	if err := l.pay(costOfValue); err != nil {
		return nil, err
	}
	l.skipSpace()
	if l.pos >= len(l.data) {
		return nil, l.fail("unexpected end")
	}
	switch c := l.data[l.pos]; {
	case c == '/':
		return l.name()
	case c == '(':
		return l.literal()
	case c == '<' && l.peek(1) == '<':
		return l.dict()
	case c == '<':
		return l.hexString()
	case c == '[':
		return l.array()
	case c == '+' || c == '-' || c == '.' || c >= '0' && c <= '9':
		return l.number()
	}
	return l.word()
}

// value reads an object that must not be a keyword.
func (l *lexer) value() (any, error) {
	v, err := l.object()
	if err != nil {
		return nil, err
	}
	if k, ok := v.(keyword); ok {
		return nil, l.fail("unexpected %.20q", string(k))
	}
	return v, nil
}

func (l *lexer) regular() []byte {
	start := l.pos
	for l.pos < len(l.data) && !isSpace(l.data[l.pos]) && !isDelimiter(l.data[l.pos]) {
		l.pos++
	}
	return l.data[start:l.pos]
}

func (l *lexer) word() (any, error) {
	tok := l.regular()
	switch string(tok) {
	case "":
		return nil, l.fail("unexpected %q", l.data[l.pos])
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	}
	if len(tok) > 32 {
		return nil, l.fail("unknown word %.20q", tok)
	}
	return keyword(tok), nil
}

func (l *lexer) name() (Name, error) {
	l.pos++
	tok := l.regular()
	if err := l.pay(len(tok)); err != nil {
		return "", err
	}
	if bytes.IndexByte(tok, '#') < 0 {
		return Name(tok), nil
	}
	out := make([]byte, 0, len(tok))
	for i := 0; i < len(tok); i++ {
		if tok[i] == '#' && i+2 < len(tok) && hexDigit(tok[i+1]) >= 0 && hexDigit(tok[i+2]) >= 0 {
			out = append(out, byte(hexDigit(tok[i+1])<<4|hexDigit(tok[i+2])))
			i += 2
			continue
		}
		out = append(out, tok[i])
	}
	return Name(out), nil
}

func (l *lexer) dict() (any, error) {
	l.pos += 2
	if err := l.pay(costOfDict); err != nil {
		return nil, err
	}
	d := Dict{}
	for {
		l.skipSpace()
		if l.peek(0) == '>' && l.peek(1) == '>' {
			l.pos += 2
			return d, nil
		}
		if l.peek(0) != '/' {
			return nil, l.fail("dictionary key expected")
		}
		k, err := l.name()
		if err != nil {
			return nil, err
		}
		v, err := l.value()
		if err == nil {
			err = l.pay(costOfEntry)
		}
		if err != nil {
			return nil, err
		}
		if first, double := d[k]; double {
			if !sameScalar(first, v) {
				l.doubles++
			}
			continue
		}
		d[k] = v
	}
}

// sameScalar reports whether a key that stands twice says the same both times, as careless programs write it; of containers
// and strings nobody asks.
func sameScalar(a, b any) bool {
	switch a.(type) {
	case Name, Ref, Real, int64, bool, nil:
		switch b.(type) {
		case Name, Ref, Real, int64, bool, nil:
			return a == b
		}
	}
	return false
}

func (l *lexer) array() (any, error) {
	l.pos++
	a := Array{}
	for {
		l.skipSpace()
		if l.peek(0) == ']' {
			l.pos++
			return a, nil
		}
		v, err := l.value()
		if err != nil {
			return nil, err
		}
		if len(a) == cap(a) {
			a = slices.Grow(a, len(a)+4) // doubling wastes least in all
		}
		a = append(a, v)
	}
}

func (l *lexer) number() (any, error) {
	tok := l.regular()
	if !isNumber(tok) {
		return nil, l.fail("bad number %.20q", tok)
	}
	n, err := strconv.ParseInt(string(tok), 10, 64)
	if err != nil {
		return Real(tok), nil
	}
	if tok[0] >= '0' && tok[0] <= '9' {
		if r, ok := l.reference(n); ok {
			return r, nil
		}
	}
	return n, nil
}

// reference looks ahead for "g R" behind the integer n and passes it when it is there.
func (l *lexer) reference(n int64) (Ref, bool) {
	back := l.pos
	l.skipSpace()
	gen := l.regular()
	if len(gen) > 0 && len(gen) <= 5 && isDigits(gen) && n <= maxNumber {
		l.skipSpace()
		next := l.peek(1)
		if l.peek(0) == 'R' && (l.pos+1 == len(l.data) || isSpace(next) || isDelimiter(next)) {
			l.pos++
			g, _ := strconv.Atoi(string(gen))
			return Ref{Num: int(n), Gen: g}, true
		}
	}
	l.pos = back
	return Ref{}, false
}

func isDigits(b []byte) bool {
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// isNumber accepts an optional sign, digits and at most one point, nothing that Go alone would call a number.
func isNumber(tok []byte) bool {
	if len(tok) > 0 && (tok[0] == '+' || tok[0] == '-') {
		tok = tok[1:]
	}
	whole, fraction, _ := bytes.Cut(tok, []byte("."))
	return len(whole)+len(fraction) > 0 && len(tok) < 64 && isDigits(whole) && isDigits(fraction)
}
