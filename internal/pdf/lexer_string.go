package pdf

import "bytes"

func (l *lexer) token(b []byte, start int, hex bool) String {
	s := String{Bytes: b, Hex: hex, Start: start, End: l.pos}
	if l.embedded {
		s.Start, s.End = 0, 0
	}
	return s
}

func (l *lexer) hexString() (any, error) {
	start := l.pos
	end := bytes.IndexByte(l.data[l.pos:], '>')
	if end < 0 {
		return nil, l.fail("hexadecimal string without end")
	}
	digits := l.data[l.pos+1 : l.pos+end]
	if err := l.pay(costOfValue + len(digits)/2); err != nil {
		return nil, err
	}
	out := make([]byte, 0, len(digits)/2+1)
	high := -1
	for _, c := range digits {
		v := hexDigit(c)
		switch {
		case isSpace(c):
		case v < 0:
			return nil, l.fail("bad hexadecimal digit %q", c)
		case high < 0:
			high = v
		default:
			out = append(out, byte(high<<4|v))
			high = -1
		}
	}
	if high >= 0 {
		out = append(out, byte(high<<4))
	}
	l.pos += end + 1
	return l.token(out, start, true), nil
}

func (l *lexer) literal() (any, error) {
	start := l.pos
	l.pos++
	out, err := l.roomForLiteral()
	if err != nil {
		return nil, err
	}
	for depth := 1; l.pos < len(l.data); {
		c := l.data[l.pos]
		l.pos++
		switch c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return l.token(out, start, false), nil
			}
		case '\\':
			out = l.escape(out)
			continue
		case '\r':
			if l.peek(0) == '\n' {
				l.pos++
			}
			c = '\n'
		}
		out = append(out, c)
	}
	return nil, l.fail("string without end")
}

// roomForLiteral makes room for the string that begins here: its end is looked for first, so that a long one does not grow
// step by step.
func (l *lexer) roomForLiteral() ([]byte, error) {
	end, depth := l.pos, 1
	for ; end < len(l.data) && depth > 0; end++ {
		switch l.data[end] {
		case '(':
			depth++
		case ')':
			depth--
		case '\\':
			end++
		}
	}
	n := min(end, len(l.data)) - l.pos
	if err := l.pay(costOfValue + n); err != nil {
		return nil, err
	}
	return make([]byte, 0, n), nil
}

// escape reads what follows a backslash in a literal string.
func (l *lexer) escape(out []byte) []byte {
	c := l.peek(0)
	l.pos++
	switch c {
	case 'n':
		return append(out, '\n')
	case 'r':
		return append(out, '\r')
	case 't':
		return append(out, '\t')
	case 'b':
		return append(out, '\b')
	case 'f':
		return append(out, '\f')
	case '\r':
		if l.peek(0) == '\n' {
			l.pos++
		}
		return out
	case '\n':
		return out
	}
	if c < '0' || c > '7' {
		return append(out, c)
	}
	v := int(c - '0')
	for i := 0; i < 2 && l.peek(0) >= '0' && l.peek(0) <= '7'; i++ {
		v = v*8 + int(l.peek(0)-'0')
		l.pos++
	}
	return append(out, byte(v))
}
