package gateway

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// national speaks with the national exchange (exchange.md §17): every call is a POST whose parameters are headers under a MAC.
type national struct {
	*wire
}

// param is one parameter of a call, by its name without prefix.
type param struct{ name, value string }

// call makes a request of a path's name. Empty parameters are left out.
func (n *national) call(name string, params ...param) call {
	kept := params[:0:0]
	for _, p := range params {
		if p.value != "" {
			kept = append(kept, p)
		}
	}
	return call{method: http.MethodPost, path: n.paths[name], limit: maxList, judge: n.judge,
		headers: func(now time.Time) [][2]string { return n.headers(kept, now) }}
}

// asking gives a call the body that the lists want.
func asking(c call) call {
	c.kind, c.size, c.shown = "application/json", 2, "{}"
	c.body = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("{}")), nil }
	return c
}

// timestamp is ddMMyyyy'T'HHmmss+SSSS: the plus is literal and SSSS are milliseconds on four digits (X17.4).
func timestamp(t time.Time) string {
	t = t.In(vietnam)
	return fmt.Sprintf("%s+%04d", t.Format("02012006T150405"), t.Nanosecond()/int(time.Millisecond))
}

var vietnam = time.FixedZone("+07", 7*3600)

// headers gives the parameters with their MAC, in the order in which they were signed (X17.3, X17.5).
func (n *national) headers(params []param, now time.Time) [][2]string {
	prefix := n.words["prefix"]
	signed := append(params[:len(params):len(params)], param{n.words["timestamp"], timestamp(now)}, param{n.words["systemid"], n.SystemID})
	var out [][2]string
	var names []string
	for _, p := range signed {
		names = append(names, prefix+p.name)
		out = append(out, [2]string{prefix + p.name, p.value})
	}
	j := compact(out)
	return append(out,
		[2]string{prefix + n.words["version"], n.words["release"]}, // outside of the MAC (X17.7)
		[2]string{"User-Agent", n.words["agent"]},
		[2]string{prefix + n.words["keys"], strings.Join(names, ";")},
		[2]string{prefix + n.words["signed"], j},
		[2]string{prefix + n.words["hash"], mac(n.Secret, j)})
}

// compact writes J: the signed headers as JSON without spaces, in their order (X17.5).
func compact(pairs [][2]string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	text := func(s string) {
		_ = enc.Encode(s) // a string always can
		b.Truncate(b.Len() - 1)
	}
	b.WriteByte('{')
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte(',')
		}
		text(p[0])
		b.WriteByte(':')
		text(p[1])
	}
	b.WriteByte('}')
	return b.String()
}

func mac(secret, j string) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(j))
	return hex.EncodeToString(h.Sum(nil))
}

// judge goes by ErrorCode; without one, by status (X17.2). A stale time stamp is the one refusal that the same call may outlive.
func (n *national) judge(a *answer) verdict {
	v := verdict{code: string(a.ErrorCode), text: string(a.ErrorDesc)}
	if v.text == "" {
		v.text = string(a.Message)
	}
	switch {
	case v.code == "":
		v.ok = strings.EqualFold(string(a.Status), "OK") || a.Status == "" && a.hasData
	default:
		v.ok = v.code == "0"
	}
	words := strings.ToLower(v.text)
	v.again = strings.Contains(words, "timestamp") && !strings.Contains(words, "edxml") // a message has a Timestamp too
	return v
}

func (n *national) Send(ctx context.Context, m Message) (string, error) {
	from := m.From
	if from == "" {
		from = n.From
	}
	params := []param{{"from", from}, {"servicetype", "eDoc"}, {"messagetype", m.Kind}, {"to", m.To}}
	if name := n.words["file-hash"]; name != "" {
		sum, err := hashOf(m)
		if err != nil {
			return "", &Refusal{Call: n.paths["send"], Cause: err}
		}
		params = append(params, param{name, sum})
	}
	c, err := n.carrying(n.call("send", params...), m)
	if err != nil {
		return "", err
	}
	a, err := n.do(ctx, c)
	if err != nil {
		return "", err
	}
	return identifier(a), nil
}

func (n *national) List(ctx context.Context, kind string, from, to time.Time) ([]Waiting, error) {
	var l waitingList
	c := asking(n.call("list", param{"servicetype", "eDoc"}, param{"messagetype", kind}, param{"fromDate", n.day(from)}, param{"toDate", n.day(to)}))
	c.into.item = l.add
	if _, err := n.do(ctx, c); err != nil {
		return nil, err
	}
	return l.sorted(kind), nil
}

func (n *national) Fetch(ctx context.Context, docID string) (io.ReadCloser, error) {
	c := n.call("fetch", param{"docId", docID}, param{"filePath", "xml"})
	return n.fetch(ctx, c, docID)
}

func (n *national) Confirm(ctx context.Context, docID string, o Outcome) error {
	c := n.call("confirm", param{"docId", docID}, param{"status", string(o)})
	c.document = docID
	_, err := n.do(ctx, c)
	return err
}

func (n *national) Agencies(ctx context.Context) ([]Unit, error) { return n.units(ctx, "agencies") }

func (n *national) Changes(ctx context.Context) ([]Unit, error) { return n.units(ctx, "changes") }

func (n *national) units(ctx context.Context, name string) ([]Unit, error) {
	var l unitList
	c := asking(n.call(name))
	c.into.item = l.add
	if _, err := n.do(ctx, c); err != nil {
		return nil, err
	}
	return l.units, nil
}

// Test asks for the statuses of today: the smallest list that the work itself needs.
func (n *national) Test(ctx context.Context) error {
	now := n.Now()
	_, err := n.List(ctx, Status, now, now)
	return err
}
