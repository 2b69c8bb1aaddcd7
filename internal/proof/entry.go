package proof

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Entry is one line of the journal as it is sealed. Instants are microseconds since 1970.
type Entry struct {
	ID      int64   `json:"id"`
	Turn    int     `json:"turn,omitempty"` // 0 = as it was said; n = as the n-th taking out of words left it
	Agency  int64   `json:"agency"`
	At      int64   `json:"at_us"`
	Verb    string  `json:"verb"`
	Ref     string  `json:"ref"`
	Person  int64   `json:"person"`
	Holding int64   `json:"holding"`
	For     int64   `json:"for"`
	Via     string  `json:"via"`
	Request string  `json:"request"`
	Notify  []int64 `json:"notify,omitempty"`
	Forgets bool    `json:"forgets,omitempty"`
	Words   Hash    `json:"words"` // the commitment to title and words
}

// Hash is 32 bytes, in JSON as in the log: base64.
type Hash = tlog.Hash

// Canonical gives the bytes that are sealed: one field a line, each with its length, so that no value can imitate another field.
func (e Entry) Canonical() []byte {
	var b bytes.Buffer
	b.WriteString("congvu journal 1\n")
	put := func(name, value string) { fmt.Fprintf(&b, "%s %d:%s\n", name, len(value), value) }
	number := func(name string, n int64) { put(name, strconv.FormatInt(n, 10)) }
	number("id", e.ID)
	number("turn", int64(e.Turn))
	number("agency", e.Agency)
	number("at_us", e.At)
	put("verb", e.Verb)
	put("ref", e.Ref)
	number("person", e.Person)
	number("holding", e.Holding)
	number("for", e.For)
	put("via", e.Via)
	put("request", e.Request)
	var told []string
	for _, id := range e.Notify {
		told = append(told, strconv.FormatInt(id, 10))
	}
	put("notify", strings.Join(told, ","))
	put("forgets", strconv.FormatBool(e.Forgets))
	b.WriteString("words ")
	b.WriteString(e.Words.String())
	b.WriteString("\n")
	return b.Bytes()
}

// Leaf is the hash under which the line stands in the tree. What the log publishes is the SHA-256 of the canonical bytes, never the bytes.
func (e Entry) Leaf() Hash {
	sum := sha256.Sum256(e.Canonical())
	return tlog.RecordHash(sum[:])
}

// RowsLeaf is the leaf of the evidential rows of a document (its number, its dates, the hashes of its files, its receipts) as they stood when the
// line of the journal with that id had been written. Rows are a canonical text of the room that keeps them, committed to like words.
func RowsLeaf(agency int64, ref string, entry int64, rows Hash) Hash {
	sum := sha256.Sum256(fmt.Appendf(nil, "congvu rows 1\nagency %d\nref %d:%s\nentry %d\nrows %s\n", agency, len(ref), ref, entry, rows))
	return tlog.RecordHash(sum[:])
}

// Commit binds a line to its words without showing them. The salt is 16 random bytes of the line.
func Commit(salt []byte, title, words string) (h Hash) {
	m := hmac.New(sha256.New, salt)
	fmt.Fprintf(m, "%d:%s%d:%s", len(title), title, len(words), words)
	m.Sum(h[:0])
	return h
}

// Told takes apart the data of a line of the journal: who was told and whether it forgets, which stay, and everything else in canonical form: the
// words, which a recall may take out. The same data gives the same words whichever engine re-formatted it.
func Told(data string) (notify []int64, forgets bool, words string) {
	v, err := decode(data)
	if err != nil {
		return nil, false, "unreadable: " + data
	}
	rest, ok := v.(map[string]any)
	if !ok {
		return nil, false, canonical(v)
	}
	if ids, ok := numbers(rest["notify"]); ok {
		notify = ids
		delete(rest, "notify")
	}
	if b, ok := rest["forgets"].(bool); ok {
		forgets = b
		delete(rest, "forgets")
	}
	return notify, forgets, canonical(rest)
}

func numbers(v any) (out []int64, ok bool) {
	list, ok := v.([]any)
	for _, x := range list {
		n, isNumber := x.(json.Number)
		id, err := strconv.ParseInt(string(n), 10, 64)
		if !isNumber || err != nil {
			return nil, false
		}
		out = append(out, id)
	}
	return out, ok
}

func decode(text string) (v any, err error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err = d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	return v, nil
}

// canonical writes a decoded value: keys in order, numbers by value, text as it is.
func canonical(v any) string {
	var b bytes.Buffer
	write(&b, v)
	return b.String()
}

func write(b *bytes.Buffer, v any) {
	switch v := v.(type) {
	case map[string]any:
		b.WriteByte('{')
		for i, k := range slices.Sorted(maps.Keys(v)) {
			if i > 0 {
				b.WriteByte(',')
			}
			text(b, k)
			b.WriteByte(':')
			write(b, v[k])
		}
		b.WriteByte('}')
	case []any:
		b.WriteByte('[')
		for i, x := range v {
			if i > 0 {
				b.WriteByte(',')
			}
			write(b, x)
		}
		b.WriteByte(']')
	case string:
		text(b, v)
	case json.Number:
		b.WriteString(number(string(v)))
	case bool:
		b.WriteString(strconv.FormatBool(v))
	default:
		b.WriteString("null")
	}
}

func text(b *bytes.Buffer, s string) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s)         // a string always encodes
	b.Truncate(b.Len() - 1) // the newline of the encoder
}

// number gives a decimal its one form: digits without zeros at the ends, and the power of ten. PostgreSQL writes 1e3 as 1000 and -0 as 0.
func number(s string) string {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	power := 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		power, _ = strconv.Atoi(s[i+1:])
		s = s[:i]
	}
	if i := strings.IndexByte(s, '.'); i >= 0 {
		power -= len(s) - i - 1
		s = s[:i] + s[i+1:]
	}
	s = strings.TrimLeft(s, "0")
	for strings.HasSuffix(s, "0") {
		s, power = s[:len(s)-1], power+1
	}
	switch {
	case s == "":
		return "0"
	case power == 0:
		return sign + s
	case power > 0 && power <= 20:
		return sign + s + strings.Repeat("0", power)
	}
	return sign + s + "e" + strconv.Itoa(power)
}
