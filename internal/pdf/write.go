package pdf

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// Append renders obj behind b. A value that is no PDF object or a number that is not finite is an error.
func Append(b []byte, obj any) ([]byte, error) {
	switch v := obj.(type) {
	case nil:
		return append(b, "null"...), nil
	case bool:
		return strconv.AppendBool(b, v), nil
	case int:
		return strconv.AppendInt(b, int64(v), 10), nil
	case int64:
		return strconv.AppendInt(b, v, 10), nil
	case float64:
		return appendFloat(b, v)
	case Real:
		return append(b, v...), nil
	case Raw:
		return append(b, v...), nil
	case Ref:
		return fmt.Appendf(b, "%d %d R", v.Num, v.Gen), nil
	case Name:
		return appendName(b, v), nil
	case String:
		return appendString(b, v), nil
	case Array:
		return appendArray(b, v)
	case Dict:
		return appendDict(b, v)
	case *Stream:
		return appendStream(b, v)
	}
	return b, fmt.Errorf("pdf: %T is not a PDF object", obj)
}

func appendFloat(b []byte, v float64) ([]byte, error) {
	if math.IsNaN(v) || math.IsInf(v, 0) || math.Abs(v) > 1e9 {
		return b, fmt.Errorf("pdf: number %v cannot be written", v)
	}
	s := strconv.AppendFloat(nil, v, 'f', 5, 64)
	s = bytes.TrimSuffix(bytes.TrimRight(s, "0"), []byte("."))
	if string(s) == "-0" {
		s = s[1:]
	}
	return append(b, s...), nil
}

func appendName(b []byte, n Name) []byte {
	b = append(b, '/')
	for i := 0; i < len(n); i++ {
		if c := n[i]; c < 33 || c > 126 || isDelimiter(c) || c == '#' {
			b = fmt.Appendf(b, "#%02X", c)
		} else {
			b = append(b, c)
		}
	}
	return b
}

func appendString(b []byte, s String) []byte {
	if s.Hex {
		b = append(b, '<')
		b = hex.AppendEncode(b, s.Bytes)
		return append(b, '>')
	}
	b = append(b, '(')
	for _, c := range s.Bytes {
		switch {
		case c == '(' || c == ')' || c == '\\':
			b = append(b, '\\', c)
		case c < 32 || c > 126:
			b = fmt.Appendf(b, "\\%03o", c)
		default:
			b = append(b, c)
		}
	}
	return append(b, ')')
}

func appendArray(b []byte, a Array) ([]byte, error) {
	b = append(b, '[')
	for i, x := range a {
		if i > 0 {
			b = append(b, ' ')
		}
		var err error
		if b, err = Append(b, x); err != nil {
			return b, err
		}
	}
	return append(b, ']'), nil
}

func appendDict(b []byte, d Dict) ([]byte, error) {
	b = append(b, "<<"...)
	for _, k := range sortedKeys(d) {
		b = append(appendName(b, k), ' ')
		var err error
		if b, err = Append(b, d[k]); err != nil {
			return b, fmt.Errorf("/%s: %w", k, err)
		}
	}
	return append(b, ">>"...), nil
}

func appendStream(b []byte, s *Stream) ([]byte, error) {
	d := s.Dict.Clone()
	d["Length"] = int64(len(s.Raw))
	b, err := appendDict(b, d)
	if err != nil {
		return b, err
	}
	b = append(b, "\nstream\n"...)
	b = append(b, s.Raw...)
	return append(b, "\nendstream"...), nil
}

// sortedKeys makes output independent of map order, so that equal documents have equal bytes.
func sortedKeys(d Dict) []Name {
	keys := make([]Name, 0, len(d))
	for k := range d {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
